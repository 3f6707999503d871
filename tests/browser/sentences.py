"""The page's sentences, in the language it has when nobody asks for another."""

from components.shared.words import Words


def sentence(code: str) -> str:
    """Return the sentence that the caller reads when a call fails with `code`."""
    return Words("en")[f"failure.{code}"]


def microphone_help(obstacle: str) -> str:
    """Return the sentence that the caller reads where the browser cannot give a microphone."""
    return Words("en")[f"microphone_help.{obstacle}"]
