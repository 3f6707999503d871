"""Pages and conversations to look at, in both languages: for pictures, layout and accessibility."""

from playwright.sync_api import ViewportSize, expect

from components.shared.words import Words
from tests.browser.caller import Caller
from tests.fakes.provider import ScriptedProvider
from tests.fakes.turns import (
    Event,
    playback_ends,
    reply,
    reply_begins,
    reply_ends,
    speech_heard,
    spoken_turn,
    transcribed,
)

LANGUAGES = ("en", "ur")
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL_PHONE: ViewportSize = {"width": 360, "height": 640}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
SCREENS = {"phone": PHONE, "small-phone": SMALL_PHONE, "tablet": TABLET, "desktop": DESKTOP}

BANK_TURNS = (
    (
        "السلام علیکم، میرا ڈیبٹ کارڈ گم ہو گیا ہے۔",
        "وعلیکم السلام۔ پریشان نہ ہوں، سب سے پہلے کارڈ بند کرواتے ہیں۔ "
        "کیا آپ کے پاس جے ایس بینک کی ایپ کھلی ہے؟",
    ),
    (
        "جی، JS Mobile کھلی ہے۔",
        "بہت خوب۔ «Cards» پر جائیں، پھر «Block Card» دبائیں۔ ہو جائے تو مجھے بتا دیجیے۔",
    ),
)
INSURER_TURNS = (
    (
        "What is the difference between a silver and a gold plan?",
        "Both cover the same kinds of care. A gold plan usually has a higher monthly premium, and you pay "
        "less when you need care. A silver plan is the other way round.",
    ),
    (
        "And until when can I enrol?",
        "Open enrolment on Pennie runs until the middle of January. After a life event such as a birth or a "
        "move you have sixty days.",
    ),
)
LAST = {
    "jsbank": ("ہو گیا، اب کیا کروں؟", "شکریہ، اب آپ کا کارڈ بند ہے۔ نیا کارڈ آپ ایپ سے بھی منگوا سکتے ہیں۔"),
    "ibx": ("Where do I find the premium?", "Your exact premium is on ibx.com and on pennie.com."),
}
GREETING = "Thank you for calling Independence Blue Cross. How can I help you today?"


def press_start(caller: Caller, language: str) -> None:
    """Start by the button's name in that language, and wait until the page listens."""
    name = Words(language)["controls.start"] if language == "ur" else "Start"
    caller.page.get_by_role("button", name=name).click()
    expect(caller.page.locator(".status")).to_have_attribute("data-state", "live")


def talk(caller: Caller, provider: ScriptedProvider, persona: str) -> None:
    """Two turns and a third whose answer is being spoken."""
    turns, last = (BANK_TURNS, None) if persona == "jsbank" else (INSURER_TURNS, "greeting")
    if last:
        provider.send(*reply(last, None, [GREETING]))
    for number, (question, answer) in enumerate(turns, 1):
        provider.send(*spoken_turn(number, question, answer, after=last))
        last = f"agent_{number}"
    provider.send(*_speaking(*LAST[persona]))
    expect(caller.bubble("agent_3")).to_contain_text(LAST[persona][1][:12])
    expect(caller.page.locator(".status")).to_have_attribute("data-state", "agent_speaking")


def _speaking(question: str, answer: str) -> list[Event]:
    asked = [*speech_heard("user_3", "agent_2"), *transcribed("user_3", question)]
    return [*asked, *reply_begins("agent_3", "user_3", [f"{word} " for word in answer.split()])]


def fall_silent(provider: ScriptedProvider, persona: str) -> None:
    """End the answer of `talk`."""
    answer = LAST[persona][1]
    provider.send(*reply_ends("agent_3", "user_3", answer), *playback_ends("agent_3"))
