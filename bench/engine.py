"""The engine: caller stops → agent audible, barge-in → silence, and the processor a call takes."""

import base64
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.client import Client, our_client, press_start, wait_until_live
from bench.echo import Echo
from bench.figures import Spread, table, verdict
from bench.process_cpu import cpu_seconds
from bench.starters import our_app
from tests.fakes.speech import write_microphone

PROBE = Path(__file__).with_name("voice_probe.js")
SILENCE_SETTING_MS = 400
"""Silence setting of the persona that answers."""
CYCLES = 7
SPOKEN = "مجھے اپنے کھاتے کے بارے میں معلومات چاہئیں"
TYPED = "میرا کارڈ گم ہو گیا ہے، اسے کیسے بند کروں؟"
TALK_S = (1.0, 1.8)
"""Seconds that the agent talks before it is interrupted; random, so that the cut word differs."""
CALLS = (1, 4)
CPU_WINDOW_S = 5.0
SETTLE_S = 2.0
"""Seconds after the calls were set up, which costs more than holding them."""
AIM_ANSWER_MS, AIM_SILENCE_MS = 250, 100

BARGE_IN = """
async () => {
  const said = benchVoice.say();
  const answer = await benchVoice.next("sound", said.to);
  const silence = benchVoice.lastSilence(answer);
  await benchVoice.next("silence", answer);
  return { silence: silence - said.from, answer: answer - said.to };
}
"""
HEAR_ECHO = """
async () => {
  const said = benchVoice.say();
  const sound = await benchVoice.next("sound", said.from);
  await benchVoice.next("silence", said.to);
  return sound - said.from;
}
"""


@dataclass
class Heard:
    """Samples of one run, in ms."""

    echo: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    """Time from the caller's last loud sample to the agent's first, less the silence setting."""
    silence: list[float] = field(default_factory=list)
    """Time from the caller's first loud sample to the agent's last."""


def measure(browser: Browser) -> str:
    """Measure and return the figures as Markdown."""
    with tempfile.TemporaryDirectory() as directory:
        speech = base64.b64encode(write_microphone(Path(directory) / "speech.wav", SPOKEN).read_bytes())
        with our_app({}) as app:
            callers = Callers(browser, our_client("ours", app.url), speech.decode())
            turns = _turns(callers)
            cpu = _cpu(callers, app.pid)
    return f"{_turns_told(turns)}\n\n{_cpu_told(cpu)}"


@dataclass(frozen=True, slots=True)
class Callers:
    """Opener of pages whose microphone plays `speech` on demand."""

    browser: Browser
    client: Client
    speech: str

    @contextmanager
    def page(self) -> Iterator[Page]:
        with self.client.visited(self.browser, PROBE) as page:
            page.evaluate("speech => benchVoice.prepare(speech)", self.speech)
            yield page

    @contextmanager
    def live(self) -> Iterator[Page]:
        with self.page() as page:
            press_start(page)
            wait_until_live(page)
            yield page
            page.get_by_role("button", name="Stop", exact=True).click()


# -- turns ---------------------------------------------------------------------------------------------


def _turns(callers: Callers) -> Heard:
    heard, echo = Heard(), Echo()
    with callers.live() as call, callers.page() as mirror:
        echo.connect(mirror)
        try:
            for _cycle in range(CYCLES):
                _interrupt(call, heard)
                heard.echo.append(mirror.evaluate(HEAR_ECHO))
        finally:
            echo.stop()
    return heard


def _interrupt(call: Page, heard: Heard) -> None:
    """Ask, let the agent talk, speak over it, and hear it answer that."""
    _ask(call)
    time.sleep(random.uniform(*TALK_S))
    found = call.evaluate(BARGE_IN)
    heard.answer.append(found["answer"] - SILENCE_SETTING_MS)
    if found["silence"] > 0:  # else the agent was between two sentences, with nothing to cut
        heard.silence.append(found["silence"])


def _ask(*calls: Page) -> None:
    """Type a question with a long answer in every page, and wait until that is heard."""
    asked_at = [call.evaluate("benchVoice.now()") for call in calls]
    for call in calls:
        call.get_by_role("textbox").fill(TYPED)
        call.get_by_role("textbox").press("Enter")
    for call, at in zip(calls, asked_at, strict=True):
        call.evaluate("at => benchVoice.next('sound', at)", at)


def _turns_told(heard: Heard) -> str:
    said = {
        "echo: sound said → heard again": (heard.echo, None),
        "caller stops → agent audible, beyond the silence setting": (heard.answer, AIM_ANSWER_MS),
        "barge-in → silence": (heard.silence, AIM_SILENCE_MS),
    }
    rows = []
    for what, (samples, aim) in said.items():
        spread = Spread.of(samples)
        reached = verdict(round(spread.median), aim) if aim else ""
        rows.append((what, f"{spread.median:.0f}", reached, f"{spread.p95:.0f}", spread.count))
    return table(("", "median, ms", "aim", "p95, ms", "turns"), rows)


# -- processor -----------------------------------------------------------------------------------------


def _cpu(callers: Callers, pid: int) -> list[tuple[str, int, float]]:
    """Measure rows of state, number of calls, and percent of a core that the process used."""
    with callers.page():
        found = [("no call", 0, _percent(pid))]
    for count in CALLS:
        with ExitStack() as stack:
            calls = [stack.enter_context(callers.live()) for _call in range(count)]
            time.sleep(SETTLE_S)
            found.append(("idle", count, _percent(pid)))
            _ask(*calls)
            found.append(("speaking", count, _percent(pid)))
    return found


def _percent(pid: int) -> float:
    began, used = time.monotonic(), cpu_seconds(pid)
    time.sleep(CPU_WINDOW_S)
    return (cpu_seconds(pid) - used) / (time.monotonic() - began) * 100


def _cpu_told(found: list[tuple[str, int, float]]) -> str:
    base = found[0][2]
    rows = [
        (state, count, f"{percent:.1f}", f"{(percent - base) / count:.1f}" if count else "")
        for state, count, percent in found
    ]
    return table(("calls", "how many", "% of a core", "beyond no call, each"), rows)
