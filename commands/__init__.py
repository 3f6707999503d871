"""Commands of `main.py` that need no page."""
