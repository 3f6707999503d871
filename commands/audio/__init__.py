"""Audio files: reading, cutting and writing."""
