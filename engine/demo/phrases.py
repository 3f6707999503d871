"""The few sentences the engine has of its own, in Urdu and English."""

import tomllib
from pathlib import Path

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8-sig"))


def phrase(name: str, language: str) -> str:
    """Return the sentence in `ur` or `en`."""
    return str(PHRASES[name][language])
