"""A server that is started twice by mistake: the second one ends and leaves the first one's calls alone."""

import sqlite3
from contextlib import closing

from commands.exit_codes import ExitCode
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

LIVE = (
    "insert into sessions (id, persona, kind, control, opened_at, provider_call_id, cost_usd, server_id) "
    "select 's1', 'jsbank', 'browser', 'bridged', '2026-11-21 09:30:00', 'rtc_live', 0, id from servers"
)


def test_a_second_start_on_a_used_port_says_so_and_touches_no_record_and_no_call(
    provider: ScriptedProvider,
) -> None:
    app = RunningApp({"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}).start()
    try:
        with closing(sqlite3.connect(app.directory / "data" / "guftagu.db")) as database:
            database.execute(LIVE)
            database.commit()
            ended = app.start_beside()
            assert ended.returncode == ExitCode.USAGE
            assert f"HOST, PORT: cannot listen at 127.0.0.1, port {app.port}" in ended.stdout
            assert "Traceback" not in ended.stdout
            assert database.execute("select closed_at, reason from sessions").fetchall() == [(None, None)]
        assert list(provider.hangups) == []
    finally:
        app.clean_up()
