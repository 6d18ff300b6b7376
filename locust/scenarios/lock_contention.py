"""1: everybody wants the one seat, and one user gets it."""

from __future__ import annotations

from checks import one_lease_only
from scenario import Scenario, Size
from users import SeatUser


class LockContention(SeatUser):
    """Users ask again and again; the holder's asking renews its lease.

    So the lease does not end before the run does, and a second user with a
    lease is a second holder.
    """

    scenario = Scenario(
        number=1,
        name="lock-contention",
        title="lock contention",
        full=Size(seats=1, users=50, users_per_s=1, seconds=120, ttl_s=120),
        short=Size(seats=1, users=50, users_per_s=10, seconds=10, ttl_s=120),
        checks=(one_lease_only,),
    )

    def round(self) -> None:
        self.lock(self.trial.seat_sets[0])
