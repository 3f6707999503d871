"""Bad luck on the captions page: what the calls' page says, it says, and nothing that was written is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.browser.sentences import sentence
from tests.browser.test_failures import expect_told
from tests.browser.test_outage import SOCKET_TROUBLE
from tests.fakes.provider import Route, ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.tcp_proxy import TcpProxy
from tests.fakes.turns import transcribed

PATH = "/captions?lang=en"
REFUSALS: list[tuple[Route, int, str]] = [
    ("client_secrets", 401, "provider_unauthorized"),
    ("client_secrets", 429, "provider_busy"),
    ("client_secrets", 503, "provider_error"),
    ("calls", 404, "provider_model_missing"),
    ("calls", 500, "provider_error"),
]


def listen(caller: Caller) -> None:
    caller.start()
    expect(caller.status).to_have_attribute("data-state", "live")


def test_whatever_the_provider_refuses_has_its_sentence_and_start_works_again(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}").open()
    caller.expects_problem("Failed to load resource")
    for route, status, code in REFUSALS:
        provider.answer_next(route, status=status, body={"error": {"message": "sk-leak", "code": "x"}})
        caller.start()
        expect_told(caller, code)
    assert "sk-leak" not in provider_app.log + caller.page.content()
    listen(caller)


@pytest.mark.parametrize(
    ("error", "code"), [("NotAllowedError", "microphone_denied"), ("NotFoundError", "microphone_missing")]
)
def test_trouble_with_the_microphone_has_its_sentence(
    error: str, code: str, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}", own=True)
    refused = f"() => Promise.reject(new DOMException('no', '{error}'))"
    caller.page.add_init_script(f"navigator.mediaDevices.getUserMedia = {refused}")
    caller.open().start()
    expect(caller.status).to_contain_text(sentence(code))
    expect(caller.start_button).to_be_enabled()


def test_a_while_without_the_pages_socket_loses_no_word(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    proxy = TcpProxy(provider_app.url).start()
    try:
        caller = caller_at(f"{proxy.url}{PATH}").open()
        caller.expects_problem(*SOCKET_TROUBLE)
        listen(caller)
        proxy.refuse()
        provider.send(*transcribed("a", "Said in between."))
        caller.page.wait_for_function("!window.socket.connected")
        proxy.resume()
        expect(caller.bubble("a")).to_contain_text("Said in between.")
        expect(caller.status).to_have_attribute("data-state", "live")
    finally:
        proxy.stop()


def test_a_lost_provider_is_dialled_again_below_what_was_written(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}").open()
    listen(caller)
    provider.send(*transcribed("a", "Before."))
    expect(caller.bubble("a")).to_contain_text("Before.")
    lost = provider.call
    caller.page.evaluate(LOSE_PEER)
    provider.calls.wait_for(lambda call: call is not lost)
    expect(caller.status).to_have_attribute("data-state", "live")
    provider.send(*transcribed("b", "After."))
    expect(caller.bubbles.locator(".bubble__text")).to_have_text(["Before.", "After."])


LOSE_PEER = """() => {
  const peer = window.__peers.find((each) => each.connectionState === "connected");
  Object.defineProperty(peer, "connectionState", { value: "failed" });
  peer.onconnectionstatechange();
}"""
