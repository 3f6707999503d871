"""The frames that a page's socket may send, checked before NiceGUI's socket server sees them.

Engine.IO 4 puts one digit before a frame, Socket.IO 5 another one: `3` is a pong, `40` connects, `41` leaves
and `42["event",{…}]` is an event. Our pages never send anything else.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from nicegui import json

ID = re.compile(r"[A-Za-z0-9-]{1,64}")
DIGITS = re.compile(r"[0-9]{1,15}")
MAX_NUMBER = 10**15
EVENT = re.compile(r"42[0-9]{0,9}(\[.*\])", re.DOTALL)
CONNECTS = ("40", "40{}")
LEAVES = ("41", "1")
PONG = "3"
EVENTS = ("event", "handshake", "ack", "javascript_response", "log")

PageEvent = tuple[str, dict[str, Any]]


class MalformedFrame(ValueError):
    """A frame that no page of ours sends. It has no text: what came in never reaches a log."""


class PageFrames:
    """The frames of one socket, in their order."""

    def __init__(self, page_id: str) -> None:
        """Create the page frames.

        :param page_id: NiceGUI's `client_id`, as the address of the socket names it
        """
        self._page_id = page_id
        self._connected = False

    def read(self, frame: str) -> PageEvent | None:
        """Return name and message of an event; None for a frame of the transport itself.

        :raises MalformedFrame: it is none of ours, or comes before the socket is connected
        """
        if frame == PONG:
            return None
        if frame in CONNECTS and not self._connected:
            self._connected = True
            return None
        if not self._connected:
            raise MalformedFrame
        if frame in LEAVES:
            self._connected = False
            return None
        return self._event(frame)

    def _event(self, frame: str) -> PageEvent:
        matched = EVENT.fullmatch(frame)
        name, message = _name_and_message(_loaded(matched[1])) if matched else ("", {})
        if name not in EVENTS or message.get("client_id") != self._page_id or not _fits(name, message):
            raise MalformedFrame
        return name, message


def page_of(query: bytes) -> str | None:
    """Return the page that a socket's address names; empty when it names none, None when it is malformed."""
    if not query.isascii():
        return None
    asked = {name: values[0] for name, values in parse_qs(query.decode()).items()}
    if asked.get("EIO") != "4" or asked.get("transport") != "websocket" or "sid" in asked:
        return None
    if asked.get("implicit_handshake") == "true" and not _shakes_hands(asked):
        return None
    page_id = asked.get("client_id", "")
    return page_id if not page_id or ID.fullmatch(page_id) else None


def _name_and_message(packet: object) -> PageEvent:
    match packet:
        case [str(name), dict(message)]:
            return name, message
    raise MalformedFrame


def _loaded(text: object) -> object:
    """Return what JSON says, read as NiceGUI will read it."""
    if not isinstance(text, str):
        raise MalformedFrame
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedFrame from None


def _fits(name: str, message: Mapping[str, Any]) -> bool:
    match name:
        case "event":
            return _is_event(message)
        case "handshake":
            return _shakes_hands(message)
        case "ack":
            return _is_number(message.get("next_message_id"))
        case "javascript_response":
            return _is_id(message.get("request_id"))
    return True


def _is_event(message: Mapping[str, Any]) -> bool:
    args = message.get("args", [])
    if (
        not isinstance(args, list)
        or not _is_number(message.get("id"))
        or not _is_id(message.get("listener_id"))
    ):
        return False
    for arg in args:
        if arg is not None:
            _loaded(arg)
    return True


def _shakes_hands(message: Mapping[str, Any]) -> bool:
    """Whether a handshake is whole; the page may have no earlier tab, and may not know a next message."""
    needed = all(_is_id(message.get(name)) for name in ("client_id", "tab_id", "document_id"))
    old_tab, next_message = message.get("old_tab_id"), message.get("next_message_id")
    return (
        needed
        and (old_tab is None or old_tab == "" or _is_id(old_tab))
        and (next_message is None or _is_number(next_message) or _is_digits(next_message))
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _is_digits(value: object) -> bool:
    """Whether it is a number as an address holds it."""
    return isinstance(value, str) and DIGITS.fullmatch(value) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_NUMBER
