from typing import Any

from engine.session.items import Items
from engine.session.response import ResponseEvents

USAGE = {"total_tokens": 1}


class Log:
    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def emit(self, event_type: str, **fields: Any) -> None:
        self.events.append((event_type, fields))

    def types(self) -> list[str]:
        return [event_type for event_type, _ in self.events]

    def last(self, event_type: str) -> dict[str, Any]:
        return [fields for name, fields in self.events if name == event_type][-1]


def response(log: Log, items: Items | None, modality: str = "audio") -> ResponseEvents:
    begun = ResponseEvents(
        log.emit,
        items,
        conversation_id="conv_1",
        modality=modality,
        voice="verse",
        max_output_tokens="inf",
        metadata={"a": "b"},
    )
    begun.begin()
    return begun


def test_a_spoken_response_says_its_events_in_the_apis_order() -> None:
    log = Log()
    spoken = response(log, Items())
    spoken.open_message()
    spoken.append("Hello")
    spoken.append(" there.")
    spoken.finish("completed", USAGE)
    assert log.types() == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio_transcript.delta",
        "response.output_audio_transcript.delta",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    done = log.last("response.done")["response"]
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "Hello there."}]
    assert (done["status"], done["metadata"], done["usage"]) == ("completed", {"a": "b"}, USAGE)


def test_a_written_response_has_text_and_no_audio() -> None:
    log = Log()
    written = response(log, Items(), "text")
    written.open_message()
    written.append("Hi")
    written.finish("completed", USAGE)
    assert not [name for name in log.types() if "audio" in name]
    assert log.last("response.output_text.done")["text"] == "Hi"
    assert log.last("conversation.item.done")["item"]["content"] == [{"type": "output_text", "text": "Hi"}]


def test_out_of_band_the_conversation_never_hears_of_it() -> None:
    log = Log()
    aside = response(log, None)
    aside.open_message()
    aside.finish("completed", USAGE)
    assert not [name for name in log.types() if name.startswith("conversation.")]


def test_a_cut_response_closes_what_is_open_as_incomplete() -> None:
    log, items = Log(), Items()
    cut = response(log, items)
    cut.open_message()
    cut.append("Hel")
    cut.finish("cancelled", USAGE, reason="turn_detected")
    assert log.last("response.output_audio_transcript.done")["transcript"] == "Hel"
    assert log.last("response.output_item.done")["item"]["status"] == "incomplete"
    done = log.last("response.done")["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert cut.finished


def test_a_response_cut_before_its_first_item_has_no_output() -> None:
    log = Log()
    response(log, Items()).finish("cancelled", USAGE, reason="client_cancelled")
    assert log.types() == ["response.created", "response.done"]


def test_a_function_call_says_its_events_in_the_apis_order() -> None:
    log, items = Log(), Items()
    calling = response(log, items)
    calling.call_function("f", '{"a": 1}')
    calling.finish("completed", USAGE)
    assert log.types()[1:] == [
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
    ]
    item = log.last("response.output_item.done")["item"]
    assert (item["name"], item["arguments"], item["status"]) == ("f", '{"a": 1}', "completed")
    assert log.last("response.function_call_arguments.done")["call_id"] == item["call_id"]
