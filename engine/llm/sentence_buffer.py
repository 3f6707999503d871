"""Text that comes in pieces, as whole sentences."""

from engine.tts.plain_text import SENTENCE_END, sentences


class SentenceBuffer:
    """Collects pieces of Markdown and gives out sentences as they complete."""

    def __init__(self, max_chars: int) -> None:
        """Create the buffer.

        :param max_chars: what comes beyond is dropped
        """
        self._left = max_chars
        self._waiting = ""

    def add(self, piece: str) -> list[str]:
        """Add a piece, and return the sentences that were complete before it came.

        A sentence waits for the next piece, because what follows may belong to it.
        """
        complete, self._waiting = _split(self._waiting)
        self._waiting += piece[: self._left]
        self._left -= len(piece[: self._left])
        return sentences(complete)

    def flush(self) -> list[str]:
        """Return the rest."""
        rest, self._waiting = self._waiting, ""
        return sentences(rest)


def _split(text: str) -> tuple[str, str]:
    """Split behind the last sentence that something follows."""
    ends = [end.end() for end in SENTENCE_END.finditer(text)]
    at = ends[-1] if ends else 0
    return text[:at], text[at:]
