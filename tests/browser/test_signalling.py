"""The two ways an offer reaches the provider, as the provider sees them."""

from playwright.sync_api import expect

from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn


def test_relayed_the_provider_gets_offer_and_session_in_one_request_from_the_server(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    (request,) = provider.requests_to("calls")
    assert request.key == provider.key
    assert set(request.parts) == {"sdp", "session"}
    assert_is_the_banks_session(request.session)
    assert provider.requests_to("client_secrets") == []
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_ephemeral_the_browser_posts_its_raw_offer_with_a_key_that_holds_the_session(
    provider: ScriptedProvider, ephemeral_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(ephemeral_app.url).open()
    caller.go_live()
    (minting,) = provider.requests_to("client_secrets")
    assert minting.key == provider.key
    assert minting.json["expires_after"]["seconds"] <= 60
    assert_is_the_banks_session(minting.session)
    (posting,) = provider.requests_to("calls")
    assert posting.key in provider.issued
    assert posting.headers["content-type"] == "application/sdp"
    assert "Mozilla" in posting.headers["user-agent"]
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_no_session_update_is_needed_before_the_call_is_live(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller_at(provider_app.url).open().go_live()
    assert [event["type"] for event in provider.call.received] == []


def test_every_visitor_has_a_pseudonym_of_their_own(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    for _ in range(2):
        caller_at(provider_app.url).open().go_live()
    first, second = (r.headers["openai-safety-identifier"] for r in provider.requests_to("calls"))
    assert first != second
    assert len(first) == len(second) == 64


def assert_is_the_banks_session(session: dict[str, object]) -> None:
    """Check the parts of the persona's session that are fixed."""
    audio = session["audio"]
    assert isinstance(audio, dict)
    assert (session["type"], session["model"]) == ("realtime", "gpt-realtime-2.1-mini")
    assert audio["output"]["voice"] == "verse"
    assert audio["input"]["transcription"]["model"] == "gpt-transcribe"
    assert audio["input"]["transcription"]["languages"] == ["ur"]
    assert audio["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 400,
        "create_response": True,
        "interrupt_response": True,
    }
