"""Text that cannot turn the direction of what stands beside it."""

import re
import unicodedata

RIGHT_TO_LEFT, END_OF_ISOLATE = "\u2067", "\u2069"
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """Return a text on one line, without controls of any kind."""
    line = " ".join(_BIDI_CONTROLS.sub("", text).split())
    return "".join(each for each in line if unicodedata.category(each) != "Cc")


def isolated(text: str) -> str:
    """Return a text on one line; one that runs from right to left is marked so."""
    line = one_line(text)
    return marked(line) if runs_right_to_left(line) else line


def marked(line: str) -> str:
    """Return a line that runs from right to left wherever it is shown."""
    return f"{RIGHT_TO_LEFT}{line}{END_OF_ISOLATE}"


def runs_right_to_left(text: str) -> bool:
    """Return whether most strong characters of a text do: Urdu may begin with a Latin name."""
    directions = [unicodedata.bidirectional(each) for each in text]
    return sum(each in ("R", "AL") for each in directions) > directions.count("L")
