import logging

import pytest

from server.logging_setup import WithoutQuery, set_up_logging


def filtered(message: str, *args: object) -> str:
    record = logging.LogRecord("nicegui", logging.WARNING, "", 0, message, args, None)
    assert WithoutQuery().filter(record)
    return record.getMessage()


def test_an_address_is_logged_without_its_query() -> None:
    assert filtered("%s not found", "http://host/x?client_id=secret&a=b") == "http://host/x not found"


def test_other_lines_stay_as_they_are() -> None:
    assert filtered("what? %s%%", 5) == "what? 5%"


def test_our_own_loggers_tell_more_than_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("guftagu"), "level", logging.NOTSET)
    set_up_logging("debug")
    assert logging.getLogger("guftagu").level == logging.DEBUG
    logging.getLogger("guftagu").setLevel(logging.NOTSET)
