import pytest

from engine.demo import facts
from engine.demo.facts import Fact
from engine.demo.fields import Finder, finder_for, option_in
from engine.demo.transcript import transcript_of


@pytest.mark.parametrize(
    ("path", "description", "finder"),
    [
        (["name"], "", facts.name),
        (["fullName"], "", facts.name),
        (["customer", "name"], "", facts.name),
        (["who"], "The caller's full name", facts.name),
        (["phone_number"], "", facts.phone),
        (["contact"], "mobile, as dialled", facts.phone),
        (["city"], "", facts.city),
        (["accountType"], "", facts.account_type),
        (["product"], "account type", facts.account_type),
        (["need"], "", facts.need),
        (["call_reason"], "", facts.need),
        (["sentiment"], "", facts.sentiment),
        (["follow_up"], "", facts.follow_up),
        (["later"], "whether to call back", facts.follow_up),
        (["summary"], "", facts.summary),
        (["نام"], "", facts.name),
        (["agent", "name"], "", None),
        (["bank_name"], "", None),
        (["who"], "name of the agent", None),
        (["file_name"], "", None),
        (["urgency"], "how urgent the problem is", None),
        (["age"], "", None),
        ([], "", None),
    ],
)
def test_a_field_is_known_by_its_name_or_description(
    path: list[str], description: str, finder: Finder | None
) -> None:
    assert finder_for(path, description) is finder


@pytest.mark.parametrize(
    ("options", "fact", "said", "option"),
    [
        (["current", "savings"], Fact("سیونگ", ("savings", "سیونگ")), "", "savings"),
        (["SAVINGS_ACCOUNT"], Fact("savings"), "", "SAVINGS_ACCOUNT"),
        (["very negative", "negative"], Fact("negative"), "", "negative"),
        (["lost_card", "loan"], Fact("I want a loan"), "I want a loan", "loan"),
        (["card", "loan"], None, "my card is lost", "card"),
        (["car"], None, "my card is lost", None),
        (["", "x"], None, "", None),
    ],
)
def test_an_option_is_chosen_by_the_fact_or_by_the_callers_words(
    options: list[str], fact: Fact | None, said: str, option: str | None
) -> None:
    assert option_in(options, fact, transcript_of(f"Caller: {said}")) == option
