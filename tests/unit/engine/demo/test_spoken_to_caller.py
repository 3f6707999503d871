import pytest

from engine.demo.spoken_to_caller import said_to_caller


@pytest.mark.parametrize(
    "sentence",
    [
        "Never promise an amount: the office decides it.",
        "Do not quote or estimate a premium.",
        "Send the caller to the website.",
        "Tell them to dial 911.",
        "Say so, and where else the caller can ask.",
        "If the caller is upset, listen first.",
        'Source: healthcare.gov, "Preventive health services".',
    ],
)
def test_what_tells_the_agent_what_to_do_is_not_said(sentence: str) -> None:
    assert said_to_caller([sentence, "We open at nine."]) == ["We open at nine."]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("The caller finds it on the bill.", "You find it on the bill."),
        ("The date for the caller's year is online.", "The date for your year is online."),
        ("The caller is not charged.", "You are not charged."),
        ("A caller may appeal.", "You may appeal."),
        ("The caller applies and pushes the button.", "You apply and pushes the button."),
        ("This is for the caller.", "This is for you."),
    ],
)
def test_the_caller_is_spoken_to(told: str, said: str) -> None:
    assert said_to_caller([told]) == [said]


@pytest.mark.parametrize(
    "sentence", ["Open the app and choose Transfer.", "Say the code when the machine asks."]
)
def test_what_tells_the_caller_what_to_do_is_said(sentence: str) -> None:
    assert said_to_caller([sentence]) == [sentence]
