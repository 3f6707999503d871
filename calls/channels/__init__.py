"""Channels: the ways in which calls come, such as phone, API and captions."""
