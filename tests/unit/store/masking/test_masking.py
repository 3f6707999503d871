import re
import string
from datetime import datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from store.masking import before_open_number, mask
from store.masking.number_words import NUMBER_WORDS

URDU = str.maketrans(string.digits, "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans(string.digits, "٠١٢٣٤٥٦٧٨٩")

CARDS_AND_IBANS = {
    "4111111111111111": "••••••••••••1111",
    "4111 1111 1111 1111": "•••• •••• •••• 1111",
    "4111-1111-1111-1111": "••••-••••-••••-1111",
    "4111, 1111, 1111, 1111": "••••, ••••, ••••, 1111",
    "4111\u00a01111\u00a01111\u00a01111": "••••\u00a0••••\u00a0••••\u00a01111",
    "4111–1111–1111–1111": "••••–••••–••••–1111",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1": "• • • • • • • • • • • • 1 1 1 1",
    "3782 822463 10005": "•••• •••••• •0005",
    "4222 222 222 222": "•••• ••• ••• •••",
    "6304000000000000000": "•••••••••••••••0000",
    "my PIN is 12, the card 4111 1111 1111 1111": "my PIN is 12, the card •••• •••• •••• 1111",
    "misheard 4111 1111 1111 1112": "misheard •••• •••• •••• 1112",
    "misheard 4111111111111112": "misheard ••••••••••••1112",
    "4111.1111.1111.1111": "••••.••••.••••.1111",
    "4111/1111/1111/1111": "••••/••••/••••/1111",
    "4111_1111_1111_1111": "••••_••••_••••_1111",
    "4111\n1111\t1111\n\n1111": "••••\n••••\t••••\n\n1111",
    "4111 1111 اور 1111 1111": "•••• •••• ••• •••• 1111",
    "4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1": "•, •, •, •, •, •, •, •, •, •, •, •, 1, 1, 1, 1",
    "4،1،1،1،1،1،1،1،1،1،1،1،1،1،1،1": "•،•،•،•،•،•،•،•،•،•،•،•،1،1،1،1",
    "0000 0000 0000 0000": "•••• •••• •••• ••••",
    "PK36SCBL0000001123456702": "••••••••••••••••••••6702",
    "PK36 SCBL 0000 0011 2345 6702 is mine": "•••• •••• •••• •••• •••• 6702 is mine",
    "pk36 scbl 0000 0011 2345 6702": "•••• •••• •••• •••• •••• 6702",
    "PK 36 SCBL 0000 0011 2345 6702": "•• •• •••• •••• •••• •••• 6702",
    "misheard PK36 SCBL 0000 0011 2345 6703": "misheard •••• •••• •••• •••• •••• 6703",
    "PK36\nSCBL 0000\n0011 2345 6702": "••••\n•••• ••••\n•••• •••• 6702",
    "misheard PK 36 SCBL 0000 0011 2345 6703": "misheard •• •• •••• •••• •••• •••• 6703",
    "P K 3 6 S C B L 0 0 0 0 0 0 1 1 2 3 4 5 6 7 0 2": "• • • • • • • • • • • • • • • • • • • • 6 7 0 2",
    "پی کے 36 SCBL 0000 0011 2345 6702": "•• •• •• •••• •••• •••• •••• 6702",
    "PK36.SCBL.0000.0011.2345.6702": "••••.••••.••••.••••.••••.6702",
    "GB29 NWBK 6016 1331 9268 19": "•••• •••• •••• •••• ••68 19",
    "FR14 2004 1010 0505 0001 3M02 606": "•••• •••• •••• •••• •••• •••2 606",
    "NO93 8601 1117 947": "•••• •••• •••7 947",
}
CNICS_AND_PHONES = {
    "35202-1234567-1": "•••••-•••••••-•",
    "35202 1234567 1": "••••• ••••••• •",
    "3520212345671": "•••••••••••••",
    "3 5 2 0 2 1 2 3 4 5 6 7 1": "• • • • • • • • • • • • •",
    "42101.1234567.1": "•••••.•••••••.•",
    "42101/1234567_1": "•••••/•••••••_•",
    "42101\n1234567\n1": "•••••\n•••••••\n•",
    "42 101 12 34 567 1": "•• ••• •• •• ••• •",
    "4210 1123 4567 1": "•••• •••• •••• •",
    "421 011 234 567 1": "••• ••• ••• ••• •",
    "4, 2, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 1": "•, •, •, •, •, •, •, •, •, •, •, •, •",
    "3001234567": "••••••••••",
    "300 123 4567": "••• ••• ••••",
    "0300\n1234567": "••••\n•••••••",
    "0300۔1234567": "••••۔•••••••",
    "0،3،0،0،1،2،3،4،5،6،7": "•،•،•،•،•،•،•،•،•،•،•",
    "+92/300/1234567": "+••/•••/•••••••",
    "0300 1234567 35202-1234567-1": "•••• ••••••• •••••-•••••••-•",
    "0300 1234567": "•••• •••••••",
    "0300-1234567": "••••-•••••••",
    "0300.123.4567": "••••.•••.••••",
    "0300, 1234567": "••••, •••••••",
    "03001234567": "•••••••••••",
    "0 3 0 0 1 2 3 4 5 6 7": "• • • • • • • • • • •",
    "300-1234567": "•••-•••••••",
    "+92 300 1234567": "+•• ••• •••••••",
    "+923001234567": "+••••••••••••",
    "92 300 1234567": "•• ••• •••••••",
    "0092 300 1234567": "•••• ••• •••••••",
    "(021) 111-222-333": "(•••) •••-•••-•••",
    "042-35761234": "•••-••••••••",
    "+44 20 7946 0958": "+•• •• •••• ••••",
    "+1 (415) 555-2671": "+• (•••) •••-••••",
    "(415) 555-2671": "(•••) •••-••••",
    "+966 50 123 4567": "+••• •• ••• ••••",
}
SAID_AS_WORDS = {
    "it is zero three zero zero, one two three four five six seven.": (
        "it is •••• ••••• •••• ••••, ••• ••• ••••• •••• •••• ••• •••••."
    ),
    "Zero three double zero 1234567": "•••• ••••• •••••• •••• •••••••",
    "میرا نمبر صفر تین صفر صفر ایک دو تین چار پانچ چھ سات ہے": (
        "میرا نمبر ••• ••• ••• ••• ••• •• ••• ••• •••• •• ••• ہے"
    ),
    "زیرو تھری زیرو زیرو ون ٹو تھری فور": "•••• •••• •••• •••• •• •• •••• •••",
    "sifar teen sifar sifar ek do teen char": "••••• •••• ••••• ••••• •• •• •••• ••••",
}
LEFT_ALONE = [
    "Rs 1,500,000 on 2024-01-15 at 10:30",
    "between 15/01/2024 and 16/01/2024",
    "2024-01-15 2024-01-16 2024-01-17",
    "05.06.2024 10:30",
    "2500000000 rupees",
    "25,000.50",
    "0.75 percent, then 12.50 and 13.75",
    "PIN 1234, branch 0456, OTP 482913",
    "call 15 or 1122, or 111 654 321",
    "room 12, floor 3, at 09:30 on 1 June 2024",
    "Rs 1,250,000, 12,50,000, 3,000,000.50 and 999,999,999,999",
    "rates of 8.5, 9.25, 10.75, 11.5 and 12.25",
    "at 10:30, 11:15, 12:00, 13:45 and 14:30:59",
    "on 2024.01.15, 15.01.2024, 15-1-24",
    "one, two, three: go",
    "card no 1234, what do I do with one of nine?",
    "ایک دو تین چار",
    "at 10 I was in AB12",
    "میرے اکاؤنٹ میں ۲۵٬۰۰۰ روپے ہیں، ۱۵-۰۱-۲۰۲۴ سے",
]
SECRETS = CARDS_AND_IBANS | CNICS_AND_PHONES
NOBODY_KNOWS_WHICH = {
    "0300 1234567 4111 1111 1111 1111": "•••• ••••••• •••• •••• •••• ••••",
    "my PIN is 12 and 4111 1111 1111 1111": "my PIN is •• ••• •••• •••• •••• ••••",
}


@pytest.mark.parametrize(("said", "kept"), SECRETS.items())
def test_a_sensitive_number_is_hidden(said: str, kept: str) -> None:
    assert mask(said) == kept


@pytest.mark.parametrize("digits", [URDU, ARABIC], ids=["urdu", "arabic"])
@pytest.mark.parametrize(("said", "kept"), SECRETS.items())
def test_digits_of_other_scripts_are_digits(said: str, kept: str, digits: dict[int, int]) -> None:
    assert mask(said.translate(digits)) == _in_digits_of(kept, said, digits)


def _in_digits_of(kept: str, said: str, digits: dict[int, int]) -> str:
    return "".join(each.translate(digits) if each in string.digits else each for each in kept)


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_a_number_is_found_in_a_sentence_of_urdu() -> None:
    assert mask("میرا شناختی کارڈ ۳۵۲۰۲-۱۲۳۴۵۶۷-۱ ہے") == "میرا شناختی کارڈ •••••-•••••••-• ہے"
    assert mask("میرا نمبر۰۳۰۰۱۲۳۴۵۶۷ہے") == "میرا نمبر•••••••••••ہے"


def test_invisible_marks_between_digits_hide_nothing_from_us() -> None:
    assert "1234567" not in mask("\u206603\u200e00 1234567\u2069")


@pytest.mark.parametrize(("said", "kept"), NOBODY_KNOWS_WHICH.items())
def test_of_several_numbers_side_by_side_nothing_is_kept(said: str, kept: str) -> None:
    assert mask(said) == kept


@pytest.mark.parametrize(("said", "kept"), SAID_AS_WORDS.items())
def test_digits_said_as_words_are_hidden(said: str, kept: str) -> None:
    assert mask(said) == kept


def test_a_date_beside_a_card_does_not_save_the_card() -> None:
    assert mask("01-02-2024 4111 1111 1111 1111 2024-05-06") == "01-02-2024 •••• •••• •••• 1111 2024-05-06"


def _with_luhn(digits: str) -> str:
    return next(digits + last for last in string.digits if _luhn(digits + last) == 0)


def _luhn(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10


words = st.text(st.sampled_from("abc میر.؟!\n"), max_size=12)
separators = st.sampled_from(
    ["", " ", "-", " - ", ".", "/", "_", "\n", "\t", ",", ", ", "،", "، ", "۔", "\r\n", " / "]
)
cards = st.from_regex(r"[1-9][0-9]{13,17}", fullmatch=True).map(_with_luhn)


@given(
    before=words, card=cards, separator=separators, after=words, digits=st.sampled_from([{}, URDU, ARABIC])
)
@example(before="ab", card="600000000000004", separator="", after="a", digits={})  # an IBAN, by chance
def test_of_any_card_at_most_the_last_four_digits_are_kept(
    before: str, card: str, separator: str, after: str, digits: dict[int, int]
) -> None:
    groups = [card[at : at + 4] for at in range(0, len(card), 4)]
    masked = mask(f"{before} {separator.join(groups)} {after}".translate(digits))
    kept = "".join(filter(str.isdigit, masked))
    assert card[-4:].translate(digits).endswith(kept)


@st.composite
def grouped(draw: st.DrawFn, digits: st.SearchStrategy[str]) -> str:
    """Draw a number in any groups with any one separator."""
    left, groups, separator = draw(digits), [], draw(separators)
    while left:
        size = draw(st.integers(1, 5))
        groups.append(left[:size])
        left = left[size:]
    return separator.join(groups)


@given(number=grouped(st.from_regex(r"[0-9]{13,19}", fullmatch=True)), before=words, after=words)
def test_of_a_long_number_in_any_groups_at_most_the_last_four_digits_are_kept(
    number: str, before: str, after: str
) -> None:
    masked = mask(f"{before} {number} {after}")
    kept = "".join(filter(str.isdigit, masked))
    assert kept in ("", "".join(filter(str.isdigit, number))[-4:])


@given(
    number=grouped(st.from_regex(r"[0-9]{13}|(0|92|0092|)3[0-4][0-9]{8}", fullmatch=True)),
    before=words,
    after=words,
)
def test_of_a_cnic_or_a_mobile_number_in_any_groups_nothing_is_kept(
    number: str, before: str, after: str
) -> None:
    assume(not re.fullmatch(r"\d{1,3}(?:,\d{3})+", number))  # An amount in thousands may stay.
    assert not any(map(str.isdigit, mask(f"{before} {number} {after}")))


@given(
    said=st.lists(st.sampled_from(sorted(NUMBER_WORDS)), min_size=8, max_size=20),
    separator=st.sampled_from([" ", ", ", "، ", "-", "\n"]),
)
def test_of_digits_said_as_words_nothing_is_kept(said: list[str], separator: str) -> None:
    assert not any(map(str.isalnum, mask(separator.join(said))))


@given(
    prefix=st.sampled_from(["03", "+923", "00923", "+92 3", "92 3"]),
    digits=st.from_regex(r"[0-4][0-9]{8}", fullmatch=True),
    separator=separators,
    before=words,
    after=words,
)
def test_of_any_mobile_number_nothing_is_kept(
    prefix: str, digits: str, separator: str, before: str, after: str
) -> None:
    masked = mask(f"{before} {prefix}{digits[:2]}{separator}{digits[2:]} {after}")
    assert not any(map(str.isdigit, masked))


@given(st.integers(0, 10**9), st.datetimes())
def test_amounts_dates_and_times_stay(amount: int, when: datetime) -> None:
    text = f"Rs {amount:,} on {when:%Y-%m-%d}, that is {when:%d/%m/%Y}, at {when:%H:%M:%S}"
    assert mask(text) == text


@given(st.text(st.characters() | st.sampled_from("0123456789 -+()۰۱۲۳")))
def test_a_masked_text_has_the_same_length_and_differs_only_by_bullets(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert all(now in (was, "•") for now, was in zip(masked, text, strict=True))


@pytest.mark.parametrize(
    ("growing", "kept"),
    [
        ("my card is 4111 11", "my card is"),
        ("my card is 4111 1111, 1111", "my card is"),
        ("account PK36 SCBL 0000", "account"),
        ("call +92 300", "call"),
        ("call (021", "call"),
        ("میرا نمبر ۰۳۰۰", "میرا نمبر"),
        ("میرا نمبر ۰۳۰۰۔", "میرا نمبر"),
        ("card 4111/1111_11\n", "card"),
        ("card 4111 1111 اور", "card"),
        ("card 4111 1111 an", "card"),
        ("it is zero three ze", "it is"),
        ("نمبر صفر تین صفر", "نمبر"),
        ("I was born in 1990. Then", "I was born in 1990. Then"),
        ("I live in the USA", "I live in the USA"),
        ("is it 1990?", "is it 1990?"),
        ("", ""),
    ],
)
def test_a_number_that_may_go_on_is_held_back(growing: str, kept: str) -> None:
    assert before_open_number(growing) == kept


@given(cards, separators)
def test_no_part_of_a_growing_card_is_ever_let_through(card: str, separator: str) -> None:
    written = separator.join(card[at : at + 4] for at in range(0, len(card), 4))
    for end in range(1, len(written) + 1):
        assert not any(map(str.isdigit, before_open_number(f"it is {written[:end]}")))


def test_prose_whose_letters_pass_the_check_digits_by_chance_is_no_iban() -> None:
    said = "Rs 159 on 1980-01-01, that is 01/01/1980, at 00:00:00"
    assert mask(said) == said


def test_an_iban_may_end_with_letters_alone() -> None:
    assert mask("MU17 BOMM 0101 1010 3030 0200 000M UR").count("•") > 20
