"""The words that people say one digit by: English, Urdu, English in Urdu letters, Urdu in Latin ones."""

import re

NUMBER_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        zero oh o nought one two three four five six seven eight nine double triple
        صفر ایک دو تین چار پانچ چھ چھے چھہ سات آٹھ نو
        زیرو ون ٹو تھری فور فائیو فائو سکس سیون ایٹ نائن ڈبل ٹرپل
        sifar ek aik do teen char chaar panch paanch chay chhe chhay saat aath nau
        """,
    )
)
FILLERS = frozenset(["and", "dash", "اور", "پھر", "ڈیش"])
"""What people say between the parts of one number."""


def any_of(words: frozenset[str]) -> str:
    """A pattern for one whole word of these."""
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?!\w)"
