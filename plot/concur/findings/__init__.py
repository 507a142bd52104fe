"""The findings of results/findings.toml: read, judged by a results document, and reported."""
