"""Middleware: limits and headers of every request."""
