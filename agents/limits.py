"""What one call may take: minutes, idle time and money."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """The limits of a deployment. The values here are the defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes: float = Field(default=15, gt=0, le=480)
    idle_seconds: float = Field(default=120, gt=0)
    """Silence of the caller, not counting the time the agent thinks or speaks."""
    call_usd: Decimal = Field(default=Decimal(2), gt=0)
    day_usd: Decimal = Field(default=Decimal(25), gt=0)
    """All calls of the deployment together."""
    visitor_day_share: Decimal = Field(default=Decimal("0.1"), gt=0, le=1)
    """Of the day's money: what one visitor or API key may spend."""
    address_day_share: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    """Of the day's money: what one address may spend; 0: no limit."""

    def narrowed(self, by: "OwnLimits") -> Self:
        """Return the stricter of both, limit by limit."""
        stricter = {name: min(value, getattr(self, name)) for name, value in by if value is not None}
        return self.model_copy(update=stricter)


class OwnLimits(BaseModel):
    """What a persona says of its own calls; what it leaves out is the deployment's to say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes: float | None = Field(default=None, gt=0, le=480)
    idle_seconds: float | None = Field(default=None, gt=0)
    call_usd: Decimal | None = Field(default=None, gt=0)
