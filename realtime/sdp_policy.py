"""Rules for the SDP offer of a browser: one audio section and, unless controlled, one data channel.

The offer has to follow the grammar of RFC 8866, section 9: a line that another parser may read in another way
is refused, since the provider's parser decides what a section is.
"""

import re

MAX_OFFER_BYTES = 64 * 1024
MAX_LINES = 500
"""Lines of an offer; a browser's has about a hundred."""
MAX_CANDIDATES = 32
"""Candidates of an offer, to each of which the provider sends connectivity checks; others are left out."""
CANDIDATE = "a=candidate:"
SESSION_LINE = re.compile(r"[vosiuepcbtrzka]=[\x20-\x7e]+")
MEDIA_LINE = re.compile(r"[micbka]=[\x20-\x7e]+")
AUDIO = re.compile(r"m=audio [1-9][0-9]{0,4} (?:UDP|TCP)/(?:TLS|DTLS)/RTP/SAVPF?(?: [0-9]{1,3})+")
CHANNEL = re.compile(r"m=application ([0-9]{1,5}) (?:UDP|TCP)/DTLS/SCTP webrtc-datachannel")
BUNDLE_ONLY = "a=bundle-only"
"""Line of a section whose port 0 does not mean rejection: it uses the bundle's (RFC 9143, section 6)."""


class OfferRefused(ValueError):
    """Refusal of an offer; the text says why."""


def check_offer(body: bytes, *, data_channel: bool) -> str:
    """Return the offer as text if it may be relayed.

    :param data_channel: whether the caller's browser may speak to the session (never in a controlled call)
    :raises OfferRefused: it is too large, is no SDP, or has other sections
    """
    if len(body) > MAX_OFFER_BYTES:
        raise OfferRefused(f"an offer takes at most {MAX_OFFER_BYTES} bytes")
    try:
        offer = body.decode("ascii")
    except UnicodeDecodeError:
        raise OfferRefused("an offer is ASCII text") from None
    if sections(offer) != (["application", "audio"] if data_channel else ["audio"]):
        wanted = "one audio and one data-channel section" if data_channel else "one audio section"
        raise OfferRefused(f"the offer of this call has {wanted} and nothing else")
    return _with_few_candidates(offer)


def _with_few_candidates(offer: str) -> str:
    lines = offer.split("\r\n")
    surplus = {n for n, line in enumerate(lines) if line.startswith(CANDIDATE)}
    surplus -= set(sorted(surplus)[:MAX_CANDIDATES])
    return "\r\n".join(line for n, line in enumerate(lines) if n not in surplus)


def sections(sdp: str) -> list[str]:
    """Return the kinds of the media sections, sorted.

    :raises OfferRefused: a line is no SDP, or a section is not one of those that are relayed
    """
    lines = sdp.removesuffix("\r\n").split("\r\n")
    if lines[0] != "v=0":
        raise OfferRefused("the body is no SDP: it must begin with v=0")
    if len(lines) > MAX_LINES:
        raise OfferRefused(f"an SDP has at most {MAX_LINES} lines")
    starts = [n for n, line in enumerate(lines) if line.startswith("m=")]
    head = lines[1 : starts[0]] if starts else lines[1:]
    if not all(SESSION_LINE.fullmatch(line) and line[0] != "v" for line in head):
        raise OfferRefused("a line of the session part is no SDP line that ends with CRLF")
    ends = [*starts[1:], len(lines)]
    return sorted(_kind(lines[start:end]) for start, end in zip(starts, ends, strict=False))


def _kind(section: list[str]) -> str:
    if not all(MEDIA_LINE.fullmatch(line) for line in section):
        raise OfferRefused("a line of a media section is no SDP line that ends with CRLF")
    if AUDIO.fullmatch(section[0]):
        return "audio"
    channel = CHANNEL.fullmatch(section[0])
    if channel and (int(channel[1]) > 0 or BUNDLE_ONLY in section):
        return "application"
    raise OfferRefused("a section is neither audio nor a data channel that is in use")
