"""Numbers said as words: digit by digit, in pairs, in several languages."""

import pytest

from store.masking import mask
from store.masking.number_words import NUMBER_WORDS
from store.masking.pairs import HINDI, ROMAN, URDU

HIDDEN_WHOLE = [
    "اکتالیس گیارہ گیارہ گیارہ گیارہ گیارہ گیارہ گیارہ",
    "iktalis gyarah gyarah gyarah gyarah",
    "इकतालीस ग्यारह ग्यारह ग्यारह",
    "forty one eleven eleven eleven",
    "forty-one, eleven, double one, eleven",
    "double four triple one oh two seven",
    "quadruple four quad one",
    "کواڈرپل چار ڈبل ون تھری فور",
    "क्वाड्रपल चार डबल वन थ्री फोर",
    "शून्य तीन शून्य शून्य एक दो तीन चार पाँच छह सात",
    "صفر سه صفر صفر یک دو سه چهار پنج شش هفت",
    "صفر نهصد و دوازده سیصد و چهل و پنج شصت و هفت",
    "صفر ثلاثة صفر صفر واحد اثنين ثلاثة أربعة خمسة ستة سبعة",
    "0300 twelve thirty four five six seven",
    "زیرو تھری ڈبل زیرو، ون ٹو تھری فور",
    "forty to forty to eleven eleven",
]
STAY = [
    "twenty five, thirty or forty",
    "ایک لاکھ پچیس ہزار تین سو چالیس",
    "five thousand two hundred and forty one",
    "two and three make five",
    "نہ دو نہ تین",
    "पाँच हज़ार तीन सौ बीस",
    "سیصد و چهل و پنج هزار",
    "ثلاثة آلاف ومئتان وخمسون",
]


@pytest.mark.parametrize("said", HIDDEN_WHOLE)
def test_a_number_said_as_words_is_hidden(said: str) -> None:
    hidden = mask(f"({said}).")
    assert not any(map(str.isalnum, hidden.replace(" to ", " ").replace(" و ", " ")))


@pytest.mark.parametrize("said", STAY)
def test_words_of_amounts_stay(said: str) -> None:
    assert mask(said) == said


@pytest.mark.parametrize("table", [URDU, HINDI, ROMAN], ids=["urdu", "hindi", "roman"])
def test_every_pair_from_ten_to_ninety_nine_has_its_word(table: str) -> None:
    lines = [line.split() for line in table.strip().splitlines()]
    assert [int(value) for value, *_ in lines] == list(range(10, 100))
    assert all(words for _, *words in lines)


def test_a_pair_of_words_says_two_digits_and_a_single_word_one() -> None:
    assert mask("eleven eleven eleven five") == "eleven eleven eleven five"
    assert not any(map(str.isalnum, mask("eleven eleven eleven fifteen")))
    assert mask("forty one forty one forty one") == "forty one forty one forty one"
    assert NUMBER_WORDS["اکتالیس"] == "41"


def test_a_lone_word_beside_a_written_number_stays() -> None:
    assert mask("4111 1111 1111 1111, one moment") == "•••• •••• •••• 1111, one moment"


def test_a_hundred_said_within_a_number_belongs_to_it() -> None:
    for said in (
        "zero three hundred one two three four five six seven",
        "صفر تین سو، ایک سو تئیس، پینتالیس سڑسٹھ",
    ):
        assert not any(map(str.isalnum, mask(said)))
    assert mask("تین سو پچاس روپے") == "تین سو پچاس روپے"


def test_vowel_signs_of_hidden_words_are_hidden_too() -> None:
    assert set(mask("तीन तीन तीन तीन दो दो दो दो")) == {"•", " "}


@pytest.mark.parametrize("said", ["chhabbees chabis chhabis chabbees", "chaavan chavan chawan chauwan"])
def test_pairs_in_latin_letters_are_known_by_their_sound(said: str) -> None:
    assert not any(map(str.isalnum, mask(said)))
