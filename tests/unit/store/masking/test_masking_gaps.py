"""What may stand between the parts of one number."""

import pytest

from store.masking import mask

BETWEEN = [
    "…", "?", "!", ":", ";", "|", "=", "*", "+", "·", "'", '"', "«", "”", "•", " \u0301", "\u0651",
    "\n", "\r\n\t", "#", "~", " … - ",
    " and ", " then ", " and then ", " uhm ", " hmm, okay so ", " dash ", " hyphen ", " slash ",
    ", dot, ",
    " اور ", " پھر ", " جی ہاں ", " اچھا تو ", " ڈیش ", "، اور پھر، ",
    " aur phir ", " ji haan ", " acha to ", " और फिर ", " जी हाँ ", " अच्छा तो ", " و بعد ", " ثم ",
]  # fmt: skip
STAY = [
    "open 9:00-17:00, on Friday 9:00-12:30 and 14:30-17:00",
    "1947, 1965, 1971 and 1999 were hard years",
    "between 2500000 and then 30000 or 1000",
    "notes of 10, 20, 50, 100, 500, 1000 and 5000",
    "5%, 10%, 15%, 20%, 25%, 30%, 35%",
    "₹500, ₹1000, ₹1500, ₹2000",
    "PIN 1234? And then 482913!",
    "one, two, three, four, five, six, seven, eight, nine",
    "12 لاکھ اور پھر 50 ہزار",
    "from 2500000 to 3000000 a year",
]


NUMBERS = {
    ("4111", "1111", "1111", "1111"): "1111",
    ("0300", "1234567"): "",
    ("35202", "1234567", "1"): "",
}


@pytest.mark.parametrize("gap", BETWEEN)
@pytest.mark.parametrize(("groups", "shown"), NUMBERS.items(), ids=["card", "phone", "cnic"])
def test_a_number_goes_on_over_what_stands_between(groups: tuple[str, ...], shown: str, gap: str) -> None:
    assert _digits(mask(f"it is {gap.join(groups)} ہے")) == shown


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


@pytest.mark.parametrize("said", STAY)
def test_amounts_times_years_and_series_stay(said: str) -> None:
    assert mask(said) == said


def test_letters_and_wide_gaps_end_a_number() -> None:
    assert mask("PIN 123456 branch 0456 OTP 482913") == "PIN 123456 branch 0456 OTP 482913"
    assert mask("code 123456 ------- 4829137") == "code 123456 ------- 4829137"
