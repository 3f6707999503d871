"""Elements that show and control a call."""
