from calls.channels.last_words import LastWords
from realtime.conversation import Conversation
from tests.fakes.turns import Event, transcribed

COMMITTED = {"type": "input_audio_buffer.committed", "item_id": "b", "previous_item_id": None}
NOTHING_LEFT = {"type": "error", "error": {"code": "input_audio_buffer_commit_empty"}}


class Stop:
    """Somebody pressed Stop after these events."""

    def __init__(self, *before: Event) -> None:
        self.conversation = Conversation()
        for event in before:
            self.conversation.apply(event)
        self.last_words = LastWords(self.conversation)

    def then(self, *events: Event) -> list[bool]:
        """After which of these everything is there."""
        there = []
        for event in events:
            self.conversation.apply(event)
            there.append(self.last_words.are_there(event))
        return there


def test_the_last_utterance_is_committed_and_its_words_are_waited_for() -> None:
    delta, completed = transcribed("b", "Thank you.")
    assert Stop().then(COMMITTED, delta, completed) == [False, False, True]


def test_an_utterance_still_being_written_down_at_stop_is_waited_for_too() -> None:
    pending = COMMITTED | {"item_id": "a"}
    assert Stop(pending).then(NOTHING_LEFT, *transcribed("a", "Good.")) == [False, False, True]


def test_with_nothing_left_there_is_nothing_to_wait_for() -> None:
    assert Stop(*transcribed("a", "Done.")).then(NOTHING_LEFT) == [True]


def test_the_end_of_an_earlier_utterance_is_not_the_end() -> None:
    pending = COMMITTED | {"item_id": "a"}
    stop = Stop(pending)
    there = stop.then(*transcribed("a", "One."), COMMITTED, *transcribed("b", "Two."))
    assert there == [False, False, False, False, True]
