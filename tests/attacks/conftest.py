"""Fixtures of the attacks: an app in a process of its own, with a scripted provider."""

from collections.abc import Callable, Iterator

import pytest

from tests.attacks.new_log import NewLog
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

Started = Callable[..., RunningApp]


@pytest.fixture(scope="module")
def app(provider_of_session: ScriptedProvider) -> Iterator[RunningApp]:
    """Run the app with a scripted provider; each file of attacks has its own."""
    app = RunningApp(settings_for(provider_of_session)).start()
    yield app
    app.clean_up()


@pytest.fixture
def log(app: RunningApp) -> NewLog:
    """Collect what `app` logs during this test."""
    return NewLog(app)


@pytest.fixture
def start_app() -> Iterator[Callable[[dict[str, str]], RunningApp]]:
    """Start apps with settings of their own; they are stopped at the end of the test."""
    apps: list[RunningApp] = []

    def start(env: dict[str, str]) -> RunningApp:
        apps.append(RunningApp(env).start())
        return apps[-1]

    yield start
    for app in apps:
        app.clean_up()


def settings_for(provider: ScriptedProvider) -> dict[str, str]:
    """Return what an app needs to reach this provider; one address may hold as many calls as it likes."""
    return {
        "OPENAI_API_KEY": provider.key,
        "OPENAI_BASE_URL": provider.url,
        "MAX_CALLS_PER_ADDRESS": "0",
        "STORAGE_SECRET": "a storage secret of the attacks, long enough to be one",
    }
