"""Cost of an attack for the server: processor time, event-loop lag and memory, measured from outside."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import percentile
from bench.process_cpu import cpu_seconds
from tests.fakes.running_app import RunningApp

PROBE = Path(__file__).with_name("lag_probe.py")
MAX_LAG_MS = 250.0
GIVE_UP_S = 15.0
"""Seconds after an attack in which `/healthz` has to answer."""
ATTACK_S = 60.0
"""Longest time of a script, in seconds, however slow the server is."""
IDLE_SAMPLES = 20
"""Requests of the probe before an attack, by which its own cost is known."""
SETTLE_S = 0.5
"""Seconds after an attack that are measured too, for the work that it left behind."""


@dataclass
class Cost:
    """Resources that the server used between two moments."""

    cpu_s: float = 0.0
    """Processor seconds of all its threads, the honest call's included and the probe's requests left out."""
    grown_mb: float = 0.0
    """Growth of resident memory, in MiB."""
    lags_ms: list[float] = field(default_factory=list)
    """Longest time of `/healthz`, without that in which other processes had the machine."""
    delays_ms: list[float] = field(default_factory=list)
    """Longest time of `/healthz` by the clock."""
    lost: int = 0
    """Connections of the probe that the server closed without an answer."""

    @property
    def lag_ms(self) -> float:
        return max(self.lags_ms, default=0.0)

    def __str__(self) -> str:
        if not self.delays_ms:
            return f"{self.cpu_s:.2f} s of processor, /healthz never answered, {self.grown_mb:+.0f} MB"
        return (
            f"{self.cpu_s:.2f} s of processor, largest lag {self.lag_ms:.0f} ms, /healthz p50 "
            f"{percentile(self.delays_ms, 50):.0f} and p99 {percentile(self.delays_ms, 99):.0f} ms, "
            f"{self.grown_mb:+.0f} MB"
        )

    def check(self, cpu_s: float) -> None:
        """Fail when the attack took more than `cpu_s` of the processor, or held everybody else up."""
        print(self)
        assert self.lags_ms and not self.lost, f"{self.lost} requests of the probe got no answer"
        assert self.lag_ms < MAX_LAG_MS, f"others waited {self.lag_ms:.0f} ms; {self}"
        assert self.cpu_s < cpu_s, f"it cost more than {cpu_s:g} s of processor; {self}"


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


@asynccontextmanager
async def measured(app: RunningApp) -> AsyncIterator[Cost]:
    """Measure the server while the block runs; the figures are complete after it."""
    cost = Cost()
    probe = await asyncio.create_subprocess_exec(
        sys.executable, str(PROBE), str(app.port), str(app.pid),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert probe.stdout and probe.stdin
    probing_s = await _cost_of_probe(probe.stdout, app.pid)
    used, held = cpu_seconds(app.pid), resident_mb(app.pid)
    reading = asyncio.create_task(_read(probe.stdout, cost))
    try:
        yield cost
        await asyncio.sleep(SETTLE_S)
    finally:
        probe.stdin.close()
        if not (await asyncio.wait({reading}, timeout=GIVE_UP_S))[0]:
            probe.kill()
            cost.lost += 1
        await reading
        await probe.wait()
    cost.cpu_s = max(0.0, cpu_seconds(app.pid) - used - probing_s * len(cost.lags_ms))
    cost.grown_mb = resident_mb(app.pid) - held


async def _cost_of_probe(samples: asyncio.StreamReader, pid: int) -> float:
    """Return the processor seconds of the server for one request of the probe, while there is no attack."""
    await samples.readline()
    used = _main_thread_s(pid)
    for _sample in range(IDLE_SAMPLES):
        await samples.readline()
    return (_main_thread_s(pid) - used) / IDLE_SAMPLES


def _main_thread_s(pid: int) -> float:
    """Return the processor seconds of a process's main thread, finer than the ticks of `cpu_seconds`."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


async def _read(samples: asyncio.StreamReader, cost: Cost) -> None:
    async for line in samples:
        match line.split():
            case [lag, delay]:
                cost.lags_ms.append(float(lag))
                cost.delays_ms.append(float(delay))
            case _:
                cost.lost += 1
