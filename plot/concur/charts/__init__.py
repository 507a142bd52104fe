"""The kinds of charts: each module draws one kind, from one document or from several."""
