"""Transcript formats."""
