"""Reading an SDP offer: strict lines by RFC 8866, bounded, and complete enough for aiortc to answer."""

import ipaddress
import re

from aiortc.exceptions import InvalidAccessError, InvalidStateError, OperationError
from aiortc.sdp import MediaDescription, SessionDescription

from engine.http.api_error import EngineError

MAX_OFFER_BYTES = 64 * 1024
MAX_LINES = 500
"""aiortc compares some lines with each other; a browser's offer has about a hundred."""
MAX_CANDIDATES = 32
"""The engine sends connectivity checks to every address that an offer names; further ones are left out."""
LINE = re.compile(r"[a-z]=[\x20-\x7e]*")
CANDIDATE = "a=candidate:"
END_OF_CANDIDATES = "a=end-of-candidates"
HOSTNAME_FIELD = 4
"""The place of the address in a candidate, counted from 0 at its foundation (RFC 8839, section 5.1)."""
BAD_SDP = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, StopIteration, TypeError,
    ValueError, InvalidAccessError, InvalidStateError, OperationError,
)  # fmt: skip
"""Everything aiortc raises for an offer that it cannot read or match."""


def readable_offer(offer: str) -> str:
    """Check an offer and leave out what delays or ends the connection.

    mDNS names take seconds to resolve, and behind the end of candidates ICE would not wait for the browser's
    own checks, which tell the address anyway.

    :raises ApiError: it is not one audio section and at most one data channel, or cannot be read
    """
    kept = [line for line in _lines(offer) if line != END_OF_CANDIDATES and not _is_hidden(line)]
    readable = "".join(f"{line}\r\n" for line in _without_surplus(kept))
    try:
        media = SessionDescription.parse(readable).media
    except BAD_SDP as error:
        raise bad_offer(type(error).__name__) from None
    if sorted(section.kind for section in media) not in (["audio"], ["application", "audio"]):
        raise bad_offer("one audio section and at most one data channel are served")
    for section in media:
        _check_complete(section)
    return readable


def bad_offer(why: str) -> EngineError:
    """Return the error of an offer that cannot be answered."""
    return EngineError(f"The SDP offer cannot be answered: {why}.", code="invalid_offer", param="sdp")


def _lines(offer: str) -> list[str]:
    if len(offer) > MAX_OFFER_BYTES:
        raise bad_offer(f"it is longer than {MAX_OFFER_BYTES} bytes")
    lines = offer.removesuffix("\r\n").split("\r\n")
    if len(lines) > MAX_LINES:
        raise bad_offer(f"it has more than {MAX_LINES} lines")
    if not all(LINE.fullmatch(line) for line in lines):
        raise bad_offer("it is not made of lines like a=value that end with CRLF")
    return lines


def _without_surplus(lines: list[str]) -> list[str]:
    surplus = {n for n, line in enumerate(lines) if line.startswith(CANDIDATE)}
    surplus -= set(sorted(surplus)[:MAX_CANDIDATES])
    return [line for n, line in enumerate(lines) if n not in surplus]


def _is_hidden(line: str) -> bool:
    """Whether the line is a candidate with an mDNS name.

    :raises ApiError: for another name: the engine looks up no names for a caller
    """
    if not line.startswith(CANDIDATE):
        return False
    fields = line.split(" ")
    address = fields[HOSTNAME_FIELD] if len(fields) > HOSTNAME_FIELD else ""
    if address.endswith(".local"):
        return True
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise bad_offer("a candidate names no IP address") from None
    return False


def _check_complete(section: MediaDescription) -> None:
    """Check for what aiortc needs: without it, aiortc builds half a connection that it cannot close."""
    if not (section.dtls and section.dtls.fingerprints):
        raise bad_offer("a section lacks a=fingerprint or a=setup")
    if not (section.ice and section.ice.usernameFragment and section.ice.password):
        raise bad_offer("a section lacks a=ice-ufrag or a=ice-pwd")
