"""The demo agent: a rule-based language model."""
