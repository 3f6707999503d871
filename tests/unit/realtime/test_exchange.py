"""What a provider sends costs a bounded time and a bounded memory."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from realtime.client import Deadlines, RealtimeClient
from realtime.exchange import MAX_JSON_BYTES, MAX_SDP_BYTES
from realtime.failures import ProviderFailure
from tests.fakes.hostile_provider import (
    HostileProvider,
    Script,
    answers,
    drips_body,
    drips_headers,
    hostile_provider,
    is_silent,
    never_ends,
    sends_much,
)

IN_BUFFERS = 16 * 1024 * 1024
"""More than the kernel and asyncio hold between two ends of a loopback connection."""
SESSION = {"type": "realtime"}


@asynccontextmanager
async def client_of(
    script: Script, *, soon: bool = True, ignores_hang_up: bool = False
) -> AsyncIterator[tuple[RealtimeClient, HostileProvider]]:
    """:param soon: a deadline that passes at once; otherwise one that no test waits for"""
    seconds = 0.1 if soon else 60.0
    async with hostile_provider(script, ignores_hang_up=ignores_hang_up) as provider:
        client = RealtimeClient(provider.url, "sk-x", deadlines=Deadlines(seconds, seconds))
        try:
            yield client, provider
        finally:
            await client.close()


async def failure_of(client: RealtimeClient) -> str:
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    return caught.value.code


@pytest.mark.parametrize("script", [is_silent, drips_headers, drips_body])
async def test_an_answer_that_does_not_come_in_time_is_given_up(script: Script) -> None:
    async with client_of(script) as (client, provider):
        assert await failure_of(client) == "provider_timeout"
        await provider.gone.wait()


@pytest.mark.parametrize("script", [sends_much, never_ends])
async def test_an_answer_that_is_too_large_is_not_read_to_its_end(script: Script) -> None:
    async with client_of(script, soon=False) as (client, provider):
        assert await failure_of(client) == "provider_bad_answer"
        await provider.gone.wait()
        assert provider.sent < IN_BUFFERS


@pytest.mark.parametrize("script", [drips_body, sends_much])
async def test_a_call_whose_answer_was_not_taken_is_hung_up(script: Script) -> None:
    async with client_of(script) as (client, provider):
        await failure_of(client)
        assert provider.requests == ["POST /v1/realtime/calls", "POST /v1/realtime/calls/rtc_1/hangup"]


async def test_no_compression_is_asked_for_and_a_compressed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b"v=0\r\n" + bytes(10_000_000))
    async with client_of(answers(bomb, b"Content-Encoding: gzip\r\n"), soon=False) as (client, provider):
        assert await failure_of(client) == "provider_bad_answer"
        heads = provider.head.lower()
        assert b"gzip" not in heads
    async with client_of(answers(b"{}"), soon=False) as (client, provider):
        assert await client.is_reachable()
        assert b"accept-encoding: identity\r\n" in provider.head.lower()


async def test_a_charset_that_names_a_decompressor_decompresses_nothing() -> None:
    bomb = zlib.compress(b"v=0\r\n" + bytes(1_000_000))
    async with client_of(answers(bomb, b"Content-Type: text/x; charset=zlib\r\n"), soon=False) as (client, _):
        assert await failure_of(client) == "provider_bad_answer"


@pytest.mark.parametrize("extra", [0, 1])
async def test_an_sdp_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(extra: int) -> None:
    body = b"v=0\r\n".ljust(MAX_SDP_BYTES + extra, b"x")
    async with client_of(answers(body), soon=False) as (client, _):
        if extra:
            assert await failure_of(client) == "provider_bad_answer"
        else:
            assert len((await client.create_call("v=0", SESSION)).answer_sdp) == MAX_SDP_BYTES


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"value": "ek", "expires_at": 1e999}',
        b'{"value": "ek", "expires_at": ' + b"9" * 5000 + b"}",
        json.dumps({"value": "x" * MAX_JSON_BYTES, "expires_at": 1}).encode(),
        b"\xff\xfe",
    ],
)
async def test_json_that_no_provider_writes_is_a_bad_answer(body: bytes) -> None:
    async with client_of(answers(body), soon=False) as (client, _):
        with pytest.raises(ProviderFailure, match="provider_bad_answer"):
            await client.create_client_secret(SESSION, expires_after_s=30)
        with pytest.raises(ProviderFailure, match="provider_bad_answer"):
            await client.create_response("m", "p", {})


async def test_a_provider_that_never_answers_a_hang_up_is_asked_three_times_and_left() -> None:
    async with client_of(is_silent, ignores_hang_up=True) as (client, provider):
        client._sleep = lambda _: asyncio.sleep(0)
        assert not await client.hang_up("rtc_1")
        assert provider.requests == ["POST /v1/realtime/calls/rtc_1/hangup"] * 3


async def test_a_provider_that_drips_is_not_reachable_and_warming_gives_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("realtime.client.REACH_SECONDS", 0.05)
    monkeypatch.setattr("realtime.client.WARM_SECONDS", 0.05)
    async with client_of(drips_headers) as (client, _):
        assert not await client.is_reachable()
        await client.warm()


@pytest.mark.parametrize(
    "location", ["rtc_" + "a" * 300, "rtc_a/../../x", "rtc_a?x", "call_1", "rtc_", "//[x"]
)
async def test_a_call_id_that_no_provider_gives_is_none(location: str) -> None:
    script = answers(b"v=0\r\n", f"Location: /v1/realtime/calls/{location}\r\n".encode())
    async with client_of(script, soon=False) as (client, _):
        created = await client.create_call("v=0", SESSION)
    assert created.call_id is None or created.call_id in ("rtc_1", "rtc_a")
