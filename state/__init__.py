"""State that one call or one process does not own: which servers live, what was handled, what is counted."""
