"""The drawer with the caller's choices."""
