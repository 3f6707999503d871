"""The engine's HTTP and WebSocket API."""
