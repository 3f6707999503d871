"""Guides: Markdown sections, and the one that speaks of a question."""
