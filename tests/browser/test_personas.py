"""One page for each persona, in its own colours; the choice among them; the agent that speaks first."""

import re

import pytest
from playwright.sync_api import Page, expect

from components.shared.words import Words
from tests.browser.conftest import AppFactory, CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import reply

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}
WHITE, SKY, RED = "rgb(255, 255, 255)", "rgb(3, 105, 161)", "rgb(220, 38, 38)"
CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const over = (color, ground) => {
    canvas.fillStyle = `rgb(${ground})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (node) => {
    const style = getComputedStyle(node);
    const below = node.parentElement ? groundOf(node.parentElement) : [255, 255, 255];
    return over(style.backgroundColor, below);
  };
  return [...document.querySelectorAll(".page *")]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
    .filter((node) => node.checkVisibility() && !node.closest(":disabled, [disabled], .visually-hidden"))
    .map((node) => {
      const ground = groundOf(node);
      const ink = over(getComputedStyle(node).color, ground);
      const [dark, bright] = [light(ink), light(ground)].sort((a, b) => a - b);
      return [node.className, (bright + 0.05) / (dark + 0.05)];
    });
}
"""
"""Every text of the page with the contrast it has to the plain colours below it."""


def background(page: Page, selector: str) -> str:
    return str(page.locator(selector).first.evaluate("node => getComputedStyle(node).backgroundColor"))


def test_ibx_is_a_white_page_with_its_own_words(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(f"{engine_app.url}/p/ibx").open()
    heading = "Chat with the Independence Blue Cross Voice Assistant"
    expect(caller.page.get_by_role("heading", name=heading)).to_be_visible()
    expect(caller.page).to_have_title("Independence Blue Cross Voice Assistant")
    expect(caller.status).to_have_text("Idle")
    expect(caller.page.get_by_role("contentinfo")).to_contain_text("not affiliated")
    expect(caller.page.get_by_text(Words("en")["steps.typing_only"])).to_be_visible()
    assert background(caller.page, "body") == WHITE
    assert background(caller.page, ".button--start") == SKY


def test_jsbank_stays_dark_beside_it(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(f"{engine_app.url}/p/jsbank").open()
    assert background(caller.page, "body") == "rgb(11, 18, 32)"
    expect(caller.page.get_by_role("heading", level=1)).to_contain_text("JS Bank")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_agent_speaks_first_and_all_words_on_white_can_be_read(
    viewport: dict[str, int], engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{engine_app.url}/p/ibx", viewport=viewport).open()
    caller.start()
    first = caller.bubbles.first
    expect(first).to_contain_text("Thank you for calling Independence Blue Cross. How can I help you today?")
    expect(first).to_have_attribute("data-role", "assistant")
    assert background(caller.page, ".button--stop") == RED
    faint = [(what, ratio) for what, ratio in caller.page.evaluate(CONTRASTS) if ratio < 4.5]
    assert faint == []
    assert caller.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_question_is_answered_from_a_guide_that_is_looked_up(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{engine_app.url}/p/ibx").open()
    caller.start()
    expect(caller.bubbles_of("assistant")).to_have_count(1)
    caller.type("When is open enrollment?")
    expect(caller.bubbles_of("assistant").last).to_contain_text("November 1 to January 15")


GREETED = "Thank you for calling Independence Blue Cross"


def test_exactly_one_response_is_asked_for_when_a_call_goes_live(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}/p/ibx").open()
    caller.start()
    asked = provider.call.wait_for("response.create")
    assert GREETED in asked["response"]["instructions"]
    provider.send(*reply("hello", None, ["Thank you", " for calling."]))
    expect(caller.bubble("hello")).to_contain_text("Thank you for calling.")
    caller.type("Hello?")
    provider.call.wait_for("conversation.item.create")
    events = [event["type"] for event in provider.call.received]
    assert events[: events.index("conversation.item.create")].count("response.create") == 1


def test_a_controlled_call_is_greeted_over_the_servers_line(
    provider: ScriptedProvider,
    provider_env: dict[str, str],
    app_of_session: AppFactory,
    caller_at: CallerFactory,
) -> None:
    caller = caller_at(f"{app_of_session(**provider_env, CONTROL='sideband').url}/p/ibx").open()
    caller.start()
    _, asked = provider.sideband_events.wait_for(lambda sent: sent[1]["type"] == "response.create")
    assert GREETED in asked["response"]["instructions"]


def test_a_persona_that_waits_says_nothing_first(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    caller.type("ہیلو")
    provider.call.wait_for("response.create")
    assert [event["type"] for event in provider.call.received][:2] == [
        "conversation.item.create",
        "response.create",
    ]


def test_the_other_assistants_are_a_link_away(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url).open()
    caller.page.get_by_role("link", name="Other assistants").click()
    cards = caller.page.locator(".persona-card")
    expect(cards).to_have_count(2)
    expect(caller.page.get_by_role("heading", name="Choose an assistant")).to_be_visible()
    card = cards.filter(has_text="Independence Blue Cross")
    expect(card).to_contain_text("Speaks English")
    card.click()
    expect(caller.page).to_have_url(re.compile(r"/p/ibx\?lang=en$"))
    expect(caller.page.get_by_role("button", name="Start Chat")).to_be_visible()


def test_the_choice_is_offered_in_urdu_too(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(f"{engine_app.url}/p?lang=ur", viewport=PHONE)
    caller.page.goto(caller.url)
    expect(caller.page.get_by_role("heading", name="نمائندہ چنیے")).to_be_visible()
    expect(caller.page.locator("html")).to_have_attribute("dir", "rtl")
    assert caller.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_unknown_persona_is_a_page_that_leads_back(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{engine_app.url}/p/nobody")
    caller.expects_problem("404")
    answer = caller.page.goto(caller.url)
    assert answer and answer.status == 404
    caller.page.get_by_role("link", name="Go to the assistant").click()
    expect(caller.page.get_by_role("heading", name="JS Bank Customer Support")).to_be_visible()


def test_where_one_persona_is_offered_it_answers_at_the_front_door_and_names_no_other(
    app_of_session: AppFactory, caller_at: CallerFactory
) -> None:
    app = app_of_session(PERSONAS="ibx")
    caller = caller_at(app.url).open()
    expect(caller.page.get_by_role("button", name="Start Chat")).to_be_visible()
    expect(caller.page.get_by_role("link", name="Other assistants")).to_have_count(0)
