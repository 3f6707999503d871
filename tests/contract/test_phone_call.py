"""A phone that rings in the engine, up to the record; and deliveries as the official SDK reads them."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai as sdk
import pytest
import uvicorn
from fastapi import FastAPI
from openai.types.webhooks import RealtimeCallIncomingWebhookEvent

from agents.limits import Limits
from agents.persona import Persona, TurnDetection
from calls.call import Call, loop_timer
from calls.channels.phone import PhoneChannel, lines_of
from calls.events import Closed
from calls.owned_tasks import OwnedTasks
from calls.provider_gateway import ProviderGateway
from calls.registry import Registry
from calls.services.call_services import CallServices
from calls.services.metering import DaySpending
from engine.http.app import create_engine
from engine.llm.language_model import Piece, Prompt, TextPiece, ToolCall
from realtime.client import RealtimeClient
from realtime.prices import NothingBilled
from realtime.sip import incoming_call
from server.routes.webhook import WEBHOOK_PATH, webhook_routes
from store.records import Records
from tests.fakes.engine_server import SERVER_KEY
from tests.fakes.kept import database_in
from tests.fakes.phone_line import PhoneLine
from tests.fakes.ring_webhook import Webhook
from tests.fakes.ringing_phone import RingingPhone, add_phone
from tests.fakes.seen import SeenInMemory
from tests.fakes.settings import given
from tests.fakes.webhooks import SECRET, body_of, ringing, signed

CALLER, LINE = "sip:+923001234567@trunk", "sip:+922132799000@trunk"
BANK = Persona(
    name="bank",
    title="Bank",
    heading="Bank",
    instructions="Be exact.",
    phone_numbers=["+92 21 32799000"],
    turn_detection=TurnDetection(threshold=0.5, prefix_padding_ms=300, silence_duration_ms=400),
    transfer_to="tel:+922111222333",
)


class HandingOver:
    """Language model that greets, and transfers every caller who says anything."""

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        if any(item["type"] == "function_call_output" for item in prompt.items):
            yield TextPiece("Please hold the line.")
        else:
            yield ToolCall("transfer_to_human", {}) if prompt.items else TextPiece("Hello, the bank.")


@dataclass
class House:
    """Our side of the phone, and the engine's."""

    registry: Registry
    records: Records
    engine: RingingPhone

    async def picked_up(self) -> tuple[PhoneLine, Call]:
        """Ring, and return the call once the caller hears something."""
        line = await self.engine.ring(CALLER, LINE)
        hears = asyncio.Event()
        line.listen(lambda _: hears.set())
        async with asyncio.timeout(10):
            await hears.wait()
        (call,) = self.registry._calls.values()
        return line, call


async def until(call: Call, holds: Callable[[], object]) -> None:
    """Wait until something holds that the call tells of."""
    told = asyncio.Event()
    unwatch = call.watch(lambda _: told.set())
    async with asyncio.timeout(10):
        while not holds():
            await told.wait()
            told.clear()
    unwatch()


@asynccontextmanager
async def served(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.005)
    yield
    server.should_exit = True
    await serving


@asynccontextmanager
async def a_house(folder: Path, **settings: Any) -> AsyncIterator[House]:
    """One server with the webhook and the engine, as `main.py` puts them together."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        engine = create_engine(SERVER_KEY, language_model=HandingOver())
        ringing = add_phone(engine, Webhook(f"{url}{WEBHOOK_PATH}", SECRET))
        chosen = given(openai_base_url=f"{url}/engine/v1", openai_api_key=SERVER_KEY, **settings)
        client = RealtimeClient(chosen.provider_url, chosen.provider_key)
        gateway, tasks = ProviderGateway(client, chosen), OwnedTasks()
        app = FastAPI()
        app.mount("/engine/v1", engine)
        async with database_in(folder) as database, served(app, listening):
            records = Records(database, keep_text=True)
            services = CallServices(
                database,
                records,
                NothingBilled(),
                Limits(),
                tasks,
                day=DaySpending(lambda: datetime.now(UTC).date()),
                timer=loop_timer,
            )
            registry = Registry(gateway, chosen, services, tasks)
            phone = PhoneChannel(
                registry, client, chosen, lines_of({"bank": BANK}, chosen), SeenInMemory(), BANK
            )
            app.include_router(webhook_routes(SECRET, phone.take, tasks, SeenInMemory()))
            yield House(registry, records, ringing)
            await registry.close()
            ringing.close()
            await engine.state.engine.close()
            await client.close()


@pytest.fixture(autouse=True)
def one_try_to_attach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.sideband.ATTACH_DELAYS_S", (0.0,))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        yield house


async def test_a_caller_is_greeted_aloud_and_their_hanging_up_ends_call_and_record(house: House) -> None:
    line, call = await house.picked_up()
    await until(call, lambda: any(item.text == "Hello, the bank." for item in call.conversation.items))
    assert (line.state, call.id in house.registry._calls) == ("accepted", True)
    line.hang_up()
    await until(call, lambda: call.closed)
    assert call.closed == Closed("line_ended")
    await house.registry.close()
    kept = await house.records.get_session(call.id)
    assert kept and (kept.kind, kept.reason, kept.provider_call_id) == ("phone", "line_ended", line.call_id)
    assert [item.text for item in await house.records.items(call.id)] == ["Hello, the bank."]


async def test_a_line_that_nobody_has_hears_that_it_is_not_found(house: House) -> None:
    line = await house.engine.ring(CALLER, "sip:+111@trunk")
    async with asyncio.timeout(10):
        await line.over.wait()
    assert (line.state, line.status_code) == ("rejected", 404)


async def test_one_caller_too_many_hears_that_it_is_busy(tmp_path: Path) -> None:
    async with a_house(tmp_path, max_calls=1) as house:
        await house.picked_up()
        second = await house.engine.ring(CALLER, LINE)
        async with asyncio.timeout(10):
            await second.over.wait()
        assert (second.state, second.status_code) == ("rejected", 486)


async def test_a_caller_is_handed_over_to_a_human_and_the_agent_says_so(house: House) -> None:
    line, call = await house.picked_up()
    await until(call, lambda: call.conversation.activity == "agent_speaking")
    call.say("A human, please.")
    await until(call, lambda: any(item.text == "Please hold the line." for item in call.conversation.items))
    assert line.referred_to == "tel:+922111222333"


async def test_a_call_that_the_server_ends_is_over_for_the_caller(house: House) -> None:
    line, call = await house.picked_up()
    await call.close("limit_minutes")
    assert line.state == "over"


def test_what_the_tests_deliver_is_a_delivery_to_the_sdk_too() -> None:
    body = body_of(ringing("rtc_7"))
    event = sdk.OpenAI(api_key="sk-test").webhooks.unwrap(body, signed(body), secret=SECRET)
    assert isinstance(event, RealtimeCallIncomingWebhookEvent)
    incoming = incoming_call(event.to_dict())
    assert incoming and (incoming.call_id, event.data.call_id) == ("rtc_7", "rtc_7")


def test_what_we_refuse_the_sdk_refuses() -> None:
    body = body_of(ringing())
    with pytest.raises(sdk.InvalidWebhookSignatureError):
        sdk.OpenAI(api_key="sk-test").webhooks.unwrap(body, signed(body, key=b"another"), secret=SECRET)
