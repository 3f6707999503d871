"""`main.py` as somebody runs it in a shell, in a process of its own."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

MAIN = Path(__file__).parents[2] / "main.py"


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended."""

    code: int
    said: str
    complained: str


async def start(folder: Path, *arguments: str, **env: str) -> asyncio.subprocess.Process:
    """Run a command in a folder with these settings and none of ours."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "NICEGUI_"))
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(MAIN),
        *arguments,
        cwd=folder,
        env=inherited | {"PYTHONPATH": str(MAIN.parent)} | env,
        # A build server's shell may ignore Ctrl-C, which its children inherit.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(
    process: asyncio.subprocess.Process, within_s: float = 60, given: bytes | None = None
) -> Ended:
    """Its end; it is killed when it takes longer.

    :param given: its input
    """
    try:
        async with asyncio.timeout(within_s):
            said, complained = await process.communicate(given)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return Ended(process.returncode, said.decode(), complained.decode())
