"""Client of the provider's REST API over one warm connection pool.

Only the hang-up is sent again after a failure: a call or a secret that is created twice may be billed twice,
and a session that is not hung up is billed on.
"""

import asyncio
import json
import logging
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from realtime.exchange import IDENTITY, MAX_JSON_BYTES, MAX_SDP_BYTES, Answer, exchange
from realtime.failures import FailureCode, ProviderFailure, failure_of, named_fields
from realtime.fields import mapping
from realtime.models import ListedModel, models_in

log = logging.getLogger("guftagu.provider")

TIMEOUT = httpx.Timeout(20, connect=8)
WARM_SECONDS = 5
REACH_SECONDS = 3
KEPT_SECONDS = 120
"""How long an idle connection stays open."""
COOLING_SECONDS = 60
HANG_UP_DELAYS_S = (0.0, 0.5, 1.5)
"""Waits before each try to hang up."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that a whole exchange may take, from the wait for a connection to the end of the answer."""

    request_s: float = 25.0
    hang_up_s: float = 5.0
    """Limit of one attempt to hang up."""


OPENAI_HOST = "api.openai.com"
SDP = "application/sdp"
MAX_REQUEST_ID = 100
"""Characters of the provider's request id that are logged."""
LONGEST_WAIT_S = 24 * 60 * 60
CALL_ID = re.compile(r"rtc_[A-Za-z0-9_-]{1,200}")


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """Short-lived key that a browser may hold."""

    value: str = field(repr=False)
    expires_at: int
    """Expiry in Unix seconds."""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)
    """Whole answer of the provider."""


@dataclass(frozen=True, slots=True)
class CreatedCall:
    """Call that the provider answered: its SDP, and its id where the answer named one."""

    answer_sdp: str = field(repr=False)
    call_id: str | None


@dataclass(frozen=True, slots=True)
class StructuredAnswer:
    """JSON by a schema, and the usage that it cost."""

    data: dict[str, Any] = field(repr=False)
    usage: dict[str, Any]
    """Usage as the provider reported it."""


class RealtimeClient:
    """Client of one provider, with the server's own key."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        deadlines: Deadlines = Deadlines(),
    ) -> None:
        """Set up a client; it connects when it is first used.

        :param base_url: such as `https://api.openai.com/v1`
        :param api_key: standard key, sent as `Authorization: Bearer`
        :param transport: for tests, as is `sleep`
        :param clock: seconds
        """
        self.base_url = base_url
        self._clock = clock
        self._sleep = sleep
        self._deadlines = deadlines
        self._answered_s = -math.inf
        self._unreasoning: set[str] = set()
        """Models that refuse to be told not to reason."""
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers=IDENTITY | ({"Authorization": f"Bearer {api_key}"} if api_key else {}),
            timeout=TIMEOUT,
            transport=transport,
            limits=httpx.Limits(max_keepalive_connections=10, keepalive_expiry=KEPT_SECONDS),
        )

    async def warm(self) -> None:
        """Open a connection, so that the next call pays no handshake; a failure is only logged."""
        if self._clock() - self._answered_s < COOLING_SECONDS:
            return
        try:
            await self._exchange("GET", "/models", deadline_s=WARM_SECONDS)
        except (TimeoutError, httpx.HTTPError) as error:
            log.info("provider not warmed: %s", type(error).__name__)

    async def is_reachable(self) -> bool:
        """Return whether the provider answers at all, even if it refuses the key."""
        try:
            answer = await self._exchange("GET", "/models", deadline_s=REACH_SECONDS)
        except (TimeoutError, httpx.HTTPError):
            return False
        return answer.status < 500

    async def models(self) -> list[ListedModel]:
        """Return the models that the provider offers (`GET /models`).

        :raises ProviderFailure: it does not say
        """
        try:
            answer = await self._exchange("GET", "/models", deadline_s=self._deadlines.request_s)
        except (TimeoutError, httpx.HTTPError):
            raise ProviderFailure("provider_error") from None
        if not answer.is_success:
            raise _failure(answer)
        try:
            return models_in(answer.json())
        except ValueError:
            raise _failure(answer, "provider_bad_answer") from None

    async def create_client_secret(
        self, session: dict[str, Any], *, expires_after_s: int, safety_identifier: str | None = None
    ) -> ClientSecret:
        """Mint an `ek_` key that holds the whole session (`POST /realtime/client_secrets`).

        :param expires_after_s: 10 to 7200 seconds
        :raises ProviderFailure: none was minted
        """
        body = {"expires_after": {"anchor": "created_at", "seconds": expires_after_s}, "session": session}
        answer = await self._post("/realtime/client_secrets", safety_identifier, json=body)
        try:
            raw = answer.json()
            return ClientSecret(str(raw["value"]), int(raw["expires_at"]), raw)
        except (ValueError, KeyError, TypeError, OverflowError):
            raise _failure(answer, "provider_bad_answer") from None

    async def create_call(
        self, offer_sdp: str, session: dict[str, Any], *, safety_identifier: str | None = None
    ) -> CreatedCall:
        """Create a call from an offer and a session in one multipart request (`POST /realtime/calls`).

        :raises ProviderFailure: no call was created, or the answer is no SDP
        """
        parts = {"sdp": (None, offer_sdp, SDP), "session": (None, json.dumps(session), "application/json")}
        return await self._create(safety_identifier, files=parts)

    async def create_call_with(self, secret: ClientSecret, offer_sdp: str) -> CreatedCall:
        """Create a call from an offer and an `ek_` key; a transcription session allows no other way.

        :raises ProviderFailure: no call was created, or the answer is no SDP
        """
        headers = {"Authorization": f"Bearer {secret.value}", "Content-Type": SDP}
        return await self._create(None, content=offer_sdp, headers=headers)

    async def _create(self, safety_identifier: str | None, **content: Any) -> CreatedCall:
        answer = await self._answer("/realtime/calls", safety_identifier, limit=MAX_SDP_BYTES, **content)
        call_id = _call_id(answer)
        if answer.is_success and answer.text.startswith("v=0"):
            return CreatedCall(answer.text, call_id)
        if call_id:
            await self.hang_up(call_id)
        raise _failure(answer, "provider_bad_answer" if answer.is_success else None)

    async def accept(
        self, call_id: str, session: dict[str, Any], *, safety_identifier: str | None = None
    ) -> None:
        """Answer an incoming phone call (`POST /realtime/calls/{id}/accept`).

        :raises ProviderFailure: the call is not answered
        """
        await self._post(f"/realtime/calls/{call_id}/accept", safety_identifier, json=session)

    async def reject(self, call_id: str, status_code: int) -> None:
        """Reject an incoming phone call (`POST /realtime/calls/{id}/reject`).

        :param status_code: a SIP status, such as 486 (busy)
        :raises ProviderFailure: the provider did not accept the request
        """
        await self._post(f"/realtime/calls/{call_id}/reject", None, json={"status_code": status_code})

    async def refer(self, call_id: str, target_uri: str) -> None:
        """Transfer a phone call (SIP REFER); whether anybody answers there is not reported.

        :param target_uri: such as `tel:+92…` or `sip:…`
        :raises ProviderFailure: the provider did not accept the request
        """
        await self._post(f"/realtime/calls/{call_id}/refer", None, json={"target_uri": target_uri})

    async def create_response(
        self, model: str, prompt: str, schema: dict[str, Any], *, safety_identifier: str | None = None
    ) -> StructuredAnswer:
        """Generate JSON by a schema, outside any call (`POST /responses`).

        :param schema: JSON schema of an object
        :raises ProviderFailure: no answer, or one that is no JSON object
        """
        text = {"format": {"type": "json_schema", "name": "answer", "schema": schema}}
        body = {"model": model, "input": prompt, "text": text, "store": False}
        answer = await self._respond(body, safety_identifier)
        try:
            written = answer.json()
            parts = [part for item in written["output"] for part in item.get("content") or []]
            data = json.loads("".join(part["text"] for part in parts if part.get("type") == "output_text"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _failure(answer, "provider_bad_answer") from None
        if not isinstance(data, dict):
            raise _failure(answer, "provider_bad_answer")
        usage = written.get("usage")
        return StructuredAnswer(data, usage if isinstance(usage, dict) else {})

    async def _respond(self, body: dict[str, Any], safety_identifier: str | None) -> Answer:
        """Ask OpenAI for a response without reasoning, which its small models do by themselves.

        Other servers, and models that do not reason, are asked without saying so.
        """
        if _is_openai(self.base_url) and body["model"] not in self._unreasoning:
            try:
                asked = {**body, "reasoning": {"effort": "none"}}
                return await self._post("/responses", safety_identifier, json=asked)
            except ProviderFailure as failure:
                if not any(name.startswith("reasoning") for name in failure.named):
                    raise
                self._unreasoning.add(body["model"])
        return await self._post("/responses", safety_identifier, json=body)

    async def hang_up(self, call_id: str) -> bool:
        """End a call (`POST /realtime/calls/{id}/hangup`).

        :return: True when the call is over, also when it already was
        """
        for delay in HANG_UP_DELAYS_S:
            await self._sleep(delay)
            try:
                answer = await self._exchange(
                    "POST", f"/realtime/calls/{call_id}/hangup", deadline_s=self._deadlines.hang_up_s
                )
            except (TimeoutError, httpx.HTTPError) as error:
                log.warning("hang-up of %s failed: %s", call_id, type(error).__name__)
                continue
            if 200 <= answer.status < 300 or answer.status == 404:
                return True
            log.warning("hang-up of %s failed: status %s", call_id, answer.status)
        return False

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _post(self, path: str, safety_identifier: str | None, **content: Any) -> Answer:
        answer = await self._answer(path, safety_identifier, **content)
        if not answer.is_success:
            raise _failure(answer)
        return answer

    async def _answer(
        self,
        path: str,
        safety_identifier: str | None,
        *,
        limit: int = MAX_JSON_BYTES,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Answer:
        about = {"OpenAI-Safety-Identifier": safety_identifier} if safety_identifier else {}
        sent = {"headers": {**about, **(headers or {})}, **content}
        try:
            return await self._exchange(
                "POST", path, deadline_s=self._deadlines.request_s, limit=limit, **sent
            )
        except (TimeoutError, httpx.TimeoutException):
            log.warning("%s: no answer in time", path)
            raise ProviderFailure("provider_timeout") from None
        except httpx.HTTPError as error:
            log.warning("%s: %s", path, type(error).__name__)
            raise ProviderFailure("provider_error") from None

    async def _exchange(
        self, method: str, path: str, *, deadline_s: float, limit: int = MAX_JSON_BYTES, **content: Any
    ) -> Answer:
        request = self._http.build_request(method, path, **content)
        answer = await exchange(self._http, request, deadline_s=deadline_s, limit=limit)
        if answer.problem is None:
            self._answered_s = self._clock()
        return answer


def _failure(answer: Answer, code: FailureCode | None = None) -> ProviderFailure:
    named = named_fields(_error(answer))
    request_id = answer.headers.get("x-request-id", "")[:MAX_REQUEST_ID] or None
    log.warning("%s: status %s, request %s", answer.path, answer.status, request_id)
    is_success = 200 <= answer.status < 300
    return ProviderFailure(
        code or (answer.problem if is_success else None) or failure_of(answer.status, named),
        status=answer.status,
        retry_after_s=_seconds(answer.headers.get("retry-after")),
        request_id=request_id,
        named=named,
    )


def _error(answer: Answer) -> dict[str, Any]:
    """Return the object under `error` of an answer; an empty one where there is none."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return mapping(told, "error") if isinstance(told, dict) else {}


def _is_openai(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")


def _call_id(answer: Answer) -> str | None:
    try:
        call_id = urlsplit(answer.headers.get("location", "")).path.rsplit("/", 1)[-1]
    except ValueError:
        return None
    return call_id if CALL_ID.fullmatch(call_id) else None


def _seconds(header: str | None) -> float | None:
    """Return the seconds that `Retry-After` asks for (number or date); None where it is no sensible wait."""
    try:
        wait = float(header or "")
    except ValueError:
        wait = _seconds_until(header or "")
    return wait if 0 < wait <= LONGEST_WAIT_S else None


def _seconds_until(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError, OSError):
        return 0
