"""What several servers of one deployment share: which of them live, and what was already handled."""
