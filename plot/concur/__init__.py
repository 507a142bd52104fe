"""Reads results documents, judges findings by them, and draws their charts."""
