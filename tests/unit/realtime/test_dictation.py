import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from realtime.dictation import MOST_RESENT, RETRY_DELAYS_S, UNSETTLED_PIECES, Dictation, SettledPiece
from realtime.failures import ProviderFailure
from realtime.socket import RealtimeSocket, SessionRefused, SocketLost
from tests.fakes.socket_provider import KEY, SocketProvider, socket_provider

PIECES = 30
SAID = [str(n + 1) for n in range(PIECES)]


async def pieces(count: int = PIECES) -> AsyncIterator[bytes]:
    for n in range(count):
        yield (n + 1).to_bytes(2, "little", signed=True) * 12_000


class Desk:
    """A dictation that is listened to."""

    def __init__(self, provider: SocketProvider, **options: Any) -> None:
        self.provider = provider
        self.settled: list[SettledPiece] = []
        self.waits: list[float] = []
        self.dictation = Dictation(self.open, self.settled.append, sleep=self.sleep, **options)

    async def open(self) -> RealtimeSocket:
        socket = await RealtimeSocket.open(self.provider.url, KEY, intent="transcription")
        await socket.configure({"type": "transcription"})
        return socket

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def transcribe(self, given: AsyncIterator[bytes] | None = None) -> list[str]:
        """Transcribe, and return the words in the order of the pieces."""
        async with asyncio.timeout(20):
            await self.dictation.transcribe(given or pieces())
        return [piece.text for piece in sorted(self.settled, key=lambda piece: piece.number)]


async def test_pieces_answered_in_any_order_are_told_by_their_number() -> None:
    async with socket_provider(held_back=5) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert [piece.number for piece in desk.settled] != list(range(PIECES))
        assert provider.committed == SAID


@pytest.mark.parametrize("drops", [[3], [1, 1, 7], [8, 4, 12, 2]])
async def test_a_broken_socket_neither_loses_nor_doubles_a_piece(drops: list[int]) -> None:
    async with socket_provider(drops=list(drops), held_back=2) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert len(desk.settled) == PIECES
        assert len(provider.paths) == len(drops) + 1


async def test_what_is_settled_is_not_sent_again() -> None:
    async with socket_provider(drops=[10]) as provider:
        await Desk(provider).transcribe()
        repeated = [words for words in set(provider.committed) if provider.committed.count(words) > 1]
        assert len(repeated) <= UNSETTLED_PIECES
        assert "1" not in repeated


async def test_single_failures_are_told_in_their_places() -> None:
    async with socket_provider(failing={"3", "9"}, refusing={"5"}, held_back=3) as provider:
        desk = Desk(provider)
        said = await desk.transcribe()
        assert said == [words if words not in ("3", "5", "9") else "" for words in SAID]
        failures = {piece.number + 1: piece.failure for piece in desk.settled if piece.failure}
        assert failures == {3: "audio_unintelligible", 9: "audio_unintelligible", 5: "refused_piece"}


async def test_what_fails_for_a_reason_that_may_pass_is_sent_again_and_nothing_else() -> None:
    async with socket_provider(overloaded={"3": 1, "9": 2}) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert sorted(desk.waits) == [RETRY_DELAYS_S[0], RETRY_DELAYS_S[0], RETRY_DELAYS_S[1]]
        assert len(provider.paths) == 1
        assert [provider.committed.count(words) for words in ("3", "9", "5")] == [2, 3, 1]


async def test_an_overload_without_end_is_a_failure_in_its_place() -> None:
    async with socket_provider(overloaded={"3": 99}) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == [words if words != "3" else "" for words in SAID]
        assert [piece.failure for piece in desk.settled if piece.failure] == ["rate_limit_exceeded"]
        assert provider.committed.count("3") == 1 + MOST_RESENT


async def test_a_commit_refused_for_a_reason_that_may_pass_is_made_on_a_clean_buffer() -> None:
    async with socket_provider(overloaded_on_commit={"3": 1}) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert len(provider.paths) == 2


async def test_a_session_refused_for_a_reason_that_may_pass_is_tried_again() -> None:
    async with socket_provider(troubled_sessions=2) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert desk.waits == list(RETRY_DELAYS_S[:2])


async def test_a_silent_provider_is_given_up_as_soon_as_the_desk_says() -> None:
    async with socket_provider(held_back=10**6) as provider:
        provider.words_of = lambda pcm: "words"
        desk = Desk(provider, silent_s=0.0)
        with pytest.raises(ProviderFailure):
            await desk.transcribe()


async def test_events_that_bring_no_piece_forward_do_not_keep_a_connection() -> None:
    async with socket_provider(held_back=10**6, chatters=True) as provider:
        desk = Desk(provider, silent_s=0.1)
        with pytest.raises(ProviderFailure):
            await desk.transcribe()
        assert len(provider.paths) == len(RETRY_DELAYS_S) + 1


async def test_a_session_is_renewed_before_its_hour_is_over() -> None:
    clock = iter(range(0, 10**9, 300))
    async with socket_provider() as provider:
        desk = Desk(provider, now=lambda: float(next(clock)))
        assert await desk.transcribe() == SAID
        assert len(provider.paths) >= 3
        assert provider.committed == SAID
        assert desk.waits == []


async def test_a_provider_that_is_out_of_reach_is_given_up_after_patient_tries() -> None:
    provider = SocketProvider(url="http://127.0.0.1:9/v1")
    desk = Desk(provider)
    with pytest.raises(ProviderFailure, match="provider_error"):
        await desk.transcribe()
    assert desk.waits == list(RETRY_DELAYS_S)


async def test_connections_that_bring_something_forward_are_never_too_many() -> None:
    drops = [2] * 20
    async with socket_provider(drops=drops) as provider:
        desk = Desk(provider)
        assert await desk.transcribe() == SAID
        assert set(desk.waits) == {RETRY_DELAYS_S[0]}


async def test_a_refused_session_is_not_tried_again() -> None:
    refusal = {"code": "invalid_value", "param": "session.audio", "message": "x"}
    async with socket_provider(refused_session=refusal) as provider:
        with pytest.raises(SessionRefused, match=r"^invalid_value: session\.audio$"):
            await Desk(provider).transcribe()
        assert len(provider.paths) == 1


async def test_no_more_is_read_than_the_provider_keeps_up_with() -> None:
    read = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal read
        async for piece in pieces():
            read += 1
            yield piece

    async with socket_provider(held_back=10**6) as provider:
        desk = Desk(provider)
        taking = asyncio.create_task(desk.transcribe(counted()))
        await provider.until(lambda: len(provider.committed) == UNSETTLED_PIECES)
        assert read == UNSETTLED_PIECES
        assert await taking == SAID


async def test_what_goes_wrong_while_reading_comes_out_when_all_before_it_is_settled() -> None:
    async def broken() -> AsyncIterator[bytes]:
        async for piece in pieces(3):
            yield piece
        raise ValueError("broken file")

    async with socket_provider() as provider:
        desk = Desk(provider)
        with pytest.raises(ValueError, match="broken file"):
            await desk.transcribe(broken())
        assert [piece.text for piece in desk.settled] == ["1", "2", "3"]


async def test_nothing_is_left_behind_when_it_is_given_up() -> None:
    async with socket_provider(held_back=10**6) as provider:
        taking = asyncio.create_task(Desk(provider).transcribe())
        await provider.until(lambda: bool(provider.committed))
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        await provider.until(lambda: provider.open_sockets == 0)
        assert [task for task in asyncio.all_tasks() if "Dictation" in repr(task)] == []


async def test_a_lost_socket_says_so() -> None:
    with pytest.raises(SocketLost):
        await RealtimeSocket.open("http://127.0.0.1:9/v1", KEY, model="x")
