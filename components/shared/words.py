"""The page's own words, from `locales/<language>.toml`: English and Urdu, both complete."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from components.shared.direction import Direction, direction_of_language
from text_files import read_text

LOCALES = Path(__file__).parents[2] / "locales"
LANGUAGES = ("en", "ur")


class Words:
    """The words of one language, by dotted key such as `failure.calls_full`."""

    def __init__(self, language: str) -> None:
        """Create the words.

        :param language: one of `LANGUAGES`; anything else is English
        """
        self.language = language if language in LANGUAGES else "en"
        self._texts = load_texts(self.language)

    @property
    def direction(self) -> Direction:
        """The way the language is written."""
        return direction_of_language(self.language)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text with its `{places}` filled.

        :raises KeyError: no such text, or a place without a value
        """
        return self._texts[key].format(**values)

    def failure(self, code: str, retry_after_s: float | None = None) -> str:
        """Return the sentence for a failure code, with the wait where known; unknown codes share one."""
        key = f"failure.{code}"
        sentence = self._texts[key if key in self._texts else "failure.unknown"]
        if retry_after_s is None:
            return sentence
        return f"{sentence} {self('retry.seconds', seconds=max(1, round(retry_after_s)))}"


@cache
def load_texts(language: str) -> dict[str, str]:
    """All texts of a language, flat: `{"status.idle": …}`."""
    return _flat(tomllib.loads(read_text(LOCALES / f"{language}.toml")))


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in table.items():
        texts |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return texts
