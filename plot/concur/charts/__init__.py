"""The kinds of charts: each module has a function that draws one from a document, or from several."""
