"""Client side of the OpenAI Realtime API."""
