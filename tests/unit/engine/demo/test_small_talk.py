import pytest

from engine.demo.small_talk import small_talk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("السلام علیکم", "greeting"),
        ("Hello!", "greeting"),
        ("salam, kya haal hai?", "greeting"),
        ("آپ کا بہت شکریہ", "welcome"),
        ("thank you so much", "welcome"),
        ("خدا حافظ", "goodbye"),
        ("ok thanks, bye", "goodbye"),
        ("سلام، میرا کارڈ گم ہو گیا", None),
        ("جی", None),
        ("", None),
    ],
)
def test_small_talk_is_only_what_is_nothing_else(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind
