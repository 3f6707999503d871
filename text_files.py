"""Text files that people write on any system: UTF-8 with or without a byte order mark, or UTF-16 with one."""

import codecs
from pathlib import Path

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotText(ValueError):
    """A file is neither UTF-8 nor UTF-16 with a byte order mark; the text says so without its content."""

    def __init__(self) -> None:
        super().__init__("is not UTF-8 text; save it as UTF-8")


def read_text(file: Path) -> str:
    r"""Return what a file says, with `\n` between its lines.

    :raises OSError: it cannot be read
    :raises NotText: it is in another encoding
    """
    data = file.read_bytes()
    return data.decode(encoding_of(data)).replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(data: bytes) -> str:
    """Return the name of the encoding, for `bytes.decode`; a byte order mark is no part of the text.

    :raises NotText: it is none that is read here
    """
    encoding = "utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise NotText from None
    if "\0" in text:  # UTF-16 without its mark is valid UTF-8, with a zero beside each letter.
        raise NotText
    return encoding
