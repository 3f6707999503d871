"""A webhook delivery that comes again after the server was killed and started again."""

import httpx
import pytest

from tests.fakes.app_process import Copied
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.webhooks import SECRET, body_of, ringing, signed


def delivered(app: RunningApp, delivery_id: str, call_id: str) -> int:
    """Deliver a phone call to an unknown line, which is rejected, and return the status."""
    body = body_of(ringing(call_id))
    headers = signed(body, delivery_id)
    return httpx.post(f"{app.url}/webhook", content=body, headers=headers, timeout=20).status_code


def turned_away(provider: ScriptedProvider) -> list[str]:
    return [request.path.split("/")[-2] for request in provider.requests if request.path.endswith("/reject")]


@pytest.fixture
def env(provider: ScriptedProvider) -> dict[str, str]:
    keys = {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}
    another_line = {"PHONE_NUMBERS": '{"+1555": "jsbank"}'}
    return {**keys, **another_line, "OPENAI_WEBHOOK_SECRET": SECRET}


def test_what_was_handled_before_a_restart_is_not_handled_again(
    provider: ScriptedProvider, env: dict[str, str]
) -> None:
    app = RunningApp(env, launch=Copied).start()
    try:
        assert delivered(app, "wh_1", "rtc_1") == 200
        provider.requests.wait_for(lambda request: request.path.endswith("/rtc_1/reject"))
        app.kill()
        app.start_again()
        assert delivered(app, "wh_1", "rtc_1") == 200
        assert delivered(app, "wh_2", "rtc_1") == 200
        assert delivered(app, "wh_3", "rtc_3") == 200
        provider.requests.wait_for(lambda request: request.path.endswith("/rtc_3/reject"))
        assert turned_away(provider) == ["rtc_1", "rtc_3"]
    finally:
        app.clean_up()
