"""What an SDP offer of a browser may hold: one audio section, one data channel, never video."""

MAX_OFFER_BYTES = 256 * 1024


class OfferRefused(ValueError):
    """The offer is not one we relay; the text says why."""


def check_offer(body: bytes) -> str:
    """The offer as text, when it is one we relay.

    :raises OfferRefused: too large, no SDP, or other sections than one audio and one data channel
    """
    if len(body) > MAX_OFFER_BYTES:
        raise OfferRefused(f"an offer takes at most {MAX_OFFER_BYTES} bytes")
    try:
        offer = body.decode("ascii")
    except UnicodeDecodeError:
        raise OfferRefused("an offer is ASCII text") from None
    if not offer.startswith("v=0"):
        raise OfferRefused("the body is no SDP: it must begin with v=0")
    kinds = [line[2:].split(" ", 1)[0] for line in offer.splitlines() if line.startswith("m=")]
    if sorted(kinds) != ["application", "audio"]:
        raise OfferRefused("an offer has one audio and one data-channel section and nothing else")
    return offer
