"""What the figures of a document say, in words: headlines, decisions, and which figures not to trust."""
