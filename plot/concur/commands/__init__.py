"""The programs that users call; plot/*.py starts them."""
