"""3: a fast ramp onto three seats that are only leased together."""

from __future__ import annotations

from checks import never_a_part, new_holder_in_time
from scenario import Scenario, Size
from scenarios.lease_expiry import AWAY_S
from users import SeatUser

PROBE_AFTER_REFUSAL = 0.2


class LockRace(SeatUser):
    """Each user names the seats in an order of its own.

    Locks taken one by one in the order named would leave parts, or block each
    other. A holder verifies each seat, and a refused user now and then one.
    """

    scenario = Scenario(
        number=3,
        name="lock-race",
        title="high ramp-up lock race",
        full=Size(seats=3, users=50, users_per_s=10, seconds=60, ttl_s=5),
        short=Size(seats=3, users=50, users_per_s=20, seconds=14, ttl_s=2),
        checks=(never_a_part, new_holder_in_time),
    )

    def round(self) -> None:
        seats = tuple(self.random.sample(self.trial.seat_sets[0], k=3))
        call = self.lock(seats)
        if call.granted:
            for seat_id in seats:
                self.verify(seat_id)
            self.sleep(self.trial.size.ttl_s + AWAY_S)
        elif self.random.random() < PROBE_AFTER_REFUSAL:
            self.verify(self.random.choice(seats))
