import pytest

from realtime.sdp_policy import MAX_OFFER_BYTES, OfferRefused, check_offer

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
CHANNEL = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"


def test_one_audio_and_one_data_channel_section_pass_in_any_order() -> None:
    assert check_offer((HEAD + AUDIO + CHANNEL).encode(), data_channel=True) == HEAD + AUDIO + CHANNEL
    assert check_offer((HEAD + CHANNEL + AUDIO).encode(), data_channel=True)


@pytest.mark.parametrize(
    "offer",
    [
        HEAD + AUDIO + CHANNEL + VIDEO,
        HEAD + AUDIO,
        HEAD + CHANNEL,
        HEAD + AUDIO + AUDIO + CHANNEL,
        HEAD + AUDIO + CHANNEL + CHANNEL,
        HEAD,
        "",
        "hello",
        '{"sdp": "v=0"}',
        HEAD + AUDIO + CHANNEL + "a=x:ے\r\n",
    ],
)
def test_anything_else_is_refused_with_a_sentence(offer: str) -> None:
    with pytest.raises(OfferRefused, match=r"\w+ \w+ \w+"):
        check_offer(offer.encode(), data_channel=True)


def test_an_offer_over_the_size_is_refused() -> None:
    with pytest.raises(OfferRefused, match="at most"):
        check_offer((HEAD + AUDIO + CHANNEL).encode() + b"a" * MAX_OFFER_BYTES, data_channel=True)


def test_a_controlled_call_has_audio_and_no_channel_to_the_session() -> None:
    assert check_offer((HEAD + AUDIO).encode(), data_channel=False)
    for offer in (HEAD + AUDIO + CHANNEL, HEAD + AUDIO + AUDIO, HEAD + CHANNEL, HEAD + AUDIO + VIDEO):
        with pytest.raises(OfferRefused):
            check_offer(offer.encode(), data_channel=False)
