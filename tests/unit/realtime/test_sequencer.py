from collections import deque
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.sequencer import ALREADY_ACTIVE, ResponseSequencer

Event = dict[str, Any]
PLAIN: Event = {"type": "response.create"}


def create(instructions: str) -> Event:
    return {"type": "response.create", "response": {"instructions": instructions}}


def beside() -> Event:
    return {"type": "response.create", "response": {"conversation": "none"}}


def created(response_id: str, conversation_id: str | None = "conv_1") -> Event:
    return {
        "type": "response.created",
        "response": {"id": response_id, "conversation_id": conversation_id},
    }


def done(response_id: str, status: str = "completed") -> Event:
    return {"type": "response.done", "response": {"id": response_id, "status": status}}


def refused(sent: Event, code: str = "invalid_value") -> Event:
    return {"type": "error", "error": {"code": code, "event_id": sent["event_id"]}}


def wanted(sent: list[Event]) -> list[Event]:
    return [{name: value for name, value in event.items() if name != "event_id"} for event in sent]


def test_a_create_is_sent_at_once_when_nothing_is_active() -> None:
    assert wanted(ResponseSequencer().request(PLAIN)) == [PLAIN]


def test_a_second_create_waits_until_the_first_response_is_done() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(create("first"))
    assert sequencer.request(create("second")) == []
    assert sequencer.apply(created("r1")) == []
    assert wanted(sequencer.apply(done("r1"))) == [create("second")]


def test_waiting_creates_are_sent_in_order_one_after_another() -> None:
    sequencer = ResponseSequencer()
    for name in ("a", "b", "c"):
        sequencer.request(create(name))
    sequencer.apply(created("ra"))
    assert wanted(sequencer.apply(done("ra"))) == [create("b")]
    sequencer.apply(created("rb"))
    assert wanted(sequencer.apply(done("rb"))) == [create("c")]


def test_requests_for_the_same_thing_wait_as_one() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("r1"))
    assert [sequencer.request(PLAIN), sequencer.request(PLAIN)] == [[], []]
    assert wanted(sequencer.apply(done("r1"))) == [PLAIN]
    sequencer.apply(created("r2"))
    assert sequencer.apply(done("r2")) == []


def test_a_request_while_an_equal_one_is_being_answered_is_not_lost() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(PLAIN)
    assert sequencer.request(PLAIN) == []
    sequencer.apply(created("r1"))
    assert wanted(sequencer.apply(done("r1"))) == [PLAIN]


def test_a_response_of_voice_detection_counts_as_active() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("vad"))
    assert sequencer.active
    assert sequencer.request(PLAIN) == []
    assert wanted(sequencer.apply(done("vad", "cancelled"))) == [PLAIN]


def test_a_create_that_crossed_with_voice_detection_is_sent_again_when_that_is_done() -> None:
    sequencer = ResponseSequencer()
    (sent,) = sequencer.request(create("typed"))
    sequencer.apply(created("vad"))
    assert sequencer.apply(refused(sent, ALREADY_ACTIVE)) == []
    (again,) = sequencer.apply(done("vad"))
    assert wanted([again]) == [create("typed")]
    assert again["event_id"] != sent["event_id"]


def test_a_repeated_refusal_sends_nothing_twice() -> None:
    sequencer = ResponseSequencer()
    (sent,) = sequencer.request(PLAIN)
    sequencer.apply(created("vad"))
    sequencer.apply(refused(sent, ALREADY_ACTIVE))
    sequencer.apply(refused(sent, ALREADY_ACTIVE))
    assert len(sequencer.apply(done("vad"))) == 1
    assert sequencer.apply(refused(sent, ALREADY_ACTIVE)) == []
    sequencer.apply(created("r1"))
    assert sequencer.apply(done("r1")) == []


def test_a_refusal_for_a_response_that_was_never_announced_waits_for_its_end() -> None:
    sequencer = ResponseSequencer()
    (sent,) = sequencer.request(PLAIN)
    assert sequencer.apply(refused(sent, ALREADY_ACTIVE)) == []
    assert sequencer.active
    assert wanted(sequencer.apply(done("unknown"))) == [PLAIN]


def test_a_provider_that_names_no_event_in_its_refusal_is_understood() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(PLAIN)
    sequencer.apply({"type": "error", "error": {"code": ALREADY_ACTIVE, "event_id": None}})
    assert wanted(sequencer.apply(done("unknown"))) == [PLAIN]


def test_a_create_refused_for_another_reason_is_dropped_and_the_next_is_sent() -> None:
    sequencer = ResponseSequencer()
    (sent,) = sequencer.request(create("bad"))
    sequencer.request(create("good"))
    assert wanted(sequencer.apply(refused(sent))) == [create("good")]


def test_an_error_about_something_else_lets_nothing_pass() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(create("first"))
    sequencer.request(create("second"))
    assert sequencer.apply({"type": "error", "error": {"code": "response_cancel_not_active"}}) == []
    assert sequencer.apply({"type": "error", "error": {"code": "x", "event_id": "other"}}) == []


def test_an_out_of_band_create_is_never_held_back_and_holds_nothing_back() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("r1"))
    assert wanted(sequencer.request(beside())) == [beside()]
    sequencer.apply(created("rx", None))
    assert wanted(sequencer.request(PLAIN)) == []
    assert sequencer.apply(done("rx")) == []
    assert wanted(sequencer.apply(done("r1"))) == [PLAIN]


def test_an_out_of_band_response_alone_is_not_active() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("rx", None))
    assert not sequencer.active
    sequencer.request(beside())
    assert not sequencer.active
    assert wanted(sequencer.request(PLAIN)) == [PLAIN]


def test_a_server_that_names_no_conversation_still_answers_a_create() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(create("a"))
    sequencer.request(create("b"))
    assert sequencer.apply(created("ra", None)) == []
    assert wanted(sequencer.apply(done("ra"))) == [create("b")]


def test_an_answered_out_of_band_create_does_not_take_the_answer_of_another() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(beside())
    sequencer.apply(created("rx", None))
    sequencer.request(create("a"))
    sequencer.request(create("b"))
    sequencer.apply(created("ra", None))
    assert wanted(sequencer.apply(done("ra"))) == [create("b")]


def test_a_response_announced_again_after_its_end_blocks_nothing() -> None:
    sequencer = ResponseSequencer()
    for event in (created("r1"), done("r1"), created("r1")):
        sequencer.apply(event)
    assert wanted(sequencer.request(PLAIN)) == [PLAIN]


def test_a_refused_out_of_band_create_is_forgotten() -> None:
    sequencer = ResponseSequencer()
    (sent,) = sequencer.request(beside())
    sequencer.apply(refused(sent))
    sequencer.request(PLAIN)
    sequencer.apply(created("r1", None))
    assert wanted([*sequencer.request(create("next")), *sequencer.apply(done("r1"))]) == [create("next")]


@pytest.mark.parametrize(
    "event", [None, 5, {}, {"type": []}, {"type": "error", "error": []}, {"type": "error"}]
)
def test_a_malformed_event_sends_nothing_and_raises_nothing(event: Any) -> None:
    assert ResponseSequencer().apply(event) == []


NAMES = st.sampled_from(["r1", "r2", "r3", "vad"])
ANYTHING = st.one_of(
    st.tuples(st.just("request"), st.integers(0, 3)),
    st.tuples(st.just("created"), NAMES),
    st.tuples(st.just("done"), NAMES),
    st.tuples(st.sampled_from(["active", "refused"]), st.integers(0, 5)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ANYTHING, max_size=40))
def test_no_order_of_events_gets_a_create_sent_while_one_is_unanswered_or_a_response_active(
    happenings: list[tuple[str, Any]],
) -> None:
    sequencer = ResponseSequencer()
    sent: list[Event] = []
    unanswered = False
    active: set[str] = set()
    ended: set[str] = set()
    for what, which in happenings:
        if what == "request":
            out = sequencer.request(create(str(which)))
        elif what == "created":
            active |= {which} - ended
            unanswered = False
            out = sequencer.apply(created(which))
        elif what == "done":
            active.discard(which)
            ended.add(which)
            out = sequencer.apply(done(which))
        elif sent:
            about = sent[which % len(sent)]
            unanswered = unanswered and about is not sent[-1]
            out = sequencer.apply(refused(about, ALREADY_ACTIVE if what == "active" else "invalid_value"))
        else:
            continue
        assert len(out) <= 1
        if out:
            assert not unanswered
            assert not active
            unanswered = True
            sent += out


@dataclass
class Provider:
    """A provider at the far end of a line with delay, one response at a time, voice detection of its own."""

    sequencer: ResponseSequencer = field(default_factory=ResponseSequencer)
    to_provider: deque[Event] = field(default_factory=deque)
    to_client: deque[Event] = field(default_factory=deque)
    active: str | None = None
    count: int = 0
    answered: list[str] = field(default_factory=list)

    def want(self, name: str) -> None:
        self.to_provider.extend(self.sequencer.request(create(name)))

    def hear(self) -> None:
        if self.active is None:
            self._begin()

    def take_in(self) -> None:
        if not self.to_provider:
            return
        sent = self.to_provider.popleft()
        if self.active:
            self.to_client.append(refused(sent, ALREADY_ACTIVE))
        else:
            self._begin()
            self.answered.append(sent["response"]["instructions"])

    def finish(self) -> None:
        if self.active:
            self.to_client.append(done(self.active))
            self.active = None

    def deliver(self) -> None:
        if self.to_client:
            self.to_provider.extend(self.sequencer.apply(self.to_client.popleft()))

    def _begin(self) -> None:
        self.count += 1
        self.active = f"r{self.count}"
        self.to_client.append(created(self.active))


STEPS = st.sampled_from(["want", "hear", "take_in", "finish", "deliver", "deliver"])


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_every_request_is_answered_once_however_the_line_delays(steps: list[str]) -> None:
    provider = Provider()
    names: list[str] = []
    for step in steps:
        if step == "want":
            names.append(f"request {len(names)}")
            provider.want(names[-1])
        else:
            getattr(provider, step)()
    for _ in range(8 * len(names) + 8):
        for step in ("deliver", "deliver", "deliver", "take_in", "finish"):
            getattr(provider, step)()
    assert sorted(provider.answered) == sorted(names)
    assert not provider.sequencer.active


# -- a connection that broke -------------------------------------------------------------------------------


def test_a_create_lost_with_its_connection_is_asked_for_again_on_the_next() -> None:
    sequencer = ResponseSequencer()
    (first,) = sequencer.request(create("first"))
    assert sequencer.request(create("second")) == []
    (again,) = sequencer.reattach()
    assert wanted([again]) == [create("first")]
    assert again["event_id"] != first["event_id"]
    sequencer.apply(created("r1"))
    assert wanted(sequencer.apply(done("r1"))) == [create("second")]


def test_a_create_that_is_still_to_be_sent_is_not_asked_for_twice() -> None:
    sequencer = ResponseSequencer()
    unsent = sequencer.request(PLAIN)
    assert sequencer.reattach(unsent) == []
    assert sequencer.active


def test_a_response_whose_end_was_lost_holds_nothing_up() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("r1"))
    assert sequencer.request(PLAIN) == []
    assert wanted(sequencer.reattach()) == [PLAIN]


def test_a_response_that_goes_on_after_all_is_waited_for() -> None:
    sequencer = ResponseSequencer()
    sequencer.apply(created("r1"))
    sequencer.request(PLAIN)
    (again,) = sequencer.reattach()
    assert sequencer.apply(refused(again, ALREADY_ACTIVE)) == []
    assert wanted(sequencer.apply(done("r1"))) == [PLAIN]


def test_a_question_lost_with_its_connection_takes_no_answer_of_another() -> None:
    sequencer = ResponseSequencer()
    sequencer.request(beside())
    sequencer.reattach()
    sequencer.request(PLAIN)
    sequencer.apply(created("r1", None))
    assert wanted(sequencer.apply(done("r1"))) == []
    assert not sequencer.active
