"""The engine: a server of the Realtime API that needs no key."""
