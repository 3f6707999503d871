"""Call services: what runs beside a call."""
