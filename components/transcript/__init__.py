"""The transcript and its tools."""
