"""Browsers, apps and callers: the run shares browsers, apps and the pages that callers leave clean."""

import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.browser.caller import Caller, new_page
from tests.chromium import FLAGS, Machine, find_chromium
from tests.fakes.app_process import Copied
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.speech import write_microphone

AppFactory = Callable[..., RunningApp]
CallerFactory = Callable[..., Caller]
BrowserFactory = Callable[..., Browser]
Motion = Literal["reduce", "no-preference"]

VIEWPORT: ViewportSize = {"width": 1280, "height": 720}

QUESTION = "السلام علیکم، مجھے اپنے اکاؤنٹ کے بارے میں معلومات چاہئیں۔"
MICROPHONES: dict[str, tuple[str | float, ...]] = {
    "silent": (2.0,),
    "speaking": (1.0, QUESTION, 60.0),
    "interrupting": (1.0, QUESTION, 6.0, QUESTION, 60.0),
}
"""What each fake microphone hears, from the moment it is opened."""

ENGINE_KEY = "engine-key-that-nobody-should-see"
PATIENCE_MS = 20_000
"""How long anything awaited may take; only a failing test waits that long."""

expect.set_options(timeout=PATIENCE_MS)

RESOLVER = "--host-resolver-rules=MAP bank.example 127.0.0.1"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser_with(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserFactory]:
    """`browser_with(microphone)`: a browser whose microphone hears that of `MICROPHONES`; made once."""
    path = find_chromium(Machine(playwright_path=lambda: playwright.chromium.executable_path))
    speech = tmp_path_factory.mktemp("speech")
    browsers: dict[str, Browser] = {}

    def launch(microphone: str) -> Browser:
        if microphone not in browsers:
            file = write_microphone(speech / f"{microphone}.wav", *MICROPHONES[microphone])
            flags = [*FLAGS, RESOLVER, f"--use-file-for-fake-audio-capture={file}%noloop"]
            browsers[microphone] = playwright.chromium.launch(executable_path=path, args=flags)
        return browsers[microphone]

    yield launch
    for browser in browsers.values():
        browser.close()


@pytest.fixture(scope="session")
def app_of_session() -> Iterator[AppFactory]:
    """Apps by their settings, each started once for the whole run."""
    apps: dict[tuple[tuple[str, str], ...], RunningApp] = {}

    def start(**env: str) -> RunningApp:
        key = tuple(sorted(env.items()))
        if key not in apps:
            apps[key] = RunningApp(env, launch=Copied).start()
        return apps[key]

    yield start
    for app in apps.values():
        app.clean_up()


@pytest.fixture
def own_app() -> Iterator[AppFactory]:
    """Run an app for this test alone: `own_app(env, before=…)`, as `RunningApp` takes them."""
    apps: list[RunningApp] = []

    def start(env: dict[str, str], *, before: str = "") -> RunningApp:
        apps.append(RunningApp(env, before=before, launch=Copied).start())
        return apps[-1]

    yield start
    for app in apps:
        app.clean_up()


@pytest.fixture
def engine_app(app_of_session: AppFactory) -> RunningApp:
    """Run the app without a provider's key, so that its own engine answers."""
    return app_of_session(ENGINE_API_KEY=ENGINE_KEY)


@pytest.fixture
def provider_env(provider: ScriptedProvider) -> dict[str, str]:
    """Return the settings that make the scripted provider the app's provider."""
    return {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}


@pytest.fixture
def provider_app(app_of_session: AppFactory, provider_env: dict[str, str]) -> RunningApp:
    """Run the app with the scripted provider and relayed offers."""
    return app_of_session(**provider_env)


@pytest.fixture
def framed_app(app_of_session: AppFactory, provider_env: dict[str, str]) -> RunningApp:
    """Run the app so that pages of this machine may show it in a frame."""
    return app_of_session(**provider_env, FRAME_ANCESTORS="http://localhost:*")


@pytest.fixture
def strict_app(app_of_session: AppFactory, provider_env: dict[str, str]) -> RunningApp:
    """Run the app with narrow limits: one call at a time, two starts a minute, a second without the page."""
    limits = {"MAX_CALLS": "1", "STARTS_PER_MINUTE": "2", "PAGE_GRACE_SECONDS": "1"}
    return app_of_session(**provider_env, **limits)


@pytest.fixture
def ephemeral_app(app_of_session: AppFactory, provider_env: dict[str, str]) -> RunningApp:
    """Run the app so that the browser posts its offer to the provider itself."""
    return app_of_session(**provider_env, SIGNALING="ephemeral")


@pytest.fixture(scope="session")
def left_pages() -> dict[str, list[Page]]:
    """Provide the pages that former callers left clean, by microphone.

    A page that had ours loads it again for half the processor time of a new one.
    """
    return defaultdict(list)


@pytest.fixture
def caller_at(
    request: pytest.FixtureRequest, browser_with: BrowserFactory, left_pages: dict[str, list[Page]]
) -> Iterator[CallerFactory]:
    """`caller_at(url, microphone="silent", own=False, **context_options)`: a caller before an empty page.

    `own` is for a test that changes what leaving the page does not undo: scripts run before the page's,
    a clock, listeners, routes. Such a context is the test's alone, as is one with options of its own.
    They want little motion unless told otherwise: a circle that moves takes a third of a core a page, and
    few tests are about that.
    """
    callers: list[tuple[Caller, list[Page] | None]] = []

    def enter(
        url: str,
        microphone: str = "silent",
        *,
        own: bool = False,
        viewport: ViewportSize = VIEWPORT,
        reduced_motion: Motion = "reduce",
        **options: Any,
    ) -> Caller:
        left = None if own or options else left_pages[microphone]
        page = left.pop() if left else new_page(browser_with(microphone), **options)
        page.set_viewport_size(viewport)
        page.emulate_media(reduced_motion=reduced_motion)
        caller = Caller(page, url)
        callers.append((caller, left))
        return caller

    yield enter
    failed = request.node.stash.get(FAILED, False)
    for number, (caller, left) in enumerate(callers):
        if failed:
            caller.save_screenshot(re.sub(r"\W+", "_", f"{request.node.name}_{number}"))
        if left is not None and not failed and caller.leaves_clean():
            left.append(caller.page)
        else:
            caller.context.close()
    surprises = [caller.surprises for caller, _ in callers]
    assert failed or not any(surprises), surprises


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
