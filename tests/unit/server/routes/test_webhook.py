import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from calls.owned_tasks import OwnedTasks
from server.routes.webhook import MAX_EVENT_BYTES, WEBHOOK_PATH, verifier, webhook_routes
from settings import SettingsError
from state.dedupe import Dedupe
from store.database import StoreFailure
from tests.fakes.seen import SeenInMemory
from tests.fakes.webhooks import KEY, SECRET, body_of, mac, ringing, signed

BODY = body_of(ringing())


@dataclass
class Receiver:
    """A webhook, and what came of its deliveries."""

    secret: str | None = SECRET
    deliveries: Dedupe = field(default_factory=SeenInMemory)
    handled: list[dict[str, Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: OwnedTasks = field(default_factory=OwnedTasks)

    def __post_init__(self) -> None:
        self.gate.set()
        app = FastAPI()
        app.include_router(webhook_routes(self.secret, self._handle, self.tasks, self.deliveries))
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu")

    async def _handle(self, event: dict[str, Any]) -> None:
        await self.gate.wait()
        self.handled.append(event)

    async def deliver(self, body: bytes = BODY, headers: dict[str, str] | None = None) -> httpx.Response:
        given = signed(body) if headers is None else headers
        async with asyncio.timeout(10):
            return await self._http.post(WEBHOOK_PATH, content=body, headers=given)

    async def outcome(self, body: bytes = BODY, headers: dict[str, str] | None = None) -> tuple[int, int]:
        """Deliver, and return the status and how many deliveries were handled so far."""
        answer = await self.deliver(body, headers)
        await self.tasks.finish()
        return answer.status_code, len(self.handled)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    yield receiver
    await receiver.tasks.finish()


async def test_a_signed_event_is_handled(receiver: Receiver) -> None:
    assert await receiver.outcome() == (200, 1)
    assert receiver.handled == [json.loads(BODY)]


async def test_the_provider_has_its_answer_before_the_work_is_done(receiver: Receiver) -> None:
    receiver.gate.clear()
    answer = await receiver.deliver()
    assert (answer.status_code, receiver.handled) == (200, [])
    receiver.gate.set()


async def test_a_forged_signature_is_refused(receiver: Receiver) -> None:
    assert await receiver.outcome(BODY, signed(BODY, key=b"another key")) == (400, 0)


async def test_a_signature_holds_for_the_body_as_it_came_and_no_other(receiver: Receiver) -> None:
    headers = signed(BODY)
    assert await receiver.outcome(BODY.replace(b"rtc_1", b"rtc_2"), headers) == (400, 0)
    same_json = json.dumps(json.loads(BODY), separators=(",", ":")).encode()
    assert await receiver.outcome(same_json, headers) == (400, 0)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
async def test_a_signature_holds_for_its_id_and_time_and_no_other(receiver: Receiver, name: str) -> None:
    headers = signed(BODY, age_s=100)
    newer = signed(BODY, "wh_2")
    assert await receiver.outcome(BODY, headers | {name: newer[name]}) == (400, 0)


@pytest.mark.parametrize("age_s", [310, -310, 1e9])
async def test_a_delivery_of_another_time_is_refused(receiver: Receiver, age_s: float) -> None:
    assert await receiver.outcome(BODY, signed(BODY, age_s=age_s)) == (400, 0)


@pytest.mark.parametrize("age_s", [280, -280])
async def test_clocks_may_be_nearly_five_minutes_apart(receiver: Receiver, age_s: float) -> None:
    assert await receiver.outcome(BODY, signed(BODY, age_s=age_s)) == (200, 1)


async def test_a_replayed_delivery_is_taken_and_not_handled_again(receiver: Receiver) -> None:
    headers = signed(BODY)
    assert await receiver.outcome(BODY, headers) == (200, 1)
    assert await receiver.outcome(BODY, headers) == (200, 1)
    assert await receiver.outcome(BODY, signed(BODY, age_s=5)) == (200, 1)
    assert await receiver.outcome(BODY, signed(BODY, "wh_2")) == (200, 2)


async def test_a_refused_delivery_does_not_use_up_its_id(receiver: Receiver) -> None:
    await receiver.outcome(BODY, signed(BODY, key=b"another key"))
    assert await receiver.outcome() == (200, 1)


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
async def test_while_a_secret_is_rotated_one_of_several_signatures_is_enough(
    receiver: Receiver, order: tuple[str, str]
) -> None:
    signatures = {
        "new": signed(BODY)["webhook-signature"],
        "old": signed(BODY, key=b"old")["webhook-signature"],
    }
    both = {"webhook-signature": " ".join(signatures[each] for each in order)}
    assert await receiver.outcome(BODY, signed(BODY) | both) == (200, 1)


async def test_several_signatures_of_others_are_not_enough(receiver: Receiver) -> None:
    others = [signed(BODY, key=key)["webhook-signature"] for key in (b"old", b"older")]
    assert await receiver.outcome(BODY, signed(BODY) | {"webhook-signature": " ".join(others)}) == (400, 0)


async def test_a_signature_over_version_time_and_body_is_wrong(receiver: Receiver) -> None:
    headers = signed(BODY)
    headers["webhook-signature"] = mac(f"v1.{headers['webhook-timestamp']}.{BODY.decode()}")
    assert await receiver.outcome(BODY, headers) == (400, 0)


@pytest.mark.parametrize("key", [SECRET.encode(), SECRET.removeprefix("whsec_").encode()])
async def test_a_signature_by_the_undecoded_secret_is_wrong(receiver: Receiver, key: bytes) -> None:
    assert await receiver.outcome(BODY, signed(BODY, key=key)) == (400, 0)


async def test_a_signature_of_another_version_does_not_count(receiver: Receiver) -> None:
    headers = signed(BODY)
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v1a,")
    assert await receiver.outcome(BODY, headers) == (400, 0)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
async def test_a_delivery_without_one_of_the_headers_is_refused(receiver: Receiver, missing: str) -> None:
    headers = {name: value for name, value in signed(BODY).items() if name != missing}
    assert await receiver.outcome(BODY, headers) == (400, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,a,b"},
        {"webhook-signature": "v1,!!!"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e300"},
    ],
)
async def test_headers_that_are_nonsense_are_refused_and_no_error(
    receiver: Receiver, wrong: dict[str, str]
) -> None:
    assert await receiver.outcome(BODY, signed(BODY) | wrong) == (400, 0)


async def test_a_body_that_is_no_text_is_refused(receiver: Receiver) -> None:
    assert await receiver.outcome(b"\xff\xfe", signed(BODY)) == (400, 0)


@pytest.mark.parametrize("body", [b"[]", b"hello", b"[" * 20000])
async def test_a_signed_body_that_is_no_event_is_refused(receiver: Receiver, body: bytes) -> None:
    assert await receiver.outcome(body) == (400, 0)


async def test_a_body_larger_than_an_event_is_refused_even_when_signed(receiver: Receiver) -> None:
    assert await receiver.outcome(body_of({"data": "x" * MAX_EVENT_BYTES})) == (413, 0)


async def test_without_a_secret_there_is_no_webhook() -> None:
    for secret in (None, ""):
        assert await Receiver(secret).outcome() == (404, 0)


async def test_a_secret_without_the_prefix_is_the_key_as_it_stands() -> None:
    assert await Receiver("plain words").outcome(BODY, signed(BODY, key=b"plain words")) == (200, 1)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_a"])
def test_a_secret_without_a_key_is_named_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match="OPENAI_WEBHOOK_SECRET") as caught:
        verifier(secret)
    assert caught.value.__cause__ is None


async def test_the_log_tells_neither_body_nor_key(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await receiver.outcome()
    await receiver.outcome(BODY, signed(BODY, key=b"another key"))
    assert "923001234567" not in caplog.text
    assert base64.b64encode(KEY).decode() not in caplog.text


async def test_a_delivery_that_cannot_be_remembered_is_not_handled_and_is_to_be_delivered_again() -> None:
    class Failing:
        async def add(self, item_id: str) -> bool:
            raise StoreFailure("the disk is full")

    assert await Receiver(deliveries=Failing()).outcome() == (503, 0)
