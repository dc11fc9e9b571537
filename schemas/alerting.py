"""The settings of alerts: how many are wanted, when an episode is over, and (from `schemas.delivery`) who is told."""

from typing import Annotated

from pydantic import Field

from schemas.delivery import DeliverySettings

PerWeek = Annotated[float, Field(gt=0, le=1000)]


class AlertSettings(DeliverySettings):
    """What `[alerts]` says.

    `per_week` is how many alerts a brand is to give in a week, of each kind that is held against its record;
    `brands_per_week` says otherwise for single brands, by id. An episode is over, and another alert of its kind may
    come, when nothing unusual was seen for `cool_down_h` hours. `great_reach_followers` is how many followers make an
    author one of great reach; None: far more than those who speak about the brand otherwise have.
    """

    per_week: PerWeek = 1.0
    brands_per_week: dict[str, PerWeek] = {}
    cool_down_h: float = Field(default=12, gt=0, le=24 * 7)
    great_reach_followers: int | None = Field(default=None, ge=1)

    def wanted(self, brand: str) -> float:
        """Return how many alerts a week are wanted of a brand."""
        return self.brands_per_week.get(brand, self.per_week)
