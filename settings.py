"""Every setting of the deployment: environment variables, or a `.env` file in the folder it is started from.

`.env.example` names each one, and `docs/settings.md` is generated from the docstrings here; tests compare
them.
"""

import base64
import json
import re
import secrets
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from text_files import NotText, encoding_of

OPENAI_URL = "https://api.openai.com/v1"
ENGINE_PATH = "/engine/v1"
MODELS = (
    "gpt-realtime-2.1",
    "gpt-realtime-2.1-mini",
    "gpt-realtime-2",
    "gpt-realtime-1.5",
    "gpt-realtime",
    "gpt-realtime-mini",
)
VOICES = ("alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse")
SHORTEST_API_KEY = 16
SHORTEST: dict[str, int] = {
    "access_code": 6,
    "storage_secret": 32,
    "engine_api_key": 16,
    "turn_secret": 16,
}
ENV_FILE = Path(".env")
ORIGIN = re.compile(r"(?=[!-~]+$)https?://[^/\s,;*]+")
PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
FRAME = re.compile(r"(?=[!-~]+$)https?://[^/\s,;]+")
WEBHOOK_PREFIX = "whsec_"
KEY = re.compile(r"[!-~]+")
"""The form of a key: letters, digits and signs of ASCII, as it travels in a header."""
HOST_CHARS = re.compile(r"[A-Za-z0-9._:%-]+")
DAY_SECONDS = 24 * 60 * 60
CENTURY_DAYS = 36_500
MAX_COUNT = 100_000
MAX_USD = Decimal(1_000_000)
PASSWORD_HASH = re.compile(r"scrypt\$[\w-]{16,}=*\$[\w-]{80,}=*")
ICE_URL = r"^(stun|turn)s?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?(\?transport=(udp|tcp))?$"
IceUrl = Annotated[str, Field(pattern=ICE_URL)]


class SettingsError(ValueError):
    """A setting is wrong; the text names it and says what it takes."""


class IceServer(BaseModel):
    """An entry of `ICE_SERVERS`."""

    model_config = ConfigDict(extra="forbid")

    urls: IceUrl | Annotated[list[IceUrl], Field(min_length=1)]
    username: str | None = None
    credential: str | None = None


class Group(BaseModel):
    """Settings that belong together; the docstring of each field is its entry in `docs/settings.md`."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ServerSettings(Group):
    """Where and how the server answers."""

    host: str = "0.0.0.0"
    """Address to listen at. `::` listens on IPv6 and IPv4."""
    port: int = Field(default=8080, ge=1, le=65535)
    """Port to listen at."""
    public_url: str | None = None
    """Address at which browsers open the page, such as `https://calls.example.org`. It decides the flags of
    the session cookie."""
    allowed_origins: Annotated[list[str], NoDecode] = []
    """Other origins whose pages may use the API and the page's socket, separated by commas, such as
    `https://app.example.org`."""
    frame_ancestors: str = "none"
    """Who may show the page in a frame: `none`, `self`, or origins separated by spaces."""
    forwarded_allow_ips: str | None = None
    """Addresses of the proxies whose `X-Forwarded-…` headers are believed, separated by commas; `*` where the
    proxy is the only way in."""
    storage_secret: str = Field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Signs the visitor cookie, at least 32 characters. Unset, it is made once and kept beside a SQLite
    database; with PostgreSQL, each start makes one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity of the lines in the log."""


class ProviderSettings(Group):
    """Who answers the calls, and how calls are placed."""

    openai_api_key: str | None = Field(default=None, repr=False)
    """Key of the OpenAI API. Without a key and a base URL the built-in engine answers."""
    openai_base_url: str | None = None
    """Base URL of a compatible server, such as `http://localhost:8000/v1`, instead of OpenAI's."""
    openai_model: str | None = None
    """Model of every call; unset, the persona's."""
    openai_voice: str | None = None
    """Voice of every call; unset, the persona's or the caller's choice."""
    openai_transcription_model: str | None = None
    """Model that transcribes callers; unset, the persona's."""
    captions_model: str = "gpt-transcribe"
    """Model that transcribes at `/captions`; `gpt-live-transcribe` writes while somebody speaks."""
    openai_prompt_id: str | None = None
    """Id of a prompt stored at the provider. It is dropped once the provider refuses it, and never sent to
    OpenAI after 2026-11-30."""
    extraction_model: str = "gpt-6-luna"
    """Model that writes customer profiles and late summaries (`/v1/responses`)."""
    signaling: Literal["relay", "ephemeral"] = "relay"
    """`relay`: the server passes the browser's offer on. `ephemeral`: the browser gets a short-lived key."""
    control: Literal["persona", "sideband"] = "persona"
    """`sideband` puts every call under the server's control, whatever its persona says."""
    require_control: bool = False
    """`true` refuses calls whose usage the server cannot observe itself."""
    openai_webhook_secret: str | None = Field(default=None, repr=False)
    """Secret of the provider's webhook, `whsec_…`. Without it no phone is answered."""
    phone_numbers: Annotated[dict[str, str], NoDecode] = {}
    """Persona for each phone line, as JSON, such as `{"+922111": "jsbank"}`."""
    ice_servers: Annotated[list[dict[str, Any]], NoDecode] = []
    """STUN and TURN servers as JSON, in the form that `RTCPeerConnection` takes as `iceServers`."""
    turn_secret: SecretStr | None = None
    """Secret shared with the TURN servers of `ICE_SERVERS` (coturn's `static-auth-secret`), at least 16
    characters. Callers then get credentials that expire."""
    prices: Annotated[dict[str, Any], NoDecode] = {}
    """Prices as JSON, over the table in `realtime/prices.py`."""


class EngineSettings(Group):
    """The built-in engine, which answers without a key."""

    engine_api_key: str = Field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    """Key of the engine's API at `/engine/v1`, at least 16 characters; unset, each start makes one."""
    whisper_model: str = "small"
    """Model of the engine's speech recogniser, where faster-whisper is installed: a size, a name at Hugging
    Face, or a folder."""


class AccessSettings(Group):
    """Who may call, use the API and administer."""

    access_code: SecretStr | None = None
    """Code that callers enter once before they see the page, at least 6 characters."""
    api_keys: Annotated[list[SecretStr], NoDecode] = []
    """Keys of the API, separated by commas, at least 16 characters each. Without any, only this machine may
    use it."""
    admin_password_hash: str | None = Field(default=None, repr=False)
    """What `uv run main.py hash-password` prints; without it there is no administrator."""
    allowed_models: Annotated[list[str], NoDecode] = list(MODELS)
    """Models that a client of the API may choose besides the persona's, separated by commas."""
    allowed_voices: Annotated[list[str], NoDecode] = list(VOICES)
    """Voices that a client of the API may choose besides the persona's, separated by commas."""


class LimitsSettings(Group):
    """Personas on offer, and what a call, a visitor, an address and a day may take."""

    persona: str = "jsbank"
    """Persona that answers at `/`."""
    personas: Annotated[list[str], NoDecode] = []
    """Names of the personas on offer, separated by commas; unset, all that load but the template."""
    max_calls: int = Field(default=10, ge=1, le=MAX_COUNT)
    """Calls at once."""
    max_calls_per_address: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    """Calls at once from one address (IPv6: one /64). Unset, half of `MAX_CALLS`, rounded up; 0 sets no
    limit."""
    starts_per_minute: int = Field(default=6, ge=1, le=MAX_COUNT)
    """Calls that one visitor may start in a minute."""
    max_call_minutes: float = Field(default=15, gt=0, le=480)
    """Minutes of one call."""
    max_idle_seconds: float = Field(default=120, gt=0, le=DAY_SECONDS)
    """Seconds of silence after which a call ends."""
    max_call_usd: Decimal = Field(default=Decimal(2), gt=0, le=MAX_USD)
    """US dollars of one call."""
    max_day_usd: Decimal = Field(default=Decimal(25), gt=0, le=MAX_USD)
    """US dollars of all calls of a day (UTC)."""
    max_day_share_per_address: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    """Share of `MAX_DAY_USD` that one address may spend; 0 sets no limit."""
    page_grace_seconds: float = Field(default=90, gt=0, le=DAY_SECONDS)
    """Seconds that a page's connection may be down before its call ends."""


class StoreSettings(Group):
    """What is kept, where and for how long."""

    database_url: str = Field(default="sqlite+aiosqlite:///data/guftagu.db", repr=False)
    """Database of the records: SQLite, or `postgresql://user:password@host/name`."""
    store_transcripts: bool = True
    """`false` keeps metadata only, and no words."""
    retention_days: float | None = Field(default=None, gt=0, le=CENTURY_DAYS)
    """Days after which a record is deleted; unset, records stay."""


GROUPS: tuple[type[Group], ...] = (
    ProviderSettings,
    EngineSettings,
    LimitsSettings,
    StoreSettings,
    AccessSettings,
    ServerSettings,
)
"""The groups, in the order of `docs/settings.md`."""


class Settings(
    ProviderSettings,
    EngineSettings,
    LimitsSettings,
    StoreSettings,
    AccessSettings,
    ServerSettings,
    BaseSettings,
):
    """Settings with their defaults. Names in the environment are the same in capitals."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        if isinstance(value, str) and not _is_unicode(value):
            raise ValueError("takes text in UTF-8")
        return value

    @field_validator("host")
    @classmethod
    def _host(cls, host: str) -> str:
        if not HOST_CHARS.fullmatch(host):
            raise ValueError("takes an address of this machine, such as 0.0.0.0, :: or 127.0.0.1")
        return host

    @field_validator("openai_api_key", "engine_api_key", "openai_webhook_secret")
    @classmethod
    def _key(cls, key: str | None) -> str | None:
        if key is not None and not KEY.fullmatch(key):
            raise ValueError("takes a key without spaces and other than ASCII characters")
        return key

    @field_validator("openai_webhook_secret")
    @classmethod
    def _webhook_secret(cls, secret: str | None) -> str | None:
        if secret and secret.startswith(WEBHOOK_PREFIX):
            try:
                base64.b64decode(secret.removeprefix(WEBHOOK_PREFIX), validate=True)
            except ValueError:
                raise ValueError(f"takes the secret as shown, {WEBHOOK_PREFIX}…") from None
        return secret

    @field_validator("ice_servers", "prices", "phone_numbers", mode="before")
    @classmethod
    def _json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("takes JSON; .env.example shows its form") from None

    @field_validator(
        "api_keys", "allowed_models", "allowed_voices", "allowed_origins", "personas", mode="before"
    )
    @classmethod
    def _list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return [each.strip() for each in value.split(",") if each.strip()]

    @field_validator("ice_servers")
    @classmethod
    def _ice(cls, servers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        try:
            return [IceServer.model_validate(each).model_dump(exclude_none=True) for each in servers]
        except ValidationError:
            raise ValueError(
                "takes a JSON list of objects with urls (stun:… or turn:…), username and credential"
            ) from None

    @field_validator("admin_password_hash")
    @classmethod
    def _hash(cls, value: str | None) -> str | None:
        if value is not None and not PASSWORD_HASH.fullmatch(value):
            raise ValueError(
                "takes what `main.py hash-password` prints, in single quotes, so that no $ gets lost"
            )
        return value

    @field_validator("access_code", "storage_secret", "engine_api_key", "turn_secret")
    @classmethod
    def _not_guessable(cls, value: Any, info: ValidationInfo) -> Any:
        least = SHORTEST[info.field_name or ""]
        secret = value.get_secret_value() if isinstance(value, SecretStr) else value
        if secret is not None and len(secret) < least:
            raise ValueError(f"takes at least {least} characters")
        return value

    @field_validator("api_keys")
    @classmethod
    def _long_enough(cls, keys: list[SecretStr]) -> list[SecretStr]:
        if any(len(key.get_secret_value()) < SHORTEST_API_KEY for key in keys):
            raise ValueError(f"takes keys of at least {SHORTEST_API_KEY} characters")
        if not all(KEY.fullmatch(key.get_secret_value()) for key in keys):
            raise ValueError("takes keys of ASCII characters")
        return keys

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: list[str]) -> list[str]:
        if not all(ORIGIN.fullmatch(origin) for origin in origins):
            raise ValueError("takes origins such as https://app.example.org, without a path")
        return [origin.lower() for origin in origins]

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value is not None and not PUBLIC_URL.fullmatch(value):
            raise ValueError("takes an origin such as https://calls.example.org, without a path")
        return value.lower() if value else None

    @field_validator("frame_ancestors")
    @classmethod
    def _frames(cls, value: str) -> str:
        if value not in ("none", "self") and not all(map(FRAME.fullmatch, value.split())):
            raise ValueError("takes none, self, or origins such as https://*.example.org")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("openai_base_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not _is_web_address(value):
            raise ValueError("takes a URL such as http://localhost:8000/v1")
        return value.rstrip("/") if value else None

    @property
    def is_public_https(self) -> bool:
        """Whether browsers reach the page over https, by what `PUBLIC_URL` says."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def calls_per_address(self) -> int:
        """Calls at once from one address; 0: no limit."""
        half = (self.max_calls + 1) // 2
        return half if self.max_calls_per_address is None else self.max_calls_per_address

    @property
    def provider_kind(self) -> Literal["openai", "compatible", "engine"]:
        """Who serves the Realtime API: our engine only when nothing else is named."""
        if self.openai_base_url:
            return "compatible"
        return "openai" if self.openai_api_key else "engine"

    @property
    def provider_url(self) -> str:
        """The address at which this server reaches the provider, without a slash at the end."""
        if self.openai_base_url:
            return self.openai_base_url
        return OPENAI_URL if self.openai_api_key else f"http://{self._reached_host}:{self.port}{ENGINE_PATH}"

    @property
    def _reached_host(self) -> str:
        """The host at which this server reaches itself: loopback where it listens everywhere."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"[{host}]" if ":" in host else host

    @property
    def page_url(self) -> str:
        """An address that opens the page; `localhost` where it does, as browsers give it a microphone."""
        by_name = self.host in ("0.0.0.0", "::", "127.0.0.1")
        return f"http://{'localhost' if by_name else self._reached_host}:{self.port}"

    @property
    def browser_provider_url(self) -> str:
        """The address at which a browser reaches the provider; our engine is on the page's origin."""
        return ENGINE_PATH if self.provider_kind == "engine" else self.provider_url

    @property
    def provider_key(self) -> str:
        """The server's key at the provider; a compatible server may take any, so none is an empty one."""
        return self.engine_api_key if self.provider_kind == "engine" else self.openai_api_key or ""


def load_settings() -> Settings:
    """Read environment and `.env`.

    :raises SettingsError: naming every wrong setting and what it takes, never its value
    """
    read_as: dict[str, Any] = {"_env_file_encoding": _encoding_of(ENV_FILE)}
    try:
        return Settings(**read_as)
    except ValidationError as error:
        lines = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError("; ".join(lines)) from None


def _encoding_of(file: Path) -> str:
    """Return the encoding of the settings file.

    :raises SettingsError: the file is there and cannot be read
    """
    try:
        return encoding_of(file.read_bytes()) if file.is_file() else "utf-8"
    except NotText as error:
        raise SettingsError(f"{file}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read ({error.strerror})") from None


def _is_unicode(value: str) -> bool:
    """Whether it can be written as UTF-8; what the environment holds in another encoding cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_web_address(value: str) -> bool:
    """Whether it is an http address with a host, and without anything that no request could be sent to."""
    try:
        url = urlsplit(value)
        named = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        return False
    return named and KEY.fullmatch(value) is not None and not (url.query or url.fragment)
