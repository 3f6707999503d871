"""Failures of the provider, as one exception with a code that the page has a sentence for."""

from typing import Any, Literal

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


class ProviderFailure(Exception):
    """Failed request to the provider. Its text never holds a body, a key or a customer's words."""

    def __init__(
        self,
        code: FailureCode,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        """Describe a failure.

        :param code: kind of failure
        :param status: HTTP status, if there was one
        :param retry_after_s: seconds the provider asks us to wait
        :param request_id: the provider's id of the request, for its support
        """
        super().__init__(f"{code} (status {status}, request {request_id})")
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s
        self.request_id = request_id


def may_pass(error: dict[str, Any]) -> bool:
    """Return whether another attempt may succeed.

    :param error: the object under `error` of an event
    """
    return not PASSING_CODES.isdisjoint({error.get("code"), error.get("type")})


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
