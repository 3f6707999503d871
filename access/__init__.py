"""Access: API keys, the administrator, the access code and guards; knows no web framework."""
