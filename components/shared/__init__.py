"""Elements and helpers that several pages use."""
