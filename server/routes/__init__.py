"""Routes that are neither pages nor the API."""
