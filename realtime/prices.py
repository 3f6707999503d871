"""Prices of the provider's models in US dollars, and what a reported usage costs.

The table is dated: prices change, and `Prices(overrides)` changes them without a new version.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from realtime.fields import Json, mapping
from realtime.model_name import undated

log = logging.getLogger("guftagu.prices")

PRICES_AS_OF = date(2026, 11, 27)
MILLION = Decimal(1_000_000)
HEARD_TOKENS_PER_MINUTE = 600
"""Tokens of the caller's audio: one each 100 ms."""
SPOKEN_TOKENS_PER_MINUTE = 1200
"""Tokens of the agent's audio: one each 50 ms."""
RESPONSES_PER_MINUTE = 6
"""Responses in a quick conversation."""
CONTEXT_WINDOW_TOKENS = 128_000
"""Context window of the present models: no response is billed for more."""

Modality = Literal["text", "audio", "image"]
MODALITIES: tuple[Modality, ...] = ("text", "audio", "image")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rates(_Table):
    """US dollars per million tokens of one modality."""

    input: Decimal = Field(ge=0)
    cached: Decimal = Field(ge=0)
    """Price of input that the provider had in its cache."""
    output: Decimal = Field(default=Decimal(0), ge=0)


CACHE_WRITE = Decimal("1.25")
"""Price of input tokens that the provider writes into its cache, as a multiple of the input's."""


class Price(_Table):
    """Prices of one model's tokens."""

    text: Rates
    audio: Rates
    image: Rates

    def rates(self, modality: Modality) -> Rates:
        """Return the rates of one modality."""
        return {"text": self.text, "audio": self.audio, "image": self.image}[modality]


def _rates(into: str, cached: str, out: str = "0") -> Rates:
    return Rates(input=Decimal(into), cached=Decimal(cached), output=Decimal(out))


def _text_only(into: str, cached: str, out: str) -> Price:
    return Price(text=_rates(into, cached, out), audio=_rates("0", "0"), image=_rates(into, cached))


_FULL = Price(text=_rates("4", "0.40", "24"), audio=_rates("32", "0.40", "64"), image=_rates("5", "0.50"))
_EARLIER = _FULL.model_copy(update={"text": _rates("4", "0.40", "16")})
_MINI = Price(
    text=_rates("0.60", "0.06", "2.40"), audio=_rates("10", "0.30", "20"), image=_rates("0.80", "0.08")
)
MODEL_PRICES: Mapping[str, Price] = {
    "gpt-realtime-2.1": _FULL,
    "gpt-realtime-2": _FULL,
    "gpt-realtime-2.1-mini": _MINI,
    "gpt-realtime-1.5": _EARLIER,
    "gpt-realtime": _EARLIER,
    "gpt-realtime-mini": _MINI,
    "gpt-6-luna": _text_only("0.10", "0.01", "0.50"),
    "gpt-5.6-luna": _text_only("0.20", "0.02", "1.20"),
}
MINUTE_PRICES: Mapping[str, Decimal] = {
    "gpt-live-transcribe": Decimal("0.017"),
    "gpt-realtime-whisper": Decimal("0.017"),
    "gpt-transcribe": Decimal("0.0045"),
    "gpt-4o-transcribe": Decimal("0.006"),
    "gpt-4o-mini-transcribe": Decimal("0.003"),
    "whisper-1": Decimal("0.006"),
}
"""Prices of transcription per minute of audio."""
SESSION_MINUTE_PRICES: Mapping[str, Decimal] = {
    "gpt-live-1": Decimal("0.05"),
    "gpt-live-1.1": Decimal("0.05"),
    "gpt-realtime-translate": Decimal("0.034"),
}
"""Prices per minute of models that are billed by time and not by tokens. Of the live models it is an active
minute; one in standby costs 0.02."""


class PriceOverrides(_Table):
    """Prices that a deployment sets itself, as its settings hold them."""

    models: dict[str, Price] = {}
    minutes: dict[str, Decimal] = {}
    """US dollars per minute of audio, by transcription model."""


class Prices:
    """Price table, in which a deployment's own entries come first."""

    def __init__(self, overrides: Mapping[str, Any] | None = None) -> None:
        """Read the deployment's own prices.

        :param overrides: `{"models": {name: {"text": {"input", "cached", "output"}, "audio": …, "image": …}},
            "minutes": {name: usd}}`, either part optional
        :raises pydantic.ValidationError: they have another shape, or a price below zero
        """
        own = PriceOverrides.model_validate(overrides or {})
        self._models = {**MODEL_PRICES, **own.models}
        self._transcription = {**MINUTE_PRICES, **own.minutes}
        self._minutes = {**SESSION_MINUTE_PRICES, **self._transcription}
        self._reported_unknown: set[str] = set()

    def cost(self, model: str, usage: Json) -> Decimal:
        """Return what a response costs.

        :param usage: of `response.done`, with any field null, or of `/responses`
        """
        price = self._price(model)
        into = _details(usage, "input")
        out = _by_modality(_details(usage, "output"), _count(usage, "output_tokens"))
        fresh, cached, cached_elsewhere = _split_input(
            _by_modality(into, _count(usage, "input_tokens")),
            _by_modality(mapping(into, "cached_tokens_details"), 0),
            _count(into, "cached_tokens"),
        )
        written = min(_count(into, "cache_write_tokens"), fresh["text"])
        millionths = cached_elsewhere * price.text.cached + written * price.text.input * (CACHE_WRITE - 1)
        for modality in MODALITIES:
            rates = price.rates(modality)
            millionths += fresh[modality] * rates.input + cached[modality] * rates.cached
            millionths += out[modality] * rates.output
        return millionths / MILLION

    def transcription_cost(self, model: str, usage: Json) -> Decimal:
        """Return what a transcription costs.

        :param usage: of `…input_audio_transcription.completed`: seconds, or tokens of audio, which are
            counted back into minutes
        """
        if usage.get("type") == "duration":
            minutes = _amount(usage.get("seconds")) / 60
        else:
            tokens = _count(_details(usage, "input"), "audio_tokens") or _count(usage, "input_tokens")
            minutes = Decimal(tokens) / HEARD_TOKENS_PER_MINUTE
        return minutes * self._minute_price(model)

    def worst_per_minute(self, model: str, context_tokens: int = 0) -> Decimal:
        """Return the price of the most expensive minute.

        Caller and agent speak throughout, the dearest model transcribes, and `RESPONSES_PER_MINUTE` responses
        each bill the context anew and uncached. Of a transcription model it is a minute of listening.

        :param context_tokens: instructions and tools; for the history see `worst_cost`
        """
        if listening := self._minutes.get(model, self._minutes.get(undated(model))):
            return listening
        price = self._price(model)
        spoken = HEARD_TOKENS_PER_MINUTE * price.audio.input + SPOKEN_TOKENS_PER_MINUTE * price.audio.output
        told = RESPONSES_PER_MINUTE * context_tokens * price.text.input
        return (spoken + told) / MILLION + max(self._transcription.values())

    def worst_cost(self, model: str, minutes: Decimal, context_tokens: int = 0) -> Decimal:
        """Return the price of the most expensive call of so many minutes.

        It is that of `worst_per_minute`, and of the history that each response bills anew from the provider's
        cache. A conversation costs no more than that, but a client that asks for responses all the time does.

        :param context_tokens: instructions and tools
        """
        spoken = minutes * self.worst_per_minute(model, context_tokens)
        if self._minutes.get(model, self._minutes.get(undated(model))):
            return spoken
        tokens_per_minute = HEARD_TOKENS_PER_MINUTE + SPOKEN_TOKENS_PER_MINUTE
        growing = min(minutes, Decimal(CONTEXT_WINDOW_TOKENS) / tokens_per_minute)
        minutes_billed = growing * growing / 2 + growing * (minutes - growing)
        told = RESPONSES_PER_MINUTE * tokens_per_minute * minutes_billed
        return spoken + told * self._price(model).audio.cached / MILLION

    def _price(self, model: str) -> Price:
        known = self._models.get(model) or self._models.get(undated(model))
        if known is None:
            self._log_unknown(model)
        return known or _dearest(self._models.values())

    def _minute_price(self, model: str) -> Decimal:
        known = self._minutes.get(model, self._minutes.get(undated(model)))
        if known is None:
            self._log_unknown(model)
            return max(self._transcription.values())
        return known

    def _log_unknown(self, model: str) -> None:
        if model not in self._reported_unknown:
            self._reported_unknown.add(model)
            log.warning("no price is known for model %s; counting the dearest known one", model)


class NothingBilled(Prices):
    """Prices of our own engine: nothing."""

    def cost(self, model: str, usage: Json) -> Decimal:
        """Return 0: nothing is billed."""
        return Decimal(0)

    def transcription_cost(self, model: str, usage: Json) -> Decimal:
        """Return 0: nothing is billed."""
        return Decimal(0)

    def worst_per_minute(self, model: str, context_tokens: int = 0) -> Decimal:
        """Return 0: nothing is billed."""
        return Decimal(0)

    def worst_cost(self, model: str, minutes: Decimal, context_tokens: int = 0) -> Decimal:
        """Return 0: nothing is billed."""
        return Decimal(0)


def _dearest(prices: Iterable[Price]) -> Price:
    """Return the highest price of every kind of token."""
    known = list(prices)

    def highest(modality: Modality) -> Rates:
        rates = [price.rates(modality) for price in known]
        return Rates(
            input=max(r.input for r in rates),
            cached=max(r.cached for r in rates),
            output=max(r.output for r in rates),
        )

    return Price(text=highest("text"), audio=highest("audio"), image=highest("image"))


def _split_input(
    total: dict[Modality, int], said_cached: dict[Modality, int], cached_tokens: int
) -> tuple[dict[Modality, int], dict[Modality, int], int]:
    """Return input tokens as fresh, cached, and cached of no named modality; none is counted twice.

    Cached tokens that were not itemised are taken out of text first, then audio, then image.
    """
    cached = {m: min(said_cached[m], total[m]) for m in MODALITIES}
    fresh = {m: total[m] - cached[m] for m in MODALITIES}
    elsewhere = min(max(0, cached_tokens - sum(cached.values())), sum(fresh.values()))
    rest = elsewhere
    for modality in MODALITIES:
        taken = min(rest, fresh[modality])
        fresh[modality] -= taken
        rest -= taken
    return fresh, cached, elsewhere


def _by_modality(details: Json, total: int) -> dict[Modality, int]:
    """Return tokens by modality; the part of `total` that is not itemised counts as text."""
    counts: dict[Modality, int] = {m: _count(details, f"{m}_tokens") for m in MODALITIES}
    counts["text"] += max(0, total - sum(counts.values()))
    return counts


def _details(usage: Json, side: Literal["input", "output"]) -> Json:
    """Return a side's details: `input_token_details` (Realtime) or `input_tokens_details` (`/responses`)."""
    return mapping(usage, f"{side}_token_details") or mapping(usage, f"{side}_tokens_details")


def _count(source: Json, name: str) -> int:
    return int(_amount(source.get(name)))


def _amount(value: object) -> Decimal:
    """Return a number above zero; zero for anything else an event may hold."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
        return Decimal(0)
    return Decimal(str(value))
