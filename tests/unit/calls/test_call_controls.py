"""A running call is controlled by what is sent to its session, over either way."""

from typing import Any

import pytest

from agents.persona import TurnDetection
from calls.call import Call
from calls.call_controls import COMMIT_EMPTY, VOICE_LATER, CallControls
from calls.choice import Choice
from calls.events import CallerActed, Noticed
from tests.fakes.house import House, Page
from tests.fakes.settings import given

CREATED = {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}
DONE = {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}}
PLAYING = {"type": "output_audio_buffer.started", "response_id": "r1"}
PLAYED = {"type": "output_audio_buffer.stopped", "response_id": "r1"}
ANSWER = {"id": "a1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
ADDED = {"type": "conversation.item.added", "previous_item_id": None, "item": ANSWER}


class Steered:
    """A call, its page, and its controls."""

    def __init__(self, *, phase: str = "live", controlled: bool = False) -> None:
        control = {"control": "sideband"} if controlled else {}
        self.call: Call = House(given(openai_api_key="sk-test", **control)).open()
        self.page = Page(self.call)
        self.base = self.call.persona
        self.call_controls = CallControls(self.call, self.base)
        if phase:
            self.call.report(phase)

    def choose(self, **choice: Any) -> None:
        self.call_controls.adjust(Choice(**choice))

    def hear(self, *events: dict[str, Any]) -> None:
        for event in events:
            self.call.receive(event, 0)

    @property
    def updates(self) -> list[dict[str, Any]]:
        """The `audio` of every session.update that was sent."""
        sent = [event["session"] for event in self.page.sent if event["type"] == "session.update"]
        assert all(session.keys() == {"type", "audio"} and session["type"] == "realtime" for session in sent)
        return [session["audio"] for session in sent]


@pytest.fixture
async def steered() -> Steered:
    return Steered()


@pytest.fixture
async def controlled() -> Steered:
    return Steered(controlled=True)


async def test_in_a_controlled_call_the_server_forgets_what_was_heard_before_a_press(
    controlled: Steered,
) -> None:
    controlled.call_controls.press()
    controlled.call_controls.release()
    turn = ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    assert controlled.page.sent_types == turn


async def test_the_sound_of_a_turn_is_the_browsers_own_where_it_has_a_channel(steered: Steered) -> None:
    steered.call_controls.press()
    steered.call_controls.drop()
    assert steered.page.sent_types == []
    assert any(isinstance(change, CallerActed) for change in steered.page.changes)


async def test_pressing_the_button_cuts_a_reply_that_is_spoken(steered: Steered) -> None:
    steered.hear(CREATED, PLAYING)
    steered.call_controls.press()
    assert steered.page.sent_types == ["response.cancel", "output_audio_buffer.clear"]


async def test_letting_go_asks_for_one_answer(steered: Steered) -> None:
    steered.call_controls.press()
    steered.call_controls.release()
    assert steered.page.sent_types == ["response.create"]


@pytest.mark.parametrize("phase", ["connecting", "reconnecting"])
async def test_a_button_held_while_no_session_listens_leaves_the_agent_able_to_answer(phase: str) -> None:
    steered = Steered(phase=phase)
    for action in ("press", "release", "answer"):
        steered.call_controls.act(action)
    assert steered.page.sent == []
    steered.call.report("live")
    steered.call_controls.act("press")
    steered.call_controls.act("release")
    assert steered.page.sent_types == ["response.create"]


async def test_an_answer_is_asked_for_only_when_the_one_before_is_over(steered: Steered) -> None:
    steered.hear(CREATED)
    steered.call_controls.press()
    steered.call_controls.release()
    assert "response.create" not in steered.page.sent_types
    steered.hear(DONE)
    assert steered.page.sent_types[-1] == "response.create"


async def test_a_press_too_short_for_a_word_is_no_turn(controlled: Steered) -> None:
    controlled.call_controls.press()
    controlled.call_controls.drop()
    assert controlled.page.sent_types == ["input_audio_buffer.clear"] * 2


async def test_nothing_is_answered_when_there_was_nothing_to_commit(steered: Steered) -> None:
    steered.call_controls.release()
    error = {"type": "invalid_request_error", "code": COMMIT_EMPTY, "message": "Too small."}
    steered.hear({"type": "error", "error": error})
    assert steered.page.sent_types[-1] == "response.cancel"


async def test_stopping_the_answer_cancels_it_before_it_clears_the_playback(steered: Steered) -> None:
    steered.hear(CREATED, PLAYING)
    steered.call_controls.stop_answer()
    assert steered.page.sent_types == ["response.cancel", "output_audio_buffer.clear"]


async def test_an_answer_that_was_generated_whole_is_only_silenced(steered: Steered) -> None:
    steered.hear(CREATED, PLAYING, DONE)
    steered.call_controls.stop_answer()
    assert steered.page.sent_types == ["output_audio_buffer.clear"]


async def test_with_answers_only_when_asked_letting_go_asks_for_none(steered: Steered) -> None:
    steered.choose(push_to_talk=True, answers=False)
    steered.call_controls.release()
    assert "response.create" not in steered.page.sent_types
    steered.call_controls.answer()
    assert steered.page.sent_types[-1] == "response.create"


async def test_push_to_talk_switches_turn_detection_off_and_hands_free_brings_it_back(
    steered: Steered,
) -> None:
    steered.choose(push_to_talk=True)
    steered.choose()
    assert steered.updates == [
        {"input": {"turn_detection": None}},
        {"input": {"turn_detection": steered.base.turn_detection.asked()}},
    ]


async def test_only_what_changed_is_sent(steered: Steered) -> None:
    steered.choose(noise_reduction="near_field", speed=1.2)
    steered.choose(noise_reduction="near_field", speed=1.2)
    steered.choose(noise_reduction="off", speed=1.2)
    assert steered.updates == [
        {"input": {"noise_reduction": {"type": "near_field"}}, "output": {"speed": 1.2}},
        {"input": {"noise_reduction": None}},
    ]


async def test_turn_detection_is_changed_as_a_whole(steered: Steered) -> None:
    steered.choose(turn_detection=TurnDetection(type="semantic_vad", eagerness="high"))
    [update] = steered.updates
    assert update["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "high",
        "create_response": True,
        "interrupt_response": True,
    }


async def test_a_choice_made_while_connecting_is_sent_once_the_call_is_live() -> None:
    steered = Steered(phase="connecting")
    steered.choose(push_to_talk=True)
    assert steered.updates == []
    steered.call.report("live")
    assert steered.updates == [{"input": {"turn_detection": None}}]


async def test_the_speed_changes_between_answers(steered: Steered) -> None:
    steered.hear(CREATED, PLAYING, DONE)
    steered.choose(speed=0.75)
    assert steered.updates == []
    steered.hear(PLAYED)
    assert steered.updates == [{"output": {"speed": 0.75}}]


async def test_the_voice_changes_before_the_agent_has_spoken(steered: Steered) -> None:
    steered.choose(voice="cedar")
    assert steered.updates == [{"output": {"voice": "cedar"}}]


async def test_a_voice_chosen_after_the_agent_has_spoken_waits_for_the_next_call(steered: Steered) -> None:
    steered.hear(CREATED, ADDED)
    steered.choose(voice="cedar")
    steered.hear(DONE)
    assert steered.updates == []
    assert steered.page.changes.count(Noticed(VOICE_LATER)) == 1
    assert steered.call.persona.voice == "cedar"


async def test_going_back_to_the_voice_that_speaks_needs_no_notice(steered: Steered) -> None:
    steered.hear(CREATED, ADDED)
    steered.choose(voice="cedar")
    steered.choose()
    assert steered.page.changes.count(Noticed(VOICE_LATER)) == 1


@pytest.mark.parametrize("action", ["press", "release", "drop", "answer"])
async def test_every_button_of_the_page_does_something(controlled: Steered, action: Any) -> None:
    controlled.call_controls.act(action)
    assert controlled.page.sent


async def test_a_session_that_was_dialled_again_has_what_was_chosen_for_the_next_call(
    steered: Steered,
) -> None:
    steered.hear(CREATED, ADDED)
    steered.choose(voice="cedar")
    steered.call.redial()
    steered.call_controls.redialled()
    steered.call.report("live")
    steered.choose()
    assert steered.page.changes.count(Noticed(VOICE_LATER)) == 2
    assert steered.updates == []
