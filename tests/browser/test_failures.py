"""Bad luck at the start of a call: each has its own sentence, nothing stays open, Start works again."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.browser.sentences import sentence
from tests.fakes.provider import Route, ScriptedProvider
from tests.fakes.running_app import RunningApp

LEAK = "sk-live-something-the-provider-echoed"


@dataclass(frozen=True)
class Refusal:
    """How the provider answers one request, and the failure the caller should be told of."""

    code: str
    status: int
    body: str | dict[str, Any] = field(default_factory=lambda: {"error": {"message": LEAK, "code": "x"}})
    route: Route = "calls"
    headers: dict[str, str] = field(default_factory=dict)


REFUSALS = [
    Refusal("provider_unauthorized", 401),
    Refusal("provider_forbidden", 403),
    Refusal("provider_model_missing", 404),
    Refusal("provider_busy", 429, headers={"Retry-After": "7"}),
    Refusal("provider_error", 500),
    Refusal("offer_refused", 400),
    Refusal("provider_bad_answer", 201, body=f"<html>{LEAK}</html>"),
    Refusal("provider_bad_answer", 201, body="v=0\r\nthis is no SDP\r\n"),
]
MINTING_REFUSALS = [
    Refusal("provider_unauthorized", 401, route="client_secrets"),
    Refusal("provider_forbidden", 403, route="client_secrets"),
    Refusal("provider_model_missing", 404, route="client_secrets"),
    Refusal("provider_busy", 429, route="client_secrets", headers={"Retry-After": "7"}),
    Refusal("provider_error", 503, route="client_secrets"),
    Refusal("provider_bad_answer", 200, body=f"<html>{LEAK}</html>", route="client_secrets"),
    Refusal("provider_bad_answer", 200, body={"expires_at": 1}, route="client_secrets"),
    Refusal("offer_refused", 401),
    Refusal("provider_bad_answer", 201, body=f"<html>{LEAK}</html>"),
]


def fail_then_succeed(caller: Caller, provider: ScriptedProvider, app: RunningApp, refusal: Refusal) -> None:
    provider.answer_next(
        refusal.route,
        status=refusal.status,
        body=refusal.body,
        headers=refusal.headers | {"X-Request-Id": f"req_{refusal.status}"},
    )
    caller.expects_problem("Failed to load resource")
    caller.start()
    expect_told(caller, refusal.code)
    assert LEAK not in app.log
    assert LEAK not in caller.page.content()
    caller.go_live()
    caller.stop()
    expect(caller.start_button).to_be_enabled()


def expect_told(caller: Caller, code: str) -> None:
    """Check that the sentence for `code` is shown and everything is released."""
    expect(caller.status).to_contain_text(sentence(code))
    caller.expect_microphone_released()
    expect(caller.stop_button).to_be_disabled()
    expect(caller.start_button).to_be_enabled()


def test_a_provider_that_refuses_the_relayed_offer_gets_its_own_sentence(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    for refusal in REFUSALS:
        fail_then_succeed(caller, provider, provider_app, refusal)
        assert refusal.status < 400 or f"req_{refusal.status}" in provider_app.log


def test_a_provider_that_refuses_in_ephemeral_signalling_gets_its_own_sentence(
    provider: ScriptedProvider, ephemeral_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(ephemeral_app.url).open()
    for refusal in MINTING_REFUSALS:
        fail_then_succeed(caller, provider, ephemeral_app, refusal)


def test_a_busy_provider_says_when_to_try_again(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.expects_problem("Failed to load resource")
    provider.answer_next("calls", status=429, headers={"Retry-After": "7"}, body={"error": {}})
    caller.start()
    expect(caller.status).to_contain_text("7")


def test_a_provider_that_never_answers_is_given_up(
    provider: ScriptedProvider, provider_env: dict[str, str], own_app: AppFactory, caller_at: CallerFactory
) -> None:
    app = own_app(provider_env, before="import httpx, realtime.client as c; c.TIMEOUT = httpx.Timeout(0.5)")
    caller = caller_at(app.url).open()
    caller.expects_problem("Failed to load resource")
    provider.hang_next("calls")
    caller.start()
    expect_told(caller, "provider_timeout")
    caller.go_live()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("NotAllowedError", "microphone_denied"),
        ("NotFoundError", "microphone_missing"),
        ("NotReadableError", "microphone_busy"),
    ],
)
def test_each_trouble_with_the_microphone_has_its_own_sentence(
    error: str, code: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.page.add_init_script(
        f"""const open = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = () => {{
          navigator.mediaDevices.getUserMedia = open;
          return Promise.reject(new DOMException('no', '{error}'));
        }};"""
    )
    caller.expects_problem("Failed to load resource")
    caller.open().start()
    expect_told(caller, code)
    caller.go_live()


def test_a_channel_that_does_not_open_within_fifteen_seconds_ends_the_attempt(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    provider.media = "no_channel"
    caller = caller_at(provider_app.url, own=True)
    caller.page.clock.install()
    caller.open().start()
    provider.call.states.wait_for(lambda state: state == "connected")
    caller.page.clock.fast_forward(16_000)
    expect_told(caller, "channel_timeout")
    provider.wait_for_hangup()


NO_UDP = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(settings) { super({ ...settings, iceTransportPolicy: "relay" }); }
  setConfiguration(settings) { super.setConfiguration({ ...settings, iceTransportPolicy: "relay" }); }
};
"""


def test_blocked_media_is_told_apart_from_a_slow_channel(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = start_without_udp(caller_at(provider_app.url, own=True))
    provider.calls.wait_for()
    caller.page.wait_for_function("window.__peers.some(peer => peer.remoteDescription)")
    caller.page.clock.fast_forward(16_000)
    expect_told(caller, "no_media_path")
    provider.wait_for_hangup()


def test_blocked_media_with_the_engine_says_that_a_key_makes_calls_work(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = start_without_udp(caller_at(engine_app.url, own=True))
    caller.page.wait_for_function("window.__peers.some(peer => peer.remoteDescription)")
    caller.page.clock.fast_forward(16_000)
    expect_told(caller, "no_media_path_engine")


def start_without_udp(caller: Caller) -> Caller:
    caller.page.clock.install()
    caller.page.add_init_script(NO_UDP)
    caller.open().start()
    return caller


def test_one_call_too_many_is_refused_and_costs_nothing(
    provider: ScriptedProvider, strict_app: RunningApp, caller_at: CallerFactory
) -> None:
    first, second = caller_at(strict_app.url).open(), caller_at(strict_app.url).open()
    first.go_live()
    second.start()
    expect_told(second, "calls_full")
    assert len(provider.requests_to("calls")) == 1
    first.stop()
    provider.wait_for_hangup()
    talk_and_stop(second, provider)


def test_one_start_too_many_is_refused_with_when_to_try_again(
    provider: ScriptedProvider, strict_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(strict_app.url).open()
    for _ in range(2):
        talk_and_stop(caller, provider)
    caller.start()
    expect_told(caller, "starts_exceeded")
    expect(caller.status).to_contain_text(re.compile(r"\d+ s"))
    assert len(provider.requests_to("calls")) == 2
    talk_and_stop(caller_at(strict_app.url).open(), provider)


def talk_and_stop(caller: Caller, provider: ScriptedProvider) -> None:
    """Make a whole call, so that the only place is free again."""
    caller.go_live()
    caller.stop()
    provider.wait_for_hangup()
