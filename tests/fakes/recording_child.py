"""Process that records a call and is killed meanwhile: `python -m tests.fakes.recording_child FOLDER`.

It reads an event a line and goes on until its input ends. It says on its output which usage it wrote, and the
recorder writes that after the items which came before it.
"""

import asyncio
import json
import sys
from decimal import Decimal
from pathlib import Path

from calls.owned_tasks import OwnedTasks
from calls.services.recording import Recorder
from store.models import UsageRecord
from store.records import Records
from tests.fakes.house import House
from tests.fakes.kept import a_session, database_in
from tests.fakes.timer import FakeTimer


class TellingRecords(Records):
    """Recorder that prints which usage was written."""

    async def save_usage(self, usage: UsageRecord) -> None:
        await super().save_usage(usage)
        print("written", usage.reference, flush=True)


async def record(folder: Path) -> None:
    async with database_in(folder) as database:
        call, tasks = House().open(), OwnedTasks()
        call.trust_minted_key()  # Only then does what it is told of usage count.
        Recorder(
            call,
            TellingRecords(database, keep_text=True),
            a_session(),
            tasks,
            transcription_model="ears",
            cost_of=lambda _: Decimal(0),
            timer=FakeTimer(),
        )
        while line := await asyncio.to_thread(sys.stdin.readline):
            call.receive(json.loads(line), 0)
        await call.close("stopped")
        await tasks.finish()


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1])))
