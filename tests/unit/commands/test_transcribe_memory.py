import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.command import MAIN
from tests.fakes.recording import at_8_khz, write_recording
from tests.fakes.socket_provider import KEY, socket_provider
from tests.fakes.speech import write_microphone

ROOM_KB = 40 * 1024
"""What an hour may take more than a minute; its sound alone, held whole, would be 170 MB."""


@pytest.mark.slow
async def test_an_hour_is_written_down_in_little_more_memory_than_a_minute(tmp_path: Path) -> None:
    speech = at_8_khz(write_microphone(tmp_path / "speech.wav", "بینک کب کھلتا ہے؟"))
    write_recording(tmp_path / "minute.wav", speech, every_s=20, minutes=1)
    write_recording(tmp_path / "hour.wav", speech, every_s=20, minutes=60)
    minute, hour = await peak_kb(tmp_path, "minute.wav"), await peak_kb(tmp_path, "hour.wav")
    assert hour < minute + ROOM_KB
    assert len(starts_s(tmp_path / "minute.json")) == 3
    starts = starts_s(tmp_path / "hour.json")
    assert len(starts) == 180
    assert starts == pytest.approx([starts[0] + 20 * n for n in range(180)], abs=0.3)


def starts_s(path: Path) -> list[float]:
    """When the pieces begin."""
    return [cue["start_s"] for cue in json.loads(path.read_text())]


async def peak_kb(folder: Path, name: str) -> int:
    """Return the most memory that the command ever held."""
    async with socket_provider(words_of=lambda pcm: "words") as provider:
        env = os.environ | {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": KEY}
        return await asyncio.to_thread(
            run, [sys.executable, str(MAIN), "transcribe", "--format", "json", name], folder, env
        )


def run(command: list[str], folder: Path, env: dict[str, str]) -> int:
    """Measure for `peak_kb`; asyncio would wait for the process and lose what it used."""
    process = subprocess.Popen(command, cwd=folder, env=env)
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss
