"""The two times an act has: the site's, by which surveys run, and real time, by which messages leave."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone


@dataclass(frozen=True)
class Moment:
    """`at` on the site's clock, `wall` real; the same on a site without a reference date."""

    at: datetime
    wall: datetime

    @property
    def today(self) -> date:
        """The day the site acts on."""
        return timezone.localdate(self.at)
