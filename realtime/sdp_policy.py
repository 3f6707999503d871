"""What an SDP offer of a browser may hold: one audio section and, unless controlled, one data channel."""

MAX_OFFER_BYTES = 256 * 1024


class OfferRefused(ValueError):
    """The offer is not one we relay; the text says why."""


def check_offer(body: bytes, *, data_channel: bool) -> str:
    """The offer as text, when it is one we relay.

    :param data_channel: whether the caller's browser may speak to the session (never in a controlled call)
    :raises OfferRefused: too large, no SDP, or other sections than these
    """
    if len(body) > MAX_OFFER_BYTES:
        raise OfferRefused(f"an offer takes at most {MAX_OFFER_BYTES} bytes")
    try:
        offer = body.decode("ascii")
    except UnicodeDecodeError:
        raise OfferRefused("an offer is ASCII text") from None
    if not offer.startswith("v=0"):
        raise OfferRefused("the body is no SDP: it must begin with v=0")
    if sections(offer) != (["application", "audio"] if data_channel else ["audio"]):
        wanted = "one audio and one data-channel section" if data_channel else "one audio section"
        raise OfferRefused(f"the offer of this call has {wanted} and nothing else")
    return offer


def sections(sdp: str) -> list[str]:
    """The kinds of the media sections, sorted."""
    return sorted(line[2:].split(" ", 1)[0] for line in sdp.splitlines() if line.startswith("m="))
