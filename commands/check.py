"""`main.py check`: one session with the provider, what it was and how it differs from what was asked.

A debugging aid for the first call with a new key, model or server. It speaks and hears one sentence.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.persona import Persona
from commands.ask import APPEND_BYTES, Refused, SpokenAnswer
from commands.audio.reading import BYTES_PER_SAMPLE, RATE
from commands.exit_codes import ExitCode
from commands.provider import Provider, provider_of
from realtime.client import RealtimeClient
from realtime.client_events import (
    input_audio_buffer_commit,
    message_create,
    response_create,
    session_update,
)
from realtime.error_codes import error_code
from realtime.events import ServerEvent, server_event
from realtime.failures import ProviderFailure
from realtime.fields import mapping, text
from realtime.models import ListedModel, missing_model
from realtime.prices import NothingBilled, Prices
from realtime.session import build_session
from realtime.socket import RealtimeSocket, SessionRefused, SocketLost, error_of
from realtime.usage import known_usage
from settings import Settings

REQUEST = "This is a test of the connection. Say one short sentence of greeting, and call no tool."
HEARD_S = 6
"""Seconds of the spoken sentence that are played back as the caller's speech."""
TRANSCRIBED_WITHIN_S = 20.0
MAX_SHOWN_CHARS = 200
"""Of a text of the session, such as the instructions."""
UNSHOWN = frozenset({"client_secret", "value"})
"""Fields of a session that may hold a key."""


@dataclass
class Outcome:
    """What was found so far."""

    is_as_asked: bool = True
    usd: Decimal = Decimal(0)

    def differs(self, sentence: str) -> None:
        """Print something that is not as it was asked for."""
        self.is_as_asked = False
        print(f"! {sentence}", flush=True)


def run(arguments: Sequence[str], persona: Persona, settings: Settings) -> int:
    """Run the command.

    :param persona: persona whose session is opened
    :return: an `ExitCode`: 0 where all is as it was asked for, 1 where something differs
    """
    description = "Open one session with the provider of the settings, and say what came of it."
    argparse.ArgumentParser("main.py check", description=description).parse_args(arguments)
    try:
        return asyncio.run(_check(persona, settings))
    except ProviderFailure as failure:
        return _stopped(f"the provider could not be used: {failure.code} (HTTP {failure.status})")
    except SessionRefused as refused:
        return _stopped(f"the provider refuses the session: {refused}")
    except (SocketLost, Refused, TimeoutError) as lost:
        return _stopped(f"the session broke off: {lost or 'no answer in time'}")
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _stopped(why: str) -> ExitCode:
    print(f"check: {why}", file=sys.stderr)
    return ExitCode.PROVIDER


async def _check(persona: Persona, settings: Settings) -> ExitCode:
    spec = persona.session(
        model=settings.openai_model,
        voice=settings.openai_voice,
        transcription_model=settings.openai_transcription_model,
    )
    asked = build_session(spec)
    outcome = Outcome()
    prices = NothingBilled() if settings.provider_kind == "engine" else Prices(settings.prices)
    transcription_model = str((spec.transcription or {}).get("model", ""))
    async with provider_of(settings, listens=False) as provider:
        print(f"provider: {settings.provider_kind}, {provider.url}")
        await _look_up_models(provider, {spec.model, transcription_model, settings.extraction_model}, outcome)
        socket = await RealtimeSocket.open(provider.url, provider.key, model=spec.model)
        try:
            got = await provider.configure(socket, asked)
            print(json.dumps(shown(got), indent=2, ensure_ascii=False))
            for difference in differences(asked, got):
                outcome.differs(difference)
            async with asyncio.timeout(provider.silent_s):
                pcm = await _speak(socket, prices, spec.model, outcome)
            await _hear(socket, pcm, prices, transcription_model, outcome)
        finally:
            await socket.close()
    print(f"cost: ${outcome.usd:.6f}")
    return ExitCode.OK if outcome.is_as_asked else ExitCode.SOME_FAILED


async def _look_up_models(provider: Provider, wanted: set[str], outcome: Outcome) -> None:
    """Say of each configured model whether the provider lists it, and until when."""
    client = RealtimeClient(provider.url, provider.key)
    try:
        models = {model.name: model for model in await client.models()}
    except ProviderFailure as failure:
        print(f"models: the provider does not list them ({failure.code})")
        return
    finally:
        await client.close()
    for name in sorted(wanted - {""}):
        if name in models:
            print(f"model {name}: {_lifetime(models[name])}")
        else:
            outcome.differs(missing_model(name, models.values()))


def _lifetime(model: ListedModel) -> str:
    return f"shut down on {model.shutdown}" if model.shutdown else "there"


async def _speak(socket: RealtimeSocket, prices: Prices, model: str, outcome: Outcome) -> bytes:
    """Let the agent say one sentence, and return its sound.

    :raises Refused: it does not
    """
    began = time.monotonic()
    await socket.send(message_create("user", REQUEST))
    await socket.send(response_create(tool_choice="none"))
    answer = SpokenAnswer()
    while answer.status == "in_progress":
        event = await socket.receive()
        answer.apply(event, time.monotonic())
        if server_event(event.get("type")) == ServerEvent.RESPONSE_DONE:
            usage = known_usage(mapping(mapping(event, "response"), "usage"))
            outcome.usd += prices.cost(model, usage)
            print(f"usage: {json.dumps(usage)}")
    print(f"agent: {answer.text}")
    if answer.began_at is None:
        outcome.differs("the agent's answer has no sound")
    else:
        seconds = len(answer.pcm) / (RATE * BYTES_PER_SAMPLE)
        print(f"sound: {seconds:.1f} s, the first after {(answer.began_at - began) * 1000:.0f} ms")
    return answer.pcm


async def _hear(socket: RealtimeSocket, pcm: bytes, prices: Prices, model: str, outcome: Outcome) -> None:
    """Play the agent's own sentence back as the caller's, and say what is written down of it."""
    if not pcm or not model:
        return
    await socket.send(session_update({"audio": {"input": {"turn_detection": None}}}))
    heard = pcm[: HEARD_S * RATE * BYTES_PER_SAMPLE]
    for at in range(0, len(heard), APPEND_BYTES):
        await socket.append(heard[at : at + APPEND_BYTES])
    await socket.send(input_audio_buffer_commit())
    try:
        async with asyncio.timeout(TRANSCRIBED_WITHIN_S):
            event = await _transcription(socket)
    except TimeoutError:
        outcome.differs(f"caller: nothing was written down by {model} within {TRANSCRIBED_WITHIN_S:.0f} s")
        return
    if server_event(event.get("type")) == ServerEvent.TRANSCRIPTION_COMPLETED:
        outcome.usd += prices.transcription_cost(model, known_usage(mapping(event, "usage")))
        print(f"caller: {text(event, 'transcript') or ''} ({model})")
    elif (code := error_code(error_of(event))) == "no_recognizer":
        print("caller: this server has no recogniser, so callers' words are not written down")
    else:
        outcome.differs(f"caller: {model} wrote nothing down: {code}")


async def _transcription(socket: RealtimeSocket) -> dict[str, Any]:
    """Return the event that tells what was written down, or why nothing was."""
    told = (ServerEvent.TRANSCRIPTION_COMPLETED, ServerEvent.TRANSCRIPTION_FAILED, ServerEvent.ERROR)
    while True:
        event = await socket.receive()
        if server_event(event.get("type")) in told:
            return event


def shown(session: Any) -> Any:
    """Return a session object for people: without keys, long texts shortened, tools by their names."""
    match session:
        case str() if len(session) > MAX_SHOWN_CHARS:
            return f"{session[:MAX_SHOWN_CHARS]}… ({len(session)} characters)"
        case {"type": "function", "name": str(name)}:
            return name
        case dict():
            return {name: shown(value) for name, value in session.items() if name not in UNSHOWN}
        case list():
            return [shown(each) for each in session]
    return session


def differences(asked: Any, got: Any, path: str = "session") -> Iterator[str]:
    """Generate a sentence for each part of what was asked that the session does not have."""
    if isinstance(asked, dict) and isinstance(got, dict):
        for name, value in asked.items():
            if name in got:
                yield from differences(value, got[name], f"{path}.{name}")
            elif value is not None:
                yield f"{path}.{name}: {_short(value)} was asked for; the session does not have it"
    elif isinstance(asked, list) and isinstance(got, list) and len(asked) == len(got):
        for number, (one, other) in enumerate(zip(asked, got, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif asked != got:
        yield f"{path}: {_short(asked)} was asked for; it is {_short(got)}"


def _short(value: Any) -> str:
    return json.dumps(shown(value), ensure_ascii=False)[:MAX_SHOWN_CHARS]
