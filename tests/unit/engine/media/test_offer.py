import asyncio
import random
from pathlib import Path

import pytest

from engine.http.api_error import EngineError
from engine.media.offer import MAX_CANDIDATES, MAX_OFFER_BYTES, readable_offer
from engine.media.peer import Peer
from engine.media.voice_track import VoiceTrack
from tests.unit.engine.media.test_peer import Player

EXAMPLES = Path(__file__).parents[3] / "fixtures" / "sdp"
BROWSERS = ["chrome", "firefox"]
CANDIDATE = "a=candidate:{} 1 udp 2113937151 192.0.2.{} {} typ host\r\n"


def example(browser: str) -> str:
    return (EXAMPLES / f"{browser}.sdp").read_bytes().decode()


def mutated(offer: str, seed: int) -> str:
    """Draw an offer with one to three faults."""
    chance, lines = random.Random(seed), offer.split("\r\n")
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        line = lines[at]
        place = chance.randrange(len(line) + 1)
        insert = chance.choice(["0", "-1", "٣", " ", "/", "%", "99999999999", "x", ".", "\t", "\n"])
        words = line.split(" ")
        chance.shuffle(words)
        lines[at] = chance.choice(
            [line[:place], line[:place] + insert + line[place:], line[:place] + line[place + 1 :],
             " ".join(words), lines[other], f"{line}\r\n{lines[other]}"]
        )  # fmt: skip
        if chance.random() < 0.3 and len(lines) > 1:
            del lines[chance.randrange(len(lines))]
    return "\r\n".join(lines)


async def outcome(offer: str) -> str:
    """How the engine answers; anything but an answer or an API error is raised."""
    peer = Peer(
        [],
        on_frame=lambda frame: None,
        on_channel=lambda channel: None,
        on_connected=lambda: None,
        on_gone=lambda reason: None,
    )
    try:
        return (await peer.answer(offer, VoiceTrack(Player())))[:3]
    except EngineError as error:
        return f"{error.status} {error.code}"
    finally:
        await peer.close()


@pytest.mark.parametrize("browser", BROWSERS)
async def test_the_offers_of_browsers_are_answered(browser: str) -> None:
    assert await outcome(example(browser)) == "v=0"


@pytest.mark.parametrize("browser", BROWSERS)
def test_a_mutated_offer_is_read_or_refused_and_raises_nothing_else(browser: str) -> None:
    refused = 0
    for seed in range(300):
        try:
            readable_offer(mutated(example(browser), seed))
        except EngineError as error:
            refused += 1
            assert (error.status, error.code, error.param) == (400, "invalid_offer", "sdp")
    assert 100 < refused < 300


@pytest.mark.parametrize("browser", BROWSERS)
async def test_a_mutated_offer_is_answered_or_refused_and_its_peer_closed(browser: str) -> None:
    tasks = asyncio.all_tasks()
    for seed in range(60):
        assert await outcome(mutated(example(browser), seed)) in ("v=0", "400 invalid_offer")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= tasks


@pytest.mark.parametrize("line", ["a=setup:actpass", "a=fingerprint", "a=ice-ufrag", "a=ice-pwd"])
async def test_a_section_that_cannot_be_connected_is_refused_before_anything_is_built(line: str) -> None:
    kept = [each for each in example("chrome").split("\r\n") if not each.startswith(line)]
    assert await outcome("\r\n".join(kept)) == "400 invalid_offer"


def test_candidates_beyond_the_limit_are_left_out() -> None:
    many = "".join(CANDIDATE.format(n, n, 1000 + n) for n in range(1, 100))
    read = readable_offer(example("chrome").replace("a=rtcp-mux\r\n", f"{many}a=rtcp-mux\r\n"))
    assert read.count("a=candidate:") == MAX_CANDIDATES


def test_the_engine_looks_up_no_name_that_an_offer_holds() -> None:
    named = CANDIDATE.format(1, 1, 1000).replace("192.0.2.1", "inside.example.com")
    with pytest.raises(EngineError, match="names no IP address"):
        readable_offer(example("chrome").replace("a=rtcp-mux\r\n", f"{named}a=rtcp-mux\r\n"))


@pytest.mark.parametrize("more", ["a=x\r\n" * 500, "a=" + "x" * MAX_OFFER_BYTES])
def test_an_offer_that_is_too_long_is_refused(more: str) -> None:
    with pytest.raises(EngineError, match="than"):
        readable_offer(example("chrome") + more)
