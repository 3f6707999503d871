"""Circle, status, buttons, field and notice go through a call together."""

from typing import Any, cast

import pytest

from agents.persona import Persona
from calls.call import Call
from calls.events import CallChange, CallerActed, Closed, Noticed, PhaseChanged, Warned
from components.call.call_view import CallView
from components.shared.words import Words
from realtime.conversation.changes import ActivityChanged, ErrorReported


class Piece:
    """Remembers what it was told last, by method."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}

    def __getattr__(self, method: str) -> Any:
        def note(*args: Any, **kwargs: Any) -> None:
            self.told[method] = (args, kwargs)

        return note


class FakeCall:
    def __init__(
        self, phase: str = "live", activity: str = "listening", closed: Closed | None = None
    ) -> None:
        self.phase = phase
        self.closed = closed
        self.away: Closed | None = None
        self.conversation = self
        self.activity = activity


class Front:
    """A view with all its pieces, for a persona who hints بولیں."""

    def __init__(self, language: str = "en") -> None:
        self.orb, self.status, self.controls, self.field, self.notice = (Piece() for _ in range(5))
        persona = Persona(name="p", title="P", heading="P", instructions="Be kind.", hint="بولیں")
        pieces: list[Any] = [self.orb, self.status, self.controls, self.field, self.notice]
        orb, status, controls, field, notice = pieces
        self.view = CallView(Words(language), persona, orb, status, controls, field, notice)

    def hear(self, call: FakeCall, *changes: CallChange) -> None:
        self.view.follow(cast(Call, call), list(changes))

    @property
    def shown(self) -> tuple[Any, ...]:
        return self.status.told["show"][0]

    @property
    def running(self) -> bool:
        return bool(self.controls.told["show"][1]["running"])

    @property
    def start_label(self) -> str:
        return str(self.controls.told["show"][1]["start_label"])


def test_an_idle_page_says_what_to_press() -> None:
    front = Front()
    front.view.show_idle()
    assert front.shown == ("idle", 'Click "Start Conversation"')


def test_a_live_call_listens_in_two_languages_and_lets_one_type() -> None:
    front = Front()
    front.hear(FakeCall(), PhaseChanged("live"))
    assert front.shown == ("live", "Listening… بولیں")
    assert front.orb.told["show"] == (("live",), {})
    assert (front.running, front.field.told["enable"]) == (True, ((True,), {}))


@pytest.mark.parametrize("phase", ["microphone", "connecting", "reconnecting"])
def test_nothing_can_be_typed_while_no_session_listens(phase: Any) -> None:
    front = Front()
    front.hear(FakeCall(phase), PhaseChanged(phase))
    assert (front.running, front.field.told["enable"]) == (True, ((False,), {}))


def test_the_activity_shows_through() -> None:
    front = Front()
    front.hear(FakeCall(activity="agent_speaking"), ActivityChanged("agent_speaking"))
    assert front.orb.told["show"] == (("agent_speaking",), {})


def test_an_end_says_why_and_offers_another_start() -> None:
    front = Front()
    front.hear(FakeCall(), PhaseChanged("live"))
    front.hear(FakeCall("ended", closed=Closed("peer_lost")), Closed("peer_lost"))
    assert front.shown == ("lost", "Disconnected", Words("en").failure("peer_lost"), "peer_lost")
    assert (front.running, front.start_label) == (False, "Start again")


def test_a_failed_start_keeps_the_first_label_and_says_when_to_try_again() -> None:
    front = Front()
    front.view.show_end(Closed("provider_busy", 7))
    stage, _line, detail, reason = front.shown
    assert (stage, reason) == ("failed", "provider_busy")
    assert detail.endswith("Try again in 7 s.")
    assert (front.running, front.start_label) == (False, "Start Conversation")


def test_a_change_that_comes_with_the_end_does_not_bring_the_call_back() -> None:
    front = Front()
    closed = Closed("provider_error")
    front.hear(FakeCall("ended", closed=closed), closed, ActivityChanged("listening"))
    assert (front.shown[0], front.running) == ("failed", False)


@pytest.mark.parametrize("change", [Noticed("event_broken"), ErrorReported("event_broken", "…")])
def test_what_the_call_survives_is_a_notice(change: CallChange) -> None:
    front = Front()
    front.hear(FakeCall(), change)
    assert front.notice.told["show"] == (("event_broken",), {})
    assert front.status.told == {}


def test_in_urdu_the_labels_come_from_the_catalogue() -> None:
    assert Front("ur").view.start_label == "گفتگو شروع کریں"


def test_a_device_that_was_replaced_is_told_of_as_such_and_not_as_a_problem() -> None:
    front = Front()
    front.hear(FakeCall(), Noticed("microphone_replaced"))
    told = ("microphone_replaced", Words("en")["told.microphone_replaced"])
    assert front.notice.told["tell"][0] == told
    assert "show" not in front.notice.told


@pytest.mark.parametrize("sign", [CallerActed(), ActivityChanged("caller_speaking")])
def test_who_was_asked_whether_they_are_there_and_answers_is_asked_no_more(sign: CallChange) -> None:
    front = Front()
    front.hear(FakeCall(), Warned("limit_idle", 30))
    assert front.notice.told["warn"][0][0] == "limit_idle"
    front.hear(FakeCall(activity="caller_speaking"), sign)
    assert front.notice.told["take_back"][0] == ("limit_idle",)


def test_a_call_that_was_connected_anew_is_not_about_to_be() -> None:
    front = Front()
    front.hear(FakeCall(), Warned("session_renewed", None), PhaseChanged("live"))
    assert front.notice.told["take_back"][0] == ("session_renewed",)


@pytest.mark.parametrize("code", ["input_audio_buffer_commit_empty", "response_cancel_not_active"])
def test_a_button_pressed_for_nothing_frightens_nobody(code: str) -> None:
    front = Front()
    front.hear(FakeCall(), ErrorReported(code, "Too small."))
    assert front.notice.told == {}


@pytest.mark.parametrize(("phase", "live"), [("connecting", False), ("live", True), ("reconnecting", False)])
def test_nobody_can_hold_to_talk_while_no_session_listens(phase: Any, live: bool) -> None:
    front = Front()
    front.hear(FakeCall(phase), PhaseChanged(phase))
    assert front.controls.told["show"][1]["live"] is live


def test_the_tools_know_when_there_is_an_answer_to_stop() -> None:
    front = Front()
    front.hear(FakeCall(activity="agent_speaking"), ActivityChanged("agent_speaking"))
    assert front.controls.told["show"][1]["speaking"] is True
    front.hear(FakeCall(), ActivityChanged("listening"))
    assert front.controls.told["show"][1]["speaking"] is False
