"""Elements of the captions page."""
