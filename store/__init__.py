"""The store: models, queries, masking and retention."""
