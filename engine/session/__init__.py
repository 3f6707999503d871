"""Sessions: events, items, turns and responses."""
