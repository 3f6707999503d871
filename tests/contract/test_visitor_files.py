"""What NiceGUI stores of a visitor of the running app."""

import json
import stat

import httpx

from tests.fakes.running_app import RunningApp

CODE = "an access code"


def test_a_visitors_file_is_for_its_owner_only_and_holds_no_more_than_is_needed() -> None:
    app = RunningApp({"ACCESS_CODE": CODE, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}).start()
    try:
        with httpx.Client(base_url=app.url, follow_redirects=True) as visitor:
            assert visitor.post("/sign-in", data={"code": CODE}).url.path == "/"
        app.stop()
        folder = app.directory / ".nicegui"
        (file,) = folder.glob("storage-user-*.json")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert json.loads(file.read_text("utf-8")).keys() == {"admitted"}
    finally:
        app.clean_up()
