"""A visitor who entered the access code stays admitted when the server starts again, with nothing set."""

import httpx

from tests.fakes.running_app import RunningApp

CODE = "open-sesame"


def test_a_restart_signs_nobody_out() -> None:
    app = RunningApp({"ACCESS_CODE": CODE}).start()
    try:
        with httpx.Client(base_url=app.url, headers={"Origin": app.url}) as visitor:
            assert visitor.get("/").is_redirect
            visitor.get("/sign-in?lang=en")
            visitor.post("/sign-in", data={"code": CODE, "lang": "en", "then": "/p/ibx"})
            assert visitor.get("/p/ibx").status_code == 200
            app.stop()
            assert (app.directory / "data" / "storage_secret").stat().st_mode & 0o077 == 0
            app.start_again()
            assert visitor.get("/p/ibx").status_code == 200
    finally:
        app.clean_up()
