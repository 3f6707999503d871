"""Of what a page reports, known codes and numbers are kept, and nothing else."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.admin import AUTH, SETTINGS
from tests.attacks.conftest import settings_for
from tests.attacks.new_log import NewLog
from tests.attacks.stranger import Stranger
from tests.attacks.target import Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

WORDS = "card_4111111111111111_my_words"
NEST = 300


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {}


def response_done(**fields: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "status": "completed", "output": []} | fields
    return {"type": "response.done", "response": response}


@pytest.fixture(scope="module")
def recording_app(provider_of_session: ScriptedProvider) -> Iterator[RunningApp]:
    """Run an app whose records an administrator may read."""
    app = RunningApp(settings_for(provider_of_session) | SETTINGS).start()
    yield app
    app.clean_up()


@pytest.fixture
def target(recording_app: RunningApp, provider: ScriptedProvider) -> Target:
    return Target(recording_app, provider)


async def the_record(target: Target) -> dict[str, Any]:
    """Return the newest record in full, once it is closed."""
    async with target.http(auth=AUTH) as http:
        for _look in range(100):
            listed = await http.get("/sessions")
            assert listed.status_code == 200, listed.text
            session = listed.json()["sessions"][0]
            if session["closedAt"]:
                break
            await asyncio.sleep(0.05)
        answer = await http.get(f"/sessions/{session['id']}")
        assert answer.status_code == 200, answer.text
        for form in ("txt", "json", "md", "srt", "vtt"):
            file = await http.get(f"/sessions/{session['id']}/transcript.{form}")
            assert file.status_code == 200, f"{form}: {file.text}"
    return dict(answer.json())


async def ended(page: Stranger, reason: str = "stopped") -> None:
    await page.phase("ended", reason=reason)
    await page.wait_for_ack()


@pytest.mark.parametrize("reason", [WORDS, "کارڈ_کھو_گیا", "x" * 80])
async def test_a_reason_that_a_page_makes_up_stands_nowhere(reason: str, target: Target) -> None:
    async with target.calling_stranger() as page:
        await page.batch({"type": "guftagu.notice", "code": reason})
        await page.batch({"type": "error", "error": {"type": "x", "code": reason, "message": reason}})
        await ended(page, reason)
    record = await the_record(target)
    assert record["reason"] != reason
    assert reason not in json.dumps(record, ensure_ascii=False)
    assert NewLog.of(target.app).holding(reason) == []


@pytest.mark.parametrize(
    "event",
    [
        response_done(usage=nested(NEST)),
        response_done(usage={"input_tokens": "\ud800", "\udfff": 1}),
        response_done(usage={"output_tokens": 1e308, "input_tokens": -5, "total_tokens": 10**400}),
        response_done(status="\ud800", status_details=nested(NEST)),
        response_done(usage={"note": WORDS, "input_tokens": 5}),
    ],
    ids=["nested", "surrogate", "huge numbers", "status", "words"],
)  # fmt: skip
async def test_usage_of_any_shape_leaves_a_record_that_can_be_read(
    event: dict[str, Any], target: Target
) -> None:
    log = NewLog(target.app)
    async with target.calling_stranger() as page:
        await page.batch(event)
        await ended(page)
    record = await the_record(target)
    assert WORDS not in json.dumps(record)
    assert log.tracebacks == []


async def test_ids_names_and_arguments_of_items_are_bounded_and_readable(target: Target) -> None:
    log = NewLog(target.app)
    call = {
        "id": "\ud800" * 2000,
        "type": "function_call",
        "status": "completed",
        "name": "n" * 50_000,
        "call_id": "c" * 5_000,
        "arguments": "[" * 20_000,
    }
    async with target.calling_stranger() as page:
        await page.batch(response_done(id="r" * 30_000, usage={"input_tokens": 1}))
        await page.batch({"type": "conversation.item.done", "previous_item_id": None, "item": call})
        done = {
            "type": "response.function_call_arguments.done",
            "item_id": "i" * 9000,
            "arguments": "{" * 9000,
        }
        await page.batch(done | {"name": "x" * 9000, "call_id": "y" * 9000})
        await ended(page)
    record = await the_record(target)
    assert len(json.dumps(record)) < 20_000
    assert log.tracebacks == []


async def test_a_filed_report_of_a_client_is_held_to_the_same_fields(app: RunningApp) -> None:
    async with Target(app).http() as http:
        session = (await http.post("/session", json={"relayed": True})).json()["sessionId"]
        for usage in (nested(NEST), {"input_tokens": WORDS}):
            body = json.dumps({"events": [response_done(usage=usage)]})
            answer = await http.post(
                f"/session/{session}/events", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (200, 400), answer.text
        read = await http.get(f"/sessions/{session}")
        assert read.status_code == 200, read.text
        assert WORDS not in read.text
