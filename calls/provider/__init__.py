"""What a process knows and learns of the provider that its calls are placed at."""
