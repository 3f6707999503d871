import asyncio
import io
import logging
import sys

import pytest

from server.logging_setup import (
    FORMAT,
    TracebackWithoutText,
    WithoutErrorText,
    WithoutQuery,
    set_up_logging,
)


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


def logged(write: object, name: str = "other") -> str:
    """Return what `write(logger)` logs while an error with a caller's words is handled."""
    stream, logger = io.StringIO(), logging.getLogger(f"{name}")
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutErrorText())
    handler.addFilter(WithoutQuery())
    handler.setFormatter(TracebackWithoutText(FORMAT))
    logger.addHandler(handler)
    try:
        raise ValueError("{0}{0}".format("secret"))
    except ValueError as error:
        write(logger, error)  # type: ignore[operator]
    finally:
        logger.removeHandler(handler)
    return stream.getvalue()


@pytest.mark.parametrize(
    "write",
    [
        lambda log, error: log.exception("it failed"),
        lambda log, error: log.exception(error),
        lambda log, error: log.error("it failed", exc_info=sys.exc_info()),
    ],
)
def test_an_error_is_logged_with_kind_and_place_but_without_its_text(write: object) -> None:
    line = logged(write)
    assert "ValueError in " in line and "test_logging_setup.py" in line
    assert "secretsecret" not in line


def test_an_error_that_nobody_awaited_is_logged_without_its_text() -> None:
    def write(log: logging.Logger, error: ValueError) -> None:
        loop = asyncio.new_event_loop()
        loop.call_exception_handler({"message": "never retrieved", "future": error, "exception": error})
        loop.close()

    line = logged(write, "asyncio")
    assert "never retrieved" in line and "ValueError in " in line
    assert "secretsecret" not in line
