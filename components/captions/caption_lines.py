"""What was said as running text: the transcript, where nobody answers."""

from components.shared.words import Words
from components.transcript.transcript import TranscriptElement


class CaptionLines(TranscriptElement):
    """The lines of captions, without names: one or many may speak."""

    def __init__(self, words: Words, language: str) -> None:
        """Create the caption lines.

        :param language: ISO 639 code of what will most likely be said
        """
        super().__init__(words, language)
        own = {name: words[f"captions.lines.{name}"] for name in ("label", "empty", "user")}
        self._props["words"] |= own
        self._speakers["user"] = own["user"]

    def expect(self, language: str) -> None:
        """Set the language of what will be said from the next session on."""
        self._languages = (language,)
