"""What is left of a call whose server is killed in the middle of it."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from store.records import Records
from tests.fakes import turns
from tests.fakes.kept import database_in

ROOT = Path(__file__).parents[3]
SPOKEN = ["We have ", "two sizes. ", "ہمارے پاس ", "دو سائز ہیں۔ ", "The blue one costs "]
WRITTEN = "We have two sizes. ہمارے پاس دو سائز ہیں۔ "


def marker(name: str) -> dict[str, Any]:
    """Build an out-of-band response: it costs something and is in no transcript."""
    response: dict[str, Any] = {
        "id": name,
        "conversation_id": None,
        "status": "completed",
        "output": [],
        "usage": turns.USAGE,
    }
    return {"type": "response.done", "response": response}


async def killed_after(folder: Path, events: list[dict[str, Any]]) -> None:
    """Feed the events to a process that records them; kill it once it has written up to the last."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.recording_child", str(folder)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdin and child.stdout
    child.stdin.writelines(f"{json.dumps(event)}\n".encode() for event in [*events, marker("the_end")])
    while (line := await child.stdout.readline()) != b"written the_end\n":
        assert line, "the process ended before it was killed"
    child.kill()
    assert await child.wait() == -signal.SIGKILL


async def test_a_killed_server_loses_at_most_the_sentence_being_spoken(tmp_path: Path) -> None:
    question = [*turns.speech_heard("user_1"), *turns.transcribed("user_1", "Do you have shoes?")]
    await killed_after(tmp_path, [*question, *turns.reply_begins("agent_1", "user_1", SPOKEN)])
    async with database_in(tmp_path) as database:
        records = Records(database, keep_text=True)
        user, agent = await records.items("s1")
        session = await records.get_session("s1")
    assert (user.item_id, user.text, user.finished) == ("user_1", "Do you have shoes?", True)
    assert agent.text.startswith(WRITTEN.strip())
    assert not agent.finished
    assert session and session.closed_at is None


async def test_a_killed_server_loses_no_turn_that_was_over(tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    for number in range(1, 6):
        after = f"agent_{number - 1}" if number > 1 else None
        events += turns.spoken_turn(number, f"Question {number}?", f"Answer {number}.", after)
    await killed_after(tmp_path, events)
    async with database_in(tmp_path) as database:
        items = await Records(database, keep_text=True).items("s1")
    expected = [f"{kind} {number}" for number in range(1, 6) for kind in ("Question", "Answer")]
    assert [item.text.rstrip("?.") for item in items] == expected
    assert all(item.finished for item in items)
