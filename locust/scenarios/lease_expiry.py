"""2: the seat passes from holder to holder as each lease expires."""

from __future__ import annotations

from locust import task

from checks import new_holder_in_time
from scenario import Scenario, Size
from users import SeatUser


class LeaseExpiry(SeatUser):
    """A holder lets its lease lapse, and only then asks again."""

    scenario = Scenario(
        number=2,
        name="lease-expiry",
        title="lease expiry",
        full=Size(seats=1, users=50, users_per_s=1, seconds=60, ttl_s=5),
        short=Size(seats=1, users=50, users_per_s=10, seconds=14, ttl_s=2),
        checks=(new_holder_in_time,),
    )

    @task
    def hold_and_let_lapse(self) -> None:
        if self.lock(self.trial.seat_sets[0]).granted:
            self.sleep(self.trial.size.ttl_s)
