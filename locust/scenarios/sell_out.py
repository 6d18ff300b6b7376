"""6: the doors open, and everything is sold as fast as it can be."""

from __future__ import annotations

import time

from checks import sold_out
from scenario import Scenario, Size
from trial import Trial
from users import SeatUser

MAP_AGE_S = 0.25
PARTY = (1, 4)


class SeatMap:
    """The seats that looked free lately, as all users see them.

    A ticket shop serves its map from a cache, so users do not read it each for
    themselves: one of them fetches it when it is older than `MAP_AGE_S`, the
    others choose from what is there, and collide.
    """

    def __init__(self, trial: Trial) -> None:
        self.free: list[str] = list(trial.seat_sets[0])
        self.all_booked = False
        self.fetched = time.monotonic()

    def refresh(self, user: SeatUser) -> None:
        if time.monotonic() - self.fetched < MAP_AGE_S:
            return
        self.fetched = time.monotonic()
        call, seats = user.seat_map()
        if call.http_status == 200:
            self.free = [
                s["id"] for s in seats if s["status"] == "AVAILABLE" and not s["leased"]
            ]
            self.all_booked = all(s["status"] == "BOOKED" for s in seats)


class SellOut(SeatUser):
    """Parties of 1 to 4 pick seats at random, until no seat is left.

    At the end few seats are free and some are held by others: a user then
    waits for the map to change, since a lease may end without a booking.
    """

    scenario = Scenario(
        number=6,
        name="sell-out",
        title="sell-out burst",
        full=Size(seats=5000, users=200, users_per_s=200, seconds=300, ttl_s=30),
        short=Size(seats=2000, users=200, users_per_s=200, seconds=45, ttl_s=30),
        checks=(sold_out,),
    )
    pause_s = (0.0, 0.01)
    map: SeatMap

    def on_start(self) -> None:
        super().on_start()
        if self.identity.index == 0:
            SellOut.map = SeatMap(self.trial)

    def round(self) -> None:
        if self.map.all_booked:
            self.leave()
        free = self.map.free
        if not free:
            self.sleep(self.random.uniform(MAP_AGE_S, 2 * MAP_AGE_S))
            self.map.refresh(self)
            return
        party = min(self.random.randint(*PARTY), len(free))
        seats = tuple(self.random.sample(free, k=party))
        if self.lock(seats).granted:
            self.book(seats, self.identity.new_request_id(), long_poll=True)
        else:
            self.map.refresh(self)
