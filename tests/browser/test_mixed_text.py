"""Urdu, English and numbers in one sentence, as they stand before the reader's eyes.

Each case names pieces of a text in the order in which they must be seen from left to right. Numbers and Latin
words must read from left to right. Every text is tried whole, and streamed in bits.
"""

import unicodedata
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import playback_ends, reply_begins, typed

IBAN = "PK36 SCBL 0000 0011 2345 6702"
RIGHT_TO_LEFT: dict[str, list[str]] = {
    "میرا نمبر 0300 1234567 ہے": ["ہے", "0300 1234567", "نمبر", "میرا"],
    "نمبر 0300-1234567 پر بات کریں": ["پر", "0300-1234567", "نمبر"],
    "+92 300 1234567 پر کال کریں": ["کال", "پر", "+92 300 1234567"],
    "میرا نمبر ۰۳۰۰ ۱۲۳۴۵۶۷ ہے": ["ہے", "۰۳۰۰ ۱۲۳۴۵۶۷", "نمبر"],
    "دفتر کا نمبر (042) 111 222 333 ہے": ["ہے", "(042) 111 222 333", "نمبر"],
    f"آئی بین {IBAN} درست ہے": ["درست", IBAN, "بین"],
    "شناختی کارڈ 42101-1234567-1 ہے": ["ہے", "42101-1234567-1", "شناختی"],
    "تاریخ 21-11-2026 طے ہوئی": ["طے", "21-11-2026", "تاریخ"],
    "تاریخ 21/11/2026 طے ہوئی": ["طے", "21/11/2026", "تاریخ"],
    "ملاقات ۲۱ نومبر ۲۰۲۶ کو ہو گی": ["کو", "۲۰۲۶", "نومبر", "۲۱", "ملاقات"],
    "بیلنس Rs. 1,234.50 باقی ہے": ["باقی", "Rs. 1,234.50", "بیلنس"],
    "رقم PKR 5,000/- جمع ہوئی": ["جمع", "PKR 5,000/-", "رقم"],
    "بیلنس -500 روپے ہے": ["روپے", "-500", "بیلنس"],
    "شرح 12.5% سالانہ ہے": ["سالانہ", "12.5%", "شرح"],
    "اوقات 9:30 سے 17:00 تک ہیں": ["تک", "17:00", "سے", "9:30", "اوقات"],
    "ابھی *786# ملائیں اور سنیں": ["ملائیں", "*786#", "ابھی"],
    "JS Bank کی شاخ کراچی میں ہے": ["کراچی", "شاخ", "JS Bank"],
    "بینک HBL، UBL، MCB سب کھلے ہیں": ["سب", "MCB", "UBL", "HBL", "بینک"],
    "ہمیں help@jsbl.com پر لکھیں شکریہ": ["پر", "help@jsbl.com", "ہمیں"],
    "המספר 0300-1234567 של JS Bank פתוח": ["פתוח", "JS Bank", "של", "0300-1234567", "המספר"],
    "کارڈ का नाम Карта درست ہے جناب": ["جناب", "درست", "का नाम", "کارڈ"],
}
LEFT_TO_RIGHT: dict[str, list[str]] = {
    "Please visit صدر 42 today": ["visit", "صدر", "42", "today"],
    "The branch شارع فیصل is open 9:30 to 17:00": ["branch", "فیصل", "شارع", "is", "9:30", "17:00"],
    "You may say شکریہ، then wait": ["say", "شکریہ", "then"],
    "The amount ۵۰۰ روپے only is due": ["amount", "روپے", "۵۰۰", "only"],
    "The word שלום 42 means peace": ["word", "שלום", "42", "means"],
    "We sent Rs. 500 to کراچی 12 branches": ["Rs. 500", "کراچی", "12", "branches"],
    f"Your IBAN {IBAN} is right": ["IBAN", IBAN, "right"],
    "Call +92 300 1234567 or (042) 111 222 333 now": ["+92 300 1234567", "(042) 111 222 333", "now"],
}
CASES = RIGHT_TO_LEFT | LEFT_TO_RIGHT

PLACES = """(text, pieces) => {
  text.style.whiteSpace = "nowrap"; // places on two lines cannot be compared
  const chars = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (let at = 0; at < walker.currentNode.length; at++) {
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      const { left, right } = range.getClientRects()[0] ?? {};
      chars.push((left + right) / 2);
    }
  }
  return pieces.map((piece) => {
    const start = text.textContent.indexOf(piece);
    return chars.slice(start, start + piece.length);
  });
}"""
"""The middle of each character of each piece, in the order in which they are written."""


def test_numbers_and_words_of_either_script_are_seen_in_the_order_they_are_read(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, viewport={"width": 1440, "height": 900}).open()
    caller.go_live()
    last: str | None = None
    for number, text in enumerate(CASES):
        bits = [text[at : at + 2] for at in range(0, len(text), 2)]
        whole, streamed = typed(f"whole_{number}", text, last), reply_begins(f"bits_{number}", last, bits)
        provider.send(*whole, *streamed, *playback_ends(f"bits_{number}"))
        last = f"bits_{number}"
    for number, text in enumerate(CASES):
        expect(caller.bubble(f"bits_{number}")).to_contain_text(text)
    seen = {
        f"{how} {text}": misread(caller.bubble(f"{how}_{number}"), pieces)
        for number, (text, pieces) in enumerate(CASES.items())
        for how in ("whole", "bits")
    }
    assert {text: wrong for text, wrong in seen.items() if wrong} == {}


def misread(bubble: Locator, pieces: list[str]) -> list[str]:
    """Return the pieces that do not stand where they should; see above."""
    text = bubble.locator(".bubble__text")
    places: list[list[float]] = text.evaluate(f"(text, pieces) => ({PLACES})(text, pieces)", pieces)
    wrong = [piece for piece, xs in zip(pieces, places, strict=True) if not reads_well(piece, xs)]
    middles = [sum(xs) / len(xs) for xs in places]
    return wrong if middles == sorted(middles) else [*wrong, f"order of {pieces}"]


def reads_well(piece: str, xs: list[float]) -> bool:
    """Latin letters and digits of either kind from left to right."""
    return runs_right_to_left(piece) or xs == sorted(xs)


def runs_right_to_left(piece: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in piece)


ISOLATED = """async (cases) => {
  const { grow, write } = await import("bidi_text");
  const isolated = (text, way, size) => {
    const parent = document.createElement("p");
    if (size === text.length) write(parent, text, way);
    else for (let at = 0; at < text.length; at += size) grow(parent, text.slice(at, at + size), way);
    return [...parent.querySelectorAll("bdi")].map((bdi) => bdi.textContent).join(" | ");
  };
  return cases.map(([text, way]) => Array.from(text, (_, n) => isolated(text, way, n + 1)));
}"""
"""What is isolated of each text, written in bits of one character, of two, and so on, and last the whole."""


def test_what_is_isolated_is_the_same_in_whatever_bits_a_text_comes(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    ways = [*((text, "rtl") for text in RIGHT_TO_LEFT), *((text, "ltr") for text in LEFT_TO_RIGHT)]
    isolated = caller_at(provider_app.url).open().page.evaluate(ISOLATED, ways)
    assert "Rs. 1,234.50" in [by_size[-1] for by_size in isolated]
    for by_size in isolated:
        assert set(by_size) == {by_size[-1]}


def test_the_cases_are_laid_out_the_way_their_letters_run(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    events: list[dict[str, Any]] = []
    for number, text in enumerate(CASES):
        events += typed(f"item_{number}", text, f"item_{number - 1}" if number else None)
    provider.send(*events)
    expect(caller.bubbles).to_have_count(len(CASES))
    ways = caller.bubbles.evaluate_all("bubbles => bubbles.map(bubble => bubble.dir)")
    assert ways == ["rtl"] * len(RIGHT_TO_LEFT) + ["ltr"] * len(LEFT_TO_RIGHT)
