"""Page elements, by concept."""
