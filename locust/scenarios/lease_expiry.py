"""2: the seat passes from holder to holder as each lease expires."""

from __future__ import annotations

from checks import NEW_HOLDER_WITHIN_S, new_holder_in_time
from scenario import Scenario, Size
from users import SeatUser

AWAY_S = NEW_HOLDER_WITHIN_S + 0.2


class LeaseExpiry(SeatUser):
    """A holder lets its lease lapse, and leaves the seat to the others.

    It stays away for longer than they may need: if it asked at the very end,
    a lease that lasts too long would look like a new one of the same user.
    """

    scenario = Scenario(
        number=2,
        name="lease-expiry",
        title="lease expiry",
        full=Size(seats=1, users=50, users_per_s=1, seconds=60, ttl_s=5),
        short=Size(seats=1, users=50, users_per_s=10, seconds=14, ttl_s=2),
        checks=(new_holder_in_time,),
    )

    def round(self) -> None:
        if self.lock(self.trial.seat_sets[0]).granted:
            self.sleep(self.trial.size.ttl_s + AWAY_S)
