"""4 and 5: many confirm, over the edge of their leases, and one gets it."""

from __future__ import annotations

from checks import one_confirmed, one_set_booked
from scenario import Scenario, Size
from users import SeatUser

LATE_SHARE = 0.5
"""In this part of the time every holder confirms too late, so nobody wins."""
WITHOUT_LEASE = 0.2


class ConfirmRace(SeatUser):
    """Lock and confirm, some at once, some late, some without a lease.

    In the first half all holders wait until their lease has lapsed, and must
    be refused. In the second half a holder confirms at once or around the very
    end of its lease, where verifying it and keeping it must be one step.
    After the race the winner repeats its request, and the others go on asking.
    """

    abstract = True
    pause_s = (0.2, 0.6)
    won: tuple[str, tuple[str, ...]] | None = None

    def round(self) -> None:
        if self.won:
            request_id, seats = self.won
            self.confirm(seats, request_id)
            self.seat_map()
            return
        seats = self.trial.seat_sets[self.identity.index % len(self.trial.seat_sets)]
        call = self.lock(seats)
        if call.granted:
            self.hesitate()
        elif self.random.random() >= WITHOUT_LEASE:
            return
        request_id = self.identity.new_request_id()
        long_poll = self.random.random() < 0.5
        if self.book(seats, request_id, long_poll) == "CONFIRMED":
            self.won = (request_id, seats)
        self.seat_map()

    def hesitate(self) -> None:
        """Let the lease lapse, or go near its end, or lose no time."""
        ttl_s = self.trial.size.ttl_s
        if self.trial.elapsed_share < LATE_SHARE:
            self.sleep(ttl_s + self.random.uniform(0.05, 0.3))
        elif self.random.random() < 0.5:
            self.sleep(ttl_s + self.random.uniform(-0.1, 0.02))


class ConfirmRaceSingleSeat(ConfirmRace):
    scenario = Scenario(
        number=4,
        name="confirm-race-single",
        title="confirm race, single seat",
        full=Size(seats=1, users=20, users_per_s=5, seconds=60, ttl_s=1),
        short=Size(seats=1, users=20, users_per_s=5, seconds=14, ttl_s=1),
        checks=(one_confirmed,),
    )


class ConfirmRaceSeveralSeats(ConfirmRace):
    scenario = Scenario(
        number=5,
        name="confirm-race-several",
        title="confirm race, several seats",
        full=Size(seats=5, users=20, users_per_s=5, seconds=60, ttl_s=1),
        short=Size(seats=5, users=20, users_per_s=5, seconds=14, ttl_s=1),
        checks=(one_confirmed, one_set_booked),
        two_sets=True,
    )
