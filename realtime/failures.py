"""Failures of the provider, as one exception with a code that the page has a sentence for."""

import re
from typing import Any, Literal

from realtime.fields import Json, text

PASSING_CODES = frozenset({"rate_limit_exceeded", "server_error"})
"""Codes of a session's errors after which another attempt may succeed."""

FailureCode = Literal[
    "provider_unauthorized",
    "provider_forbidden",
    "provider_model_missing",
    "provider_busy",
    "provider_error",
    "provider_timeout",
    "provider_bad_answer",
    "offer_refused",
]


FIELD = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")
_QUOTED_FIELD = re.compile(rf"['\"`]({FIELD.pattern})['\"`]")
MAX_NAMED = 8
ABOUT_MODEL = frozenset({"model_not_found", "model_unavailable"})
"""Codes of errors that are about the model, whatever the status."""


class ProviderFailure(Exception):
    """Failed request to the provider. Its text never holds a body, a key or a customer's words."""

    def __init__(
        self,
        code: FailureCode,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        request_id: str | None = None,
        named: tuple[str, ...] = (),
    ) -> None:
        """Describe a failure.

        :param code: kind of failure
        :param status: HTTP status, if there was one
        :param retry_after_s: seconds the provider asks us to wait
        :param request_id: the provider's id of the request, for its support
        :param named: fields of the request that the provider names, such as `audio.output.speed`
        """
        super().__init__(f"{code} (status {status}, request {request_id})")
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s
        self.request_id = request_id
        self.named = named


def may_pass(error: dict[str, Any]) -> bool:
    """Return whether another attempt may succeed.

    :param error: the object under `error` of an event
    """
    return not PASSING_CODES.isdisjoint({error.get("code"), error.get("type")})


def named_fields(error: Json) -> tuple[str, ...]:
    """Return the fields of the request that an error names, the likeliest first, without `session.`.

    :param error: the object under `error` of an answer or an event
    """
    about = text(error, "param") or ""
    message = (text(error, "message") or "")[:2000]
    found = [about] if FIELD.fullmatch(about) else []
    found += _QUOTED_FIELD.findall(message)
    if text(error, "code") in ABOUT_MODEL:
        found.append("model")
    return tuple(dict.fromkeys(each.removeprefix("session.") for each in found))[:MAX_NAMED]


def failure_of(status: int, named: tuple[str, ...]) -> FailureCode:
    """Return the failure that an HTTP status means.

    :param named: fields that the answer names
    """
    if status in (400, 404, 422) and named[:1] == ("model",):
        return "provider_model_missing"
    return code_for_status(status)


def code_for_status(status: int) -> FailureCode:
    """Return the failure that an HTTP status of the provider means."""
    if status == 401:
        return "provider_unauthorized"
    if status == 403:
        return "provider_forbidden"
    if status == 404:
        return "provider_model_missing"
    if status == 429:
        return "provider_busy"
    return "offer_refused" if 400 <= status < 500 else "provider_error"
