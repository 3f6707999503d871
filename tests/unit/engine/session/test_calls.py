import asyncio
import threading

import pytest

from engine.http.api_error import EngineError
from engine.session.call import EngineCall, EngineLimits, Pipeline
from engine.session.calls import Calls
from engine.session.session_config import new_session
from engine.stt.speech_to_text import NoSpeechToText
from tests.fakes.engine_session import FakeConnection, FakeTextToSpeech, ScriptedModel
from tests.fakes.webrtc_caller import Caller, calling, soon

CONFIG = new_session({"type": "realtime"})


def new_calls(limits: EngineLimits | None = None) -> Calls:
    return Calls(
        Pipeline(NoSpeechToText(), ScriptedModel(), FakeTextToSpeech()), limits or EngineLimits(), list
    )


async def begin(calls: Calls, caller: Caller) -> EngineCall:
    call, answer = await calls.create(await caller.offer(), CONFIG)
    await caller.accept(answer)
    return call


async def ended(calls: Calls) -> None:
    """Nothing but what the engine itself does may end the calls."""
    async with asyncio.timeout(5):
        while len(calls):  # noqa: ASYNC110 (the engine tells nobody)
            await asyncio.sleep(0.01)
    await calls.close()


def decoders() -> int:
    return sum(thread.name == "audio-decoder" for thread in threading.enumerate())


async def test_a_call_is_found_by_its_id_until_it_is_hung_up() -> None:
    calls = new_calls()
    async with calling() as caller:
        call = await begin(calls, caller)
        assert calls.get(call.id) is call
        await calls.hang_up(call.id)
        await soon(caller.closed)
        for again in (calls.get, calls.hang_up):
            with pytest.raises(EngineError) as caught:
                if result := again(call.id):
                    await result  # type: ignore[misc]
            assert caught.value.status == 404


async def test_a_caller_who_leaves_ends_the_call() -> None:
    calls = new_calls()
    async with calling() as caller:
        await begin(calls, caller)
    await ended(calls)


async def test_a_closed_data_channel_ends_the_call() -> None:
    calls = new_calls()
    async with calling() as caller:
        await begin(calls, caller)
        assert caller.channel
        caller.channel.close()
        await ended(calls)


async def test_a_caller_who_never_connects_is_given_up() -> None:
    calls = new_calls(EngineLimits(connect_s=0.05))
    async with calling() as caller:
        await calls.create(await caller.offer(), CONFIG)
        await ended(calls)


async def test_a_connected_caller_is_not_given_up() -> None:
    calls = new_calls(EngineLimits(connect_s=1))
    async with calling() as caller:
        call = await begin(calls, caller)
        timer = call._connect_timer
        assert isinstance(timer, asyncio.TimerHandle)
        assert timer.cancelled()
    await calls.close()


async def test_a_session_ends_at_its_limit_and_says_so() -> None:
    calls = new_calls(EngineLimits(session_s=1.5))
    async with calling() as caller:
        await begin(calls, caller)
        assert (await caller.event("error"))["error"]["code"] == "session_expired"
        await ended(calls)


async def test_a_bad_offer_leaves_nothing_behind() -> None:
    calls = new_calls()
    with pytest.raises(EngineError):
        await calls.create("nonsense", CONFIG)
    assert len(calls) == 0


async def test_an_ended_call_costs_nothing() -> None:
    tasks, threads = len(asyncio.all_tasks()), decoders()
    calls = new_calls()
    for _ in range(3):
        async with calling() as caller:
            call = await begin(calls, caller)
            call.attach(FakeConnection())
            caller.send("response.create")
            await caller.event("response.output_item.added")
            await calls.hang_up(call.id)
    await calls.close()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    assert decoders() == threads


async def test_closing_ends_every_call_and_its_sidebands() -> None:
    calls = new_calls()
    async with calling() as one, calling(channel=False) as other:
        sideband = FakeConnection()
        (await begin(calls, one)).attach(sideband)
        await begin(calls, other)
        assert len(calls) == 2
        await calls.close()
        assert len(calls) == 0
        assert sideband.closed
        await soon(one.closed)


def code_of(error: pytest.ExceptionInfo[EngineError]) -> tuple[int, str]:
    return error.value.status, error.value.code


async def test_sessions_at_once_are_limited_for_the_engine_and_for_each_ephemeral_key() -> None:
    calls = new_calls(EngineLimits(sessions=3, sessions_of_key=1))
    first = calls.converse(CONFIG, "ek_1")
    with pytest.raises(EngineError) as caught:
        calls.converse(CONFIG, "ek_1")
    assert code_of(caught) == (429, "rate_limit_exceeded")
    calls.converse(CONFIG, "ek_2")
    calls.converse(CONFIG)
    with pytest.raises(EngineError) as caught:
        await calls.create("v=0", CONFIG)
    assert code_of(caught) == (429, "rate_limit_exceeded")
    await calls.end(first)
    calls.converse(CONFIG, "ek_1")
    await calls.close()
