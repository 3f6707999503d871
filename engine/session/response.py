"""One response: what of it is open, and its events in the API's order."""

from collections.abc import Callable
from typing import Any, Literal

from engine.session.items import Item, Items, new_id
from engine.session.session_config import PCM_RATE

Emit = Callable[..., None]
Status = Literal["completed", "cancelled", "failed"]


class ResponseEvents:
    """The events of one response: opens items and parts, appends words, and closes what is open."""

    def __init__(
        self,
        emit: Emit,
        items: Items | None,
        *,
        conversation_id: str | None,
        modality: str,
        voice: Any,
        max_output_tokens: int | str,
        metadata: dict[str, str] | None,
    ) -> None:
        """Create the response events.

        :param emit: `emit(event_type, **fields)`
        :param items: the conversation that gets the items; None for an out-of-band response
        :param modality: `audio` or `text`
        """
        self._emit = emit
        self._items = items
        self.id = new_id("resp")
        self.modality = modality
        self.text = ""
        self._metadata = metadata
        self._fields = {
            "conversation_id": conversation_id,
            "output_modalities": [modality],
            "max_output_tokens": max_output_tokens,
            "audio": {"output": {"format": {"type": "audio/pcm", "rate": PCM_RATE}, "voice": voice}},
        }
        self._output: list[Item] = []
        self._open: Item | None = None
        self.finished = False

    def begin(self) -> None:
        """Emit `response.created`."""
        self._emit("response.created", response=self._snapshot("in_progress"))

    def open_message(self) -> str:
        """Return an assistant item with one empty part; the item's id."""
        item = {"type": "message", "role": "assistant", "content": []}
        self._open_item(item)
        part = (
            {"type": "audio", "transcript": ""} if self.modality == "audio" else {"type": "text", "text": ""}
        )
        self._part_event("response.content_part.added", part=part)
        return str(item["id"])

    @property
    def is_open(self) -> bool:
        """Whether a message is open."""
        return self._open is not None

    def append(self, words: str) -> None:
        """Append words to the open message."""
        self.text += words
        name = "output_audio_transcript" if self.modality == "audio" else "output_text"
        self._part_event(f"response.{name}.delta", delta=words)

    def close_message(self, status: str = "completed") -> None:
        """Close the open message."""
        assert self._open is not None
        if self.modality == "audio":
            self._part_event("response.output_audio.done")
            self._part_event("response.output_audio_transcript.done", transcript=self.text)
            part = {"type": "audio", "transcript": self.text}
        else:
            self._part_event("response.output_text.done", text=self.text)
            part = {"type": "text", "text": self.text}
        self._part_event("response.content_part.done", part=part)
        self._open["content"] = [{**part, "type": f"output_{part['type']}"}]
        self._close_item(status)

    def call_function(self, name: str, arguments: str) -> None:
        """Emit a whole function call, from its item to its end."""
        if self._open:
            self.close_message()
        call_id = new_id("call")
        item = {"type": "function_call", "name": name, "call_id": call_id, "arguments": ""}
        self._open_item(item)
        self._item_event("response.function_call_arguments.delta", call_id=call_id, delta=arguments)
        self._item_event(
            "response.function_call_arguments.done", call_id=call_id, name=name, arguments=arguments
        )
        self.text += arguments
        item["arguments"] = arguments
        self._close_item("completed")

    def finish(
        self,
        status: Status,
        usage: dict[str, Any],
        *,
        reason: str | None = None,
        error: dict[str, str] | None = None,
    ) -> None:
        """Close what is open and say `response.done`."""
        self.finished = True
        if self._open:
            self.close_message("completed" if status == "completed" else "incomplete")
        details = {"type": status, "reason": reason, "error": error}
        details = {name: value for name, value in details.items() if value}
        done = self._snapshot(status) | {"status_details": None if status == "completed" else details}
        self._emit("response.done", response=done | {"usage": usage})

    def _snapshot(self, status: str) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": None,
            "output": self._output,
            "metadata": self._metadata,
            "usage": None,
            **self._fields,
        }

    def _open_item(self, item: Item) -> None:
        item |= {"id": new_id("item"), "object": "realtime.item", "status": "in_progress"}
        self._open = item
        self._emit(
            "response.output_item.added", response_id=self.id, output_index=len(self._output), item=item
        )
        if self._items is not None:
            self._previous_item_id = self._items.add(item)
            self._emit("conversation.item.added", previous_item_id=self._previous_item_id, item=item)

    def _close_item(self, status: str) -> None:
        item = self._open
        assert item is not None
        item["status"] = status
        if self._items is not None:
            self._emit("conversation.item.done", previous_item_id=self._previous_item_id, item=item)
        self._emit(
            "response.output_item.done", response_id=self.id, output_index=len(self._output), item=item
        )
        self._output.append(item)
        self._open = None

    def _item_event(self, event_type: str, **fields: Any) -> None:
        assert self._open is not None
        place = {"response_id": self.id, "item_id": self._open["id"], "output_index": len(self._output)}
        self._emit(event_type, **place, **fields)

    def _part_event(self, event_type: str, **fields: Any) -> None:
        self._item_event(event_type, content_index=0, **fields)
