"""Agents: what a persona is, its tools and its guide."""
