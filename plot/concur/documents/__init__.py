"""What a results document holds: read, grouped into cases, and put into words."""
