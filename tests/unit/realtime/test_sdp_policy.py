from pathlib import Path

import pytest

from realtime.sdp_policy import MAX_CANDIDATES, MAX_OFFER_BYTES, OfferRefused, check_offer, sections

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "sdp"
HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
CHANNEL = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
BUNDLED_CHANNEL = CHANNEL.replace(" 9 ", " 0 ")
CANDIDATE = "a=candidate:{} 1 udp 2113937151 192.0.2.1 {} typ host\r\n"


def test_one_audio_and_one_data_channel_section_pass_in_any_order() -> None:
    assert check_offer((HEAD + AUDIO + CHANNEL).encode(), data_channel=True) == HEAD + AUDIO + CHANNEL
    assert check_offer((HEAD + CHANNEL + AUDIO).encode(), data_channel=True)
    assert check_offer(f"{HEAD}{AUDIO}{BUNDLED_CHANNEL}a=bundle-only\r\n".encode(), data_channel=True)


@pytest.mark.parametrize("browser", ["chrome", "firefox"])
def test_what_browsers_offer_passes_unchanged(browser: str) -> None:
    offer = (EXAMPLES / f"{browser}.sdp").read_bytes()
    assert check_offer(offer, data_channel=True) == offer.decode()


def kinds_of(answer: str) -> list[str]:
    """Return what a controlled call finds in a provider's answer."""
    try:
        return sections(answer)
    except OfferRefused:
        return []


SMUGGLED = [
    f" {CHANNEL}",
    f"\t{CHANNEL}",
    CHANNEL.replace("m=", "M="),
    CHANNEL.replace("m=", "m ="),
    CHANNEL.replace("m=", "m= "),
    CHANNEL.replace("m=application", "m=Application"),
    CHANNEL.replace(" 9 ", "  9 "),
    CHANNEL.replace(" 9 ", "\t9 "),
    f"a=x\r{CHANNEL}",
    f"a=x\n{CHANNEL}",
    f"a=x\r\r\n{CHANNEL}",
    f"a=x\x0b{CHANNEL}",
    f"a=x\x0c{CHANNEL}",
    f"a=x\x1e{CHANNEL}",
    f"a=x\x00{CHANNEL}",
    f"a=x\u0085{CHANNEL}",
    f"a=x\u2028{CHANNEL}",
    f"\r\n{CHANNEL}",
    f"x=1\r\n{CHANNEL}",
    f"v=0\r\n{CHANNEL}",
    f"{HEAD}{CHANNEL}",
    CHANNEL,
    BUNDLED_CHANNEL,
    f"{BUNDLED_CHANNEL}a=bundle-only\r\n",
    AUDIO,
    VIDEO,
]


@pytest.mark.parametrize("more", SMUGGLED)
def test_a_controlled_call_gets_no_second_section_however_it_is_written(more: str) -> None:
    with pytest.raises(OfferRefused):
        check_offer((HEAD + AUDIO + more).encode(), data_channel=False)
    assert kinds_of(HEAD + AUDIO + more) != ["audio"]


@pytest.mark.parametrize(
    "audio",
    [
        AUDIO.replace(" 9 ", " 0 "),
        f"{AUDIO.replace(' 9 ', ' 0 ')}a=bundle-only\r\n",
        AUDIO.replace(" 9 ", " 9/2 "),
        AUDIO.replace("m=", "M="),
        AUDIO.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        AUDIO.replace(" 111", ""),
        AUDIO.replace("\r\n", "\n"),
        AUDIO.replace("\r\n", "\r"),
    ],
)
def test_an_audio_section_that_is_rejected_or_in_another_form_is_none(audio: str) -> None:
    for offer, channel in ((HEAD + audio, False), (HEAD + audio + CHANNEL, True)):
        with pytest.raises(OfferRefused):
            check_offer(offer.encode(), data_channel=channel)


def test_line_ends_other_than_crlf_are_refused() -> None:
    offer = HEAD + AUDIO
    for end in ("\n", "\r", "\n\r", "\x85"):
        with pytest.raises(OfferRefused):
            check_offer(offer.replace("\r\n", end).encode("latin-1"), data_channel=False)


@pytest.mark.parametrize(
    "offer",
    [
        HEAD + AUDIO + CHANNEL + VIDEO,
        HEAD + AUDIO,
        HEAD + CHANNEL,
        HEAD + AUDIO + AUDIO + CHANNEL,
        HEAD + AUDIO + CHANNEL + CHANNEL,
        HEAD + AUDIO + BUNDLED_CHANNEL,
        HEAD,
        "",
        "hello",
        "v=0",
        '{"sdp": "v=0"}',
        HEAD + AUDIO + CHANNEL + "a=x:ے\r\n",
        HEAD + AUDIO + CHANNEL + "a=x\r\n" * 500,
    ],
)
def test_anything_else_is_refused_with_a_sentence(offer: str) -> None:
    with pytest.raises(OfferRefused, match=r"\w+ \w+ \w+"):
        check_offer(offer.encode(), data_channel=True)


def test_an_offer_over_the_size_is_refused() -> None:
    with pytest.raises(OfferRefused, match="at most"):
        check_offer((HEAD + AUDIO + CHANNEL).encode() + b"a" * MAX_OFFER_BYTES, data_channel=True)


def test_candidates_beyond_the_limit_are_left_out_of_what_is_relayed() -> None:
    candidates = "".join(CANDIDATE.format(n, 1000 + n) for n in range(60))
    relayed = check_offer((HEAD + AUDIO + candidates + CHANNEL + candidates).encode(), data_channel=True)
    kept = [line for line in relayed.split("\r\n") if line.startswith("a=candidate:")]
    assert kept == candidates.split("\r\n")[:MAX_CANDIDATES]
    assert sections(relayed) == ["application", "audio"]


def test_a_controlled_call_has_audio_and_no_channel_to_the_session() -> None:
    assert check_offer((HEAD + AUDIO).encode(), data_channel=False)
    for offer in (HEAD + AUDIO + CHANNEL, HEAD + AUDIO + AUDIO, HEAD + CHANNEL, HEAD + AUDIO + VIDEO):
        with pytest.raises(OfferRefused):
            check_offer(offer.encode(), data_channel=False)
