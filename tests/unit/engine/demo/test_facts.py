import pytest

from engine.demo import facts
from engine.demo.facts import Fact
from engine.demo.transcript import ReadTranscript, transcript_of


def said(*lines: str) -> ReadTranscript:
    return transcript_of("\n".join(f"Caller: {line}" for line in lines))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("میرا نام علی خان ہے۔", "علی خان"),
        ("جی میرا پورا نام عائشہ صدیقی ہے اور مسئلہ یہ ہے", "عائشہ صدیقی"),
        ("میں سارہ احمد بول رہی ہوں", "سارہ احمد"),
        ("My name is Sara Ahmed and I lost my card", "Sara Ahmed"),
        ("hi, my name's ali from lahore", "ali"),
        ("mera naam Bilal hai", "Bilal"),
        ("This is Omar Farooq speaking.", "Omar Farooq"),
        ("this is urgent", None),
        ("This is about my card", None),
        ("my name is not important", None),
        ("میرا نام کیا ہے؟", None),
        ("میرا کارڈ گم ہے", None),
    ],
)
def test_a_name_is_what_the_caller_says_to_be_called(line: str, name: str | None) -> None:
    found = facts.name(said(line))
    assert (found.value if found else None) == name


def test_the_agents_name_is_not_the_callers() -> None:
    transcript = transcript_of("Agent: My name is Noor, call me on 0300 1234567 in Lahore.\nCaller: fine")
    assert [facts.name(transcript), facts.phone(transcript), facts.city(transcript)] == [None] * 3


def test_the_agents_courtesy_is_not_the_callers_mood() -> None:
    assert facts.sentiment(transcript_of("Agent: thank you, great!\nCaller: my card")) == Fact("neutral")


@pytest.mark.parametrize(
    ("line", "phone"),
    [
        ("0300-1234567", "03001234567"),
        ("میرا نمبر ۰۳۰۰ ۱۲۳۴۵۶۷ ہے", "03001234567"),
        ("call +92 321 765 4321", "+923217654321"),
        ("office: 021-35678901", "02135678901"),
        ("my CNIC is 42101-1234567-1", None),
        ("card 0300 1234 5678 9012", None),
        ("PK36SCBL0000001123456702", None),
        ("I owe 25000", None),
    ],
)
def test_a_phone_number_is_pakistani_and_not_just_any_digits(line: str, phone: str | None) -> None:
    found = facts.phone(said(line))
    assert (found.value if found else None) == phone


def test_a_city_is_told_as_it_was_said_with_its_other_spellings() -> None:
    found = facts.city(said("میں لاہور سے ہوں، کراچی میں کام کرتا ہوں"))
    assert found == Fact("لاہور", ("Lahore", "لاہور"))
    assert facts.city(said("rawalpindi")) == Fact("Rawalpindi", ("Rawalpindi", "Pindi", "راولپنڈی", "پنڈی"))
    assert facts.city(said("Lahorewala sweets")) is None


def test_a_kind_of_account_counts_only_where_an_account_is_spoken_of() -> None:
    found = facts.account_type(said("میرا سیونگ اکاؤنٹ ہے"))
    assert found
    assert (found.value, found.also[0]) == ("سیونگ", "savings")
    assert facts.account_type(said("what is your current rate?")) is None


def test_the_need_is_the_first_sentence_that_is_no_greeting_and_no_introduction() -> None:
    transcript = said("Hello!", "My name is Ali.", "My card is lost. Please help.")
    assert facts.need(transcript) == Fact("My card is lost.")
    assert facts.need(said("My name is Ali and I lost my card")) == Fact("My name is Ali and I lost my card")
    assert facts.need(said("Hello!")) is None


@pytest.mark.parametrize(
    ("line", "mood"), [("بہت شکریہ", "positive"), ("I am angry", "negative"), ("my card", "neutral")]
)
def test_the_mood_is_told_by_the_callers_words(line: str, mood: str) -> None:
    assert facts.sentiment(said(line)) == Fact(mood)


def test_a_promise_to_get_in_touch_counts_from_either_side() -> None:
    promised = transcript_of("Caller: my card\nAgent: ہم آپ سے کل رابطہ کریں گے۔")
    assert facts.follow_up(promised) == Fact("ہم آپ سے کل رابطہ کریں گے۔")
    assert facts.follow_up(said("please call me back")) == Fact("please call me back")
    assert facts.follow_up(said("my card")) is None


def test_what_has_a_form_is_found_by_it() -> None:
    transcript = said("a.b@example.com, ۴۲۱۰۱-۱۲۳۴۵۶۷-۱, pk36scbl0000001123456702")
    assert [facts.shaped(shape)(transcript) for shape in ("email", "cnic", "iban")] == [
        Fact("a.b@example.com"), Fact("42101-1234567-1"), Fact("PK36SCBL0000001123456702"),
    ]  # fmt: skip


def test_nothing_is_found_in_nothing() -> None:
    empty = transcript_of("")
    finders = (facts.name, facts.phone, facts.city, facts.need, facts.sentiment, facts.summary)
    assert [find(empty) for find in finders] == [None] * len(finders)
