"""Calls: one conversation with one caller, its legs, and how it may start and end."""
