"""An incoming phone call as the provider tells of it, and the addresses in it.

`sip_headers` were written by whoever calls and by every trunk on the way: they prove nothing.
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
    """A phone that rings here."""

    call_id: str
    dialled: str = ""
    """The line that was called, as `line_of` writes it; empty when nothing says so."""
    caller: str = field(default="", repr=False)
    """The line that claims to call."""


def incoming_call(event: Json) -> IncomingCall | None:
    """Read a webhook's event; None when it is of another kind or names no call."""
    data = mapping(event, "data")
    call_id = text(data, "call_id") or ""
    if event.get("type") != INCOMING or not CALL_ID.fullmatch(call_id):
        return None
    return IncomingCall(call_id, dialled=_line_in(data, "to"), caller=_line_in(data, "from"))


def line_of(address: str) -> str:
    """Which line an address names, however it is written: `"Bank" <sip:+92-21-111@host>;tag=1` → `9221111`.

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
