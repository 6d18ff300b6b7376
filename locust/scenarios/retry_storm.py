"""7: impatient users send everything again, on connections that break."""

from __future__ import annotations

import gevent
from checks import SENDS, sent_again_and_again
from scenario import Scenario, Size
from users import LONG_POLL_S, SeatUser

PARTY = (1, 3)
RESEND_WITHIN_S = 3.0


class RetryStorm(SeatUser):
    """Every confirm is sent 3 to 5 times, some at the same moment.

    For every third request the first connection is cut once the request is
    sent, so its user can only find out by sending it again. When the outcome
    is known, the id is tried once with other seats, which must be refused.
    Seats that cannot be leased are confirmed all the same, 3 to 5 times: a
    refusal must stay one, and store nothing.
    """

    scenario = Scenario(
        number=7,
        name="retry-storm",
        title="retry storm",
        full=Size(seats=500, users=100, users_per_s=100, seconds=60, ttl_s=30),
        short=Size(seats=200, users=100, users_per_s=100, seconds=14, ttl_s=30),
        checks=(sent_again_and_again,),
    )
    pause_s = (0.5, 3.0)
    requests = 0

    def round(self) -> None:
        every = self.trial.seat_sets[0]
        seats = tuple(self.random.sample(every, k=self.random.randint(*PARTY)))
        self.lock(seats)
        request_id = self.identity.new_request_id()
        sends = self.random.choice(SENDS)
        self.requests += 1
        if (self.identity.index + self.requests) % 3 == 0:
            self.confirm_and_hang_up(seats, request_id)
            sends -= 1
        accepted = self.send_twice_at_once(seats, request_id)
        for _ in range(sends - 2):
            self.sleep(self.random.uniform(0, RESEND_WITHIN_S))
            wait_s = self.random.choice((0, LONG_POLL_S))
            accepted |= self.confirm(seats, request_id, wait_s).accepted
        if accepted and self.follow(seats, request_id, long_poll=False):
            others = tuple(s for s in every if s not in seats)
            self.confirm((self.random.choice(others),), request_id)

    def send_twice_at_once(self, seats: tuple[str, ...], request_id: str) -> bool:
        """Two sends of one request in flight together, on two connections."""
        sends = [gevent.spawn(self.confirm, seats, request_id) for _ in range(2)]
        gevent.joinall(sends, raise_error=True)
        return any(send.value.accepted for send in sends)
