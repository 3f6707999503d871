"""Admission: limits on who may start a call, how many and how often."""
