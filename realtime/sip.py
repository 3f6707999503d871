"""Incoming phone call as the provider reports it, and the addresses in it.

`sip_headers` are written by the calling side and by every trunk on the way, so they prove nothing.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from realtime.fields import Json, mapping, mappings, text

INCOMING = "realtime.call.incoming"
CALL_ID = re.compile(r"rtc_[A-Za-z0-9_-]{1,128}")
USER = re.compile(r"(?:sips?|tel):([^@:;?>]+)", re.IGNORECASE)
SEPARATORS = re.compile(r"[\s().-]")
NUMBER = re.compile(r"\+?[0-9]{3,20}")
MAX_HEADERS = 100


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Phone call that waits to be accepted or rejected."""

    call_id: str
    dialled: str = ""
    """The line that was called, as `line_of` writes it; empty when no header names one."""
    caller: str = field(default="", repr=False)
    """The line that claims to call."""


def incoming_call(event: Json) -> IncomingCall | None:
    """Read a webhook's event; return None when it is of another kind or names no call."""
    data = mapping(event, "data")
    call_id = text(data, "call_id") or ""
    if event.get("type") != INCOMING or not CALL_ID.fullmatch(call_id):
        return None
    return IncomingCall(call_id, dialled=_line_in(data, "to"), caller=_line_in(data, "from"))


def line_of(address: str) -> str:
    """Return the line of an address in one form: `9221111` for `"Bank" <sip:+92-21-111@host>;tag=1`.

    :return: a phone number as bare digits, anything else in lower case
    """
    found = USER.search(address.rpartition("<")[2])
    user = unquote(found[1] if found else address).strip().lower()
    digits = SEPARATORS.sub("", user)
    return digits.removeprefix("+").removeprefix("00") if NUMBER.fullmatch(digits) else user


def _line_in(data: Json, header: str) -> str:
    values = (
        text(each, "value")
        for each in mappings(data, "sip_headers", MAX_HEADERS)
        if (text(each, "name") or "").lower() == header
    )
    return line_of(next(values, None) or "")
