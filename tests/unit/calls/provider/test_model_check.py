"""Warnings of models that are missing or end soon."""

import asyncio
import logging
from datetime import date

import httpx
import pytest

from agents.persona import TranscriptionSettings
from calls.owned_tasks import OwnedTasks
from calls.provider.model_check import DAY_S, ModelCheck, models_wanted
from realtime.client import RealtimeClient
from realtime.models import MAX_NAMES
from tests.fakes.house import PERSONA
from tests.fakes.rest_provider import RestProvider
from tests.fakes.settings import given

TODAY = date(2026, 11, 27)


class Checked:
    """A check and its edges."""

    def __init__(self, *wanted: str) -> None:
        self.provider = RestProvider()
        self.tasks = OwnedTasks()
        self.slept: list[float] = []
        self.asleep = asyncio.Event()
        self.wake = asyncio.Event()
        client = RealtimeClient("http://provider/v1", "sk", self.provider)
        self.check = ModelCheck(client, lambda: wanted, self.tasks, today=lambda: TODAY, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep.set()
        await self.wake.wait()
        self.wake.clear()

    def offer(self, **models: str | None) -> None:
        """Let the provider list these models next, with the days they end."""
        data = [
            {"id": name.replace("_", "-")} | ({"shutdown_date": day} if day else {})
            for name, day in models.items()
        ]
        self.provider.next.append(lambda _: httpx.Response(200, json={"data": data}))


async def test_models_that_are_missing_or_end_within_sixty_days_are_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    checked = Checked("ends-soon", "ends-later", "lasts", "gone")
    checked.offer(ends_soon="2027-01-20", ends_later="2027-02-26", lasts=None, gpt_realtime_9=None)
    await checked.check.check()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "the provider shuts ends-soon down on 2027-01-20; configure another model before"),
        ("WARNING", "the provider has no model gone; it offers gpt-realtime-9"),
    ]


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_provider_that_does_not_list_its_models_is_no_reason_to_warn(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked("m")
    checked.provider.refuse(status)
    checked.offer()
    caplog.set_level(logging.WARNING, "guftagu.provider")
    for _ in range(2):
        await checked.check.check()
    assert [record for record in caplog.records if "has no model" in record.message] == []


async def test_it_is_checked_at_the_start_and_every_day(caplog: pytest.LogCaptureFixture) -> None:
    checked = Checked("m")
    checked.offer(m=None)
    await checked.check.open()
    await checked.asleep.wait()
    assert checked.slept == [DAY_S]
    checked.asleep.clear()
    checked.offer(m="2026-12-01")
    checked.wake.set()
    await checked.asleep.wait()
    assert "shuts m down" in caplog.text
    await checked.check.close()


async def test_a_refused_model_is_told_once_with_those_that_there_are(
    caplog: pytest.LogCaptureFixture,
) -> None:
    checked = Checked()
    checked.offer(**{f"gpt_realtime_{n}": None for n in range(MAX_NAMES + 5)}, dall_e=None)
    for _ in range(3):
        checked.check.tell_missing("gpt-realtime-x")
    await checked.tasks.finish()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.message.startswith(
        "a call was refused: the provider has no model gpt-realtime-x; it offers"
    )
    assert record.message.count("gpt-realtime-") == MAX_NAMES + 1
    assert "dall-e" not in record.message


def test_all_that_is_configured_is_wanted() -> None:
    other = PERSONA.model_copy(update={"transcription": TranscriptionSettings(model="whisper-1")})
    settings = given(captions_model="gpt-live-transcribe", extraction_model="gpt-6-luna")
    wanted = {"gpt-6-luna", "gpt-live-transcribe", "gpt-transcribe", "whisper-1", PERSONA.model.name}
    assert models_wanted([PERSONA, other], settings) == sorted(wanted)
    overridden = given(openai_model="m", openai_transcription_model="t", captions_model="t")
    assert models_wanted([PERSONA, other], overridden) == ["gpt-6-luna", "m", "t"]
