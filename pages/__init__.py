"""Pages, one route a file."""
