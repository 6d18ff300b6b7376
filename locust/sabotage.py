"""Show that every check bites: honest evidence passes, each forgery is reported.

Each case tells one true story, or one with a single violation in it. A check
that stays silent about a forgery, that accuses a true story, or that has no
forgery at all, fails the self-test.
"""

from __future__ import annotations

import copy
import inspect
import itertools
from collections.abc import Callable
from typing import Any

import checks
from checks import Check, Evidence
from history import Call
from tables import Booking, BookingRequest, Tables

TTL_S = 5
ANN, BOB, EVE = (f"00000000-0000-4000-8000-00000000000{n}" for n in "abe")
SEATS = ("S0001", "S0002", "S0003")


class Story:
    """Builds evidence call by call, as an honest system would answer."""

    def __init__(self, *seat_sets: tuple[str, ...]) -> None:
        self.seat_sets = seat_sets or (SEATS,)
        seat_ids = {s for seats in self.seat_sets for s in seats}
        self.tables = Tables({s: "AVAILABLE" for s in seat_ids}, [], [])
        self.calls: list[Call] = []
        self.asked_until = 100.0

    def evidence(self) -> Evidence:
        return Evidence(self.seat_sets, self.calls, self.tables, self.asked_until)

    def tell(self, kind: Any, user: str, seats: Any, sent: float, **facts: Any) -> Call:
        """One call, answered 10 ms after it was sent."""
        facts = {"received": sent + 0.01, "http_status": 200} | facts
        call = Call(kind, user, tuple(seats), sent, **facts)
        self.calls.append(call)
        return call

    def lease(self, user: str, sent: float, seats: Any = SEATS) -> Call:
        body = {"seat_ids": list(seats), "ttl_ms": TTL_S * 1000, "expires_at": "later"}
        return self.tell("lock", user, seats, sent, ttl_s=TTL_S, body=body)

    def no_lease(
        self, user: str, sent: float, seats: Any = SEATS, code: str = "SEAT_LEASED"
    ) -> Call:
        conflicts = [{"seat_id": s, "code": code} for s in seats]
        body = {"status": 409, "code": code, "conflicts": conflicts}
        return self.tell(
            "lock", user, seats, sent, ttl_s=TTL_S, http_status=409, body=body
        )

    def accept(
        self, user: str, request_id: str, sent: float, seats: Any = SEATS
    ) -> Call:
        body = {"request_id": request_id, "status": "PENDING", "status_url": "/there"}
        return self.tell(
            "confirm",
            user,
            seats,
            sent,
            request_id=request_id,
            http_status=202,
            retry_after_s=1,
            body=body,
        )

    def refuse(
        self, user: str, request_id: str, sent: float, seats: Any = SEATS
    ) -> Call:
        body = {"status": 409, "code": "LEASE_NOT_HELD"}
        return self.tell(
            "confirm",
            user,
            seats,
            sent,
            request_id=request_id,
            http_status=409,
            body=body,
        )

    def tell_outcome(
        self,
        user: str,
        request_id: str,
        sent: float,
        status: str = "CONFIRMED",
        seats: Any = SEATS,
        kind: str = "status",
    ) -> Call:
        return self.tell(
            kind,
            user,
            seats,
            sent,
            request_id=request_id,
            replayed=kind == "confirm",
            retry_after_s=1 if status == "PENDING" else None,
            body={"request_id": request_id, "status": status},
        )

    def store(
        self, user: str, request_id: str, status: str = "CONFIRMED", seats: Any = SEATS
    ) -> None:
        self.tables.requests.append(
            BookingRequest(request_id, user, tuple(seats), status, True)
        )
        if status == "CONFIRMED":
            for seat_id in seats:
                self.tables.bookings.append(Booking(seat_id, user, request_id))
                self.tables.seats[seat_id] = "BOOKED"

    def book(
        self, user: str, request_id: str, sent: float, seats: Any = SEATS
    ) -> Story:
        """Lease, submit, poll twice, and the rows."""
        self.lease(user, sent, seats)
        self.accept(user, request_id, sent + 0.1, seats)
        self.tell_outcome(user, request_id, sent + 0.2, "PENDING", seats)
        self.tell_outcome(user, request_id, sent + 0.3, seats=seats)
        self.store(user, request_id, seats=seats)
        return self


# --- true stories ------------------------------------------------------------


def booked() -> Story:
    """Ann books all, a retry is replayed, another payload refused; Bob is late."""
    story = Story().book(ANN, "r1", 1.0)
    story.tell_outcome(ANN, "r1", 9.0, kind="confirm")
    story.tell(
        "confirm",
        ANN,
        SEATS[:1],
        9.5,
        request_id="r1",
        http_status=422,
        body={"code": "REQUEST_ID_REUSED", "mismatch_fields": ["seat_ids"]},
    )
    story.no_lease(BOB, 1.05)
    story.refuse(BOB, "r2", 1.15)
    story.no_lease(BOB, 20.0, code="SEAT_BOOKED")
    return story


def rejected() -> Story:
    """An accepted request that loses is REJECTED and books nothing."""
    story = booked()
    story.lease(EVE, 0.1 - TTL_S)
    story.accept(EVE, "r3", 0.09)
    story.tell_outcome(EVE, "r3", 2.0, "REJECTED")
    story.store(EVE, "r3", "REJECTED")
    return story


def cut() -> Story:
    """Ann's first connection is cut; her retry meets the decided request."""
    story = Story()
    story.lease(ANN, 1.0)
    story.tell(
        "confirm",
        ANN,
        SEATS,
        1.1,
        request_id="r1",
        cut=True,
        received=None,
        http_status=None,
    )
    story.tell_outcome(ANN, "r1", 1.2, kind="confirm")
    story.store(ANN, "r1")
    return story


def passed_on() -> Story:
    """A lease lapses and the seats go to the next user as soon as they can."""
    story = Story()
    story.lease(ANN, 1.0)
    story.no_lease(BOB, 5.9)
    story.lease(BOB, 1.0 + TTL_S)
    story.no_lease(ANN, 7.0)
    story.lease(ANN, 6.0 + TTL_S + 0.9)
    story.asked_until = 12.5
    return story


def renewed() -> Story:
    """One user asks again while it holds the seats: a renewal."""
    story = Story()
    story.lease(ANN, 1.0)
    story.no_lease(BOB, 3.0)
    story.lease(ANN, 4.0)
    story.no_lease(BOB, 8.0)
    return story


def probed() -> Story:
    """The holder of all holds each; the refused user none."""
    story = passed_on()
    story.tell("verify", ANN, SEATS[:1], 1.1)
    story.tell("verify", BOB, SEATS[1:2], 5.95, http_status=409, body=NOT_HELD)
    return story


NOT_HELD = {"status": 409, "code": "LEASE_NOT_HELD"}


def raced() -> Story:
    """Bob confirms too late, Ann in time, and Bob is refused for good."""
    story = Story(SEATS[:2], SEATS[1:])
    story.lease(BOB, 1.0, SEATS[1:])
    story.refuse(BOB, "r2", 1.0 + TTL_S + 0.1, SEATS[1:])
    story.tell("seats", BOB, (), 6.5, booked=())
    story.book(ANN, "r1", 7.0, SEATS[:2])
    story.no_lease(BOB, 9.0, SEATS[1:], "SEAT_BOOKED")
    story.tell("seats", BOB, (), 9.5, booked=SEATS[:2])
    return story


def sold() -> Story:
    """Two parties buy everything."""
    return Story().book(ANN, "r1", 1.0, SEATS[:2]).book(BOB, "r2", 1.0, SEATS[2:])


def stormed() -> Story:
    """Three requests, each sent three times, one of them cut the first time."""
    story = Story()
    for number, seat_id in enumerate(SEATS):
        request_id = f"r{number}"
        story.book(ANN, request_id, 1.0 + number, (seat_id,))
        for sent in (10.0, 11.0):
            story.tell_outcome(ANN, request_id, sent, seats=(seat_id,), kind="confirm")
    first = find(story, "confirm")
    first.cut, first.received, first.http_status, first.body = True, None, None, {}
    return story


TRUE_STORIES: dict[Callable[[], Story], tuple[Check, ...]] = {
    booked: checks.INVARIANTS,
    rejected: checks.INVARIANTS,
    cut: checks.INVARIANTS,
    passed_on: (*checks.INVARIANTS, checks.new_holder_in_time),
    renewed: (*checks.INVARIANTS, checks.one_lease_only),
    probed: (*checks.INVARIANTS, checks.never_a_part),
    raced: (*checks.INVARIANTS, checks.one_confirmed, checks.one_set_booked),
    sold: (*checks.INVARIANTS, checks.sold_out),
    stormed: (*checks.INVARIANTS, checks.sent_again_and_again),
}


# --- forgeries ---------------------------------------------------------------


def find(story: Story, kind: str, position: int = 0) -> Call:
    return [c for c in story.calls if c.kind == kind][position]


def replace(rows: list[Any], position: int, **fields: Any) -> None:
    """Change one row of a table; rows are immutable."""
    row = copy.copy(rows[position])
    for name, value in fields.items():
        object.__setattr__(row, name, value)
    rows[position] = row


Forge = Callable[[Story], Any]


def both(first: Forge, second: Forge) -> Forge:
    return lambda story: (first(story), second(story))


def remove(kind: str, position: int) -> Forge:
    """Forget one call of a kind."""
    return lambda story: story.calls.remove(find(story, kind, position))


FORGERIES: list[tuple[Check, str, Callable[[], Story], Forge]] = [
    (
        checks.seat_booked_once,
        "a second booking row on a seat",
        booked,
        lambda s: s.tables.bookings.append(Booking(SEATS[0], BOB, "r2")),
    ),
    (
        checks.seat_booked_once,
        "a seat confirmed to two users, of which the tables know one",
        booked,
        lambda s: s.tell_outcome(BOB, "r2", 3.0),
    ),
    (
        checks.whole_or_nothing,
        "a party of three with two bookings",
        booked,
        lambda s: s.tables.bookings.pop(),
    ),
    (
        checks.whole_or_nothing,
        "a booking beyond the seats of its request",
        sold,
        lambda s: s.tables.bookings.append(Booking(SEATS[2], ANN, "r1")),
    ),
    (
        checks.decided_once,
        "an accepted request that stays PENDING",
        booked,
        lambda s: replace(s.tables.requests, 0, status="PENDING", decided=False),
    ),
    (
        checks.decided_once,
        "an accepted request that is nowhere stored",
        booked,
        lambda s: s.tables.requests.clear(),
    ),
    (
        checks.decided_once,
        "404 for an accepted request",
        booked,
        lambda s: s.tell("status", ANN, SEATS, 30.0, request_id="r1", http_status=404),
    ),
    (
        checks.decided_once,
        "a decided request that is PENDING again",
        booked,
        lambda s: s.tell_outcome(ANN, "r1", 30.0, "PENDING"),
    ),
    (
        checks.decided_once,
        "two outcome rows for one request_id",
        booked,
        lambda s: s.store(ANN, "r1", "REJECTED"),
    ),
    (
        checks.confirmed_is_booked,
        "CONFIRMED without its bookings",
        booked,
        lambda s: s.tables.bookings.clear(),
    ),
    (
        checks.confirmed_is_booked,
        "REJECTED with bookings",
        booked,
        lambda s: replace(s.tables.requests, 0, status="REJECTED"),
    ),
    (
        checks.confirmed_is_booked,
        "a booking for another user",
        booked,
        lambda s: replace(s.tables.bookings, 0, user_id=BOB),
    ),
    (
        checks.confirmed_is_booked,
        "a booking without an outcome",
        passed_on,
        lambda s: s.tables.bookings.append(Booking(SEATS[0], ANN, "r9")),
    ),
    (
        checks.confirmed_is_booked,
        "CONFIRMED told to a user, with no row of it",
        passed_on,
        lambda s: s.tell_outcome(ANN, "r9", 2.0, kind="confirm"),
    ),
    (
        checks.seat_status_agrees,
        "a booked seat that is AVAILABLE",
        booked,
        lambda s: s.tables.seats.update({SEATS[0]: "AVAILABLE"}),
    ),
    (
        checks.seat_status_agrees,
        "a BOOKED seat without a booking",
        passed_on,
        lambda s: s.tables.seats.update({SEATS[0]: "BOOKED"}),
    ),
    (
        checks.seat_status_agrees,
        "a seat that vanished",
        booked,
        lambda s: s.tables.seats.pop(SEATS[0]),
    ),
    (
        checks.one_holder,
        "two leases on one seat at the same moment",
        renewed,
        lambda s: s.lease(BOB, 1.005, SEATS[:1]),
    ),
    (
        checks.one_holder,
        "a lease 30 ms before another one can have ended",
        passed_on,
        lambda s: s.lease(EVE, 1.0 + TTL_S - 0.05, SEATS[2:]),
    ),
    (
        checks.one_holder,
        "a lease while a renewal holds the seat",
        renewed,
        lambda s: s.lease(BOB, 8.9),
    ),
    (
        checks.one_holder,
        "a lease on a seat that is booked",
        booked,
        lambda s: s.lease(EVE, 40.0, SEATS[:1]),
    ),
    (
        checks.one_holder,
        "a lease on a seat whose accepted booking is under way",
        booked,
        lambda s: s.lease(EVE, 1.15, SEATS[:1]),
    ),
    (
        checks.lease_decides,
        "the holder's confirm refused",
        passed_on,
        lambda s: s.refuse(ANN, "r9", 3.0),
    ),
    (
        checks.lease_decides,
        "a booking accepted after its lease has lapsed",
        passed_on,
        lambda s: s.accept(ANN, "r9", 1.0 + TTL_S + 0.1),
    ),
    (
        checks.lease_decides,
        "a booking accepted from a user without a lease",
        passed_on,
        lambda s: s.accept(EVE, "r9", 2.0),
    ),
    (
        checks.same_id_same_outcome,
        "a retry told REJECTED after CONFIRMED",
        booked,
        lambda s: s.tell_outcome(ANN, "r1", 30.0, "REJECTED", kind="confirm"),
    ),
    (
        checks.same_id_same_outcome,
        "a row that contradicts what was told",
        rejected,
        lambda s: replace(s.tables.requests, 1, status="CONFIRMED"),
    ),
    (
        checks.same_id_same_outcome,
        "an accepted request refused at its retry",
        cut,
        lambda s: s.refuse(ANN, "r1", 30.0),
    ),
    (
        checks.same_id_same_outcome,
        "a replay that does not say so",
        booked,
        lambda s: setattr(
            s.tell_outcome(ANN, "r1", 30.0, kind="confirm"), "replayed", False
        ),
    ),
    (
        checks.same_id_same_outcome,
        "another payload accepted under a known id",
        booked,
        lambda s: s.accept(ANN, "r1", 30.0, SEATS[:2]),
    ),
    (
        checks.same_id_same_outcome,
        "another user's payload accepted under a known id",
        booked,
        lambda s: s.accept(BOB, "r1", 30.0),
    ),
    (
        checks.same_id_same_outcome,
        "the same payload refused as another",
        booked,
        lambda s: s.tell(
            "confirm",
            ANN,
            SEATS,
            30.0,
            request_id="r1",
            http_status=422,
            body={"code": "REQUEST_ID_REUSED", "mismatch_fields": ["seat_ids"]},
        ),
    ),
    (
        checks.same_id_same_outcome,
        "a refused request that is booked all the same",
        passed_on,
        both(lambda s: s.refuse(EVE, "r9", 3.0), lambda s: s.store(EVE, "r9")),
    ),
    (
        checks.same_id_same_outcome,
        "an outcome of a request that nobody sent",
        booked,
        lambda s: s.store(EVE, "r9", "REJECTED"),
    ),
    (
        checks.same_id_same_outcome,
        "a request stored with other seats",
        booked,
        lambda s: replace(s.tables.requests, 0, seat_ids=SEATS[:2]),
    ),
    (
        checks.answers_as_contracted,
        "a 500",
        booked,
        lambda s: s.tell("lock", EVE, SEATS, 30.0, http_status=500),
    ),
    (
        checks.answers_as_contracted,
        "a 503, though nothing is away",
        booked,
        lambda s: s.tell(
            "confirm",
            EVE,
            SEATS,
            30.0,
            request_id="r9",
            http_status=503,
            body={"code": "UNAVAILABLE"},
        ),
    ),
    (
        checks.answers_as_contracted,
        "a 400 for a valid lock",
        booked,
        lambda s: s.tell("lock", EVE, SEATS, 30.0, http_status=400),
    ),
    (
        checks.answers_as_contracted,
        "a lost connection",
        booked,
        lambda s: s.tell("lock", EVE, SEATS, 30.0, http_status=0),
    ),
    (
        checks.answers_as_contracted,
        "a call that is never answered",
        booked,
        lambda s: s.tell("lock", EVE, SEATS, 30.0, received=None),
    ),
    (
        checks.answers_as_contracted,
        "a show that could not be created",
        booked,
        lambda s: s.tell("show", "", SEATS, 0.0, http_status=400),
    ),
    (
        checks.answers_as_contracted,
        "a refusal with a code outside the list",
        booked,
        lambda s: find(s, "confirm", -1).body.update(code="NO_LUCK"),
    ),
    (
        checks.answers_as_contracted,
        "a refusal that names no seat",
        booked,
        lambda s: find(s, "lock", -1).body.pop("conflicts"),
    ),
    (
        checks.answers_as_contracted,
        "a lease on a part of the seats",
        booked,
        lambda s: find(s, "lock").body.update(seat_ids=SEATS[:2]),
    ),
    (
        checks.answers_as_contracted,
        "a lease shorter than asked for",
        booked,
        lambda s: find(s, "lock").body.update(ttl_ms=1000),
    ),
    (
        checks.answers_as_contracted,
        "a lease longer than asked for",
        booked,
        lambda s: find(s, "lock").body.update(ttl_ms=120_000),
    ),
    (
        checks.answers_as_contracted,
        "a lease without expires_at",
        booked,
        lambda s: find(s, "lock").body.pop("expires_at"),
    ),
    (
        checks.answers_as_contracted,
        "a 202 without status_url",
        booked,
        lambda s: find(s, "confirm").body.pop("status_url"),
    ),
    (
        checks.answers_as_contracted,
        "a PENDING without Retry-After",
        booked,
        lambda s: setattr(find(s, "status"), "retry_after_s", None),
    ),
    (
        checks.answers_as_contracted,
        "a status outside the contract",
        booked,
        lambda s: s.tell_outcome(ANN, "r1", 0.5, "MAYBE"),
    ),
    (
        checks.one_lease_only,
        "a second user with a lease",
        renewed,
        lambda s: s.lease(BOB, 9.5),
    ),
    (
        checks.one_lease_only,
        "nobody with a lease",
        renewed,
        both(remove("lock", 0), remove("lock", 1)),
    ),
    (
        checks.one_lease_only,
        "no race at all",
        renewed,
        both(lambda s: s.calls.clear(), lambda s: s.lease(ANN, 1.0)),
    ),
    (
        checks.new_holder_in_time,
        "a free seat that nobody gets for 2 s",
        passed_on,
        lambda s: setattr(find(s, "lock", -1), "received", 6.0 + TTL_S + 2.0),
    ),
    (
        checks.new_holder_in_time,
        "a last lease that nobody follows",
        passed_on,
        lambda s: setattr(s, "asked_until", 30.0),
    ),
    (
        checks.new_holder_in_time,
        "no lease that ever expires",
        passed_on,
        lambda s: s.calls.clear(),
    ),
    (
        checks.never_a_part,
        "a refusal that names two of the three seats",
        probed,
        lambda s: find(s, "lock", 1).body["conflicts"].pop(),
    ),
    (
        checks.never_a_part,
        "a refused user that holds one of the seats",
        probed,
        lambda s: setattr(find(s, "verify", 1), "http_status", 200),
    ),
    (
        checks.never_a_part,
        "a holder of all that lacks one",
        probed,
        lambda s: setattr(find(s, "verify", 0), "http_status", 409),
    ),
    (
        checks.never_a_part,
        "nobody who looked",
        passed_on,
        lambda s: None,
    ),
    (
        checks.one_confirmed,
        "a second CONFIRMED",
        raced,
        lambda s: s.book(EVE, "r9", 20.0, SEATS[2:]),
    ),
    (
        checks.one_confirmed,
        "no CONFIRMED",
        raced,
        both(
            lambda s: replace(s.tables.requests, 0, status="REJECTED"),
            remove("status", 1),
        ),
    ),
    (
        checks.one_confirmed,
        "a loser that is left without a refusal",
        raced,
        lambda s: s.lease(BOB, 20.0, SEATS[1:]),
    ),
    (
        checks.one_confirmed,
        "a request without a final answer",
        raced,
        lambda s: s.accept(ANN, "r9", 8.0, SEATS[:2]),
    ),
    (
        checks.one_confirmed,
        "a race in which nobody was late",
        raced,
        remove("confirm", 0),
    ),
    (
        checks.one_set_booked,
        "a set booked in part",
        raced,
        lambda s: s.tables.bookings.pop(),
    ),
    (
        checks.one_set_booked,
        "seats of both sets booked",
        raced,
        lambda s: s.tables.bookings.append(Booking(SEATS[2], BOB, "r2")),
    ),
    (
        checks.one_set_booked,
        "a seat map that showed a part of a set",
        raced,
        lambda s: setattr(find(s, "seats"), "booked", SEATS[:1]),
    ),
    (
        checks.one_set_booked,
        "nobody who looked at a map",
        raced,
        both(remove("seats", 0), remove("seats", 0)),
    ),
    (
        checks.sold_out,
        "a seat left over",
        sold,
        lambda s: s.tables.seats.update({SEATS[0]: "AVAILABLE"}),
    ),
    (
        checks.sold_out,
        "a seat BOOKED by nobody",
        sold,
        both(remove("status", -1), lambda s: s.tables.requests.pop()),
    ),
    (
        checks.sold_out,
        "a seat sold twice",
        sold,
        lambda s: s.book(EVE, "r9", 20.0, SEATS[2:]),
    ),
    (
        checks.sent_again_and_again,
        "a request sent twice only",
        stormed,
        remove("confirm", -1),
    ),
    (
        checks.sent_again_and_again,
        "no cut connection",
        stormed,
        lambda s: setattr(find(s, "confirm"), "cut", False),
    ),
    (
        checks.sent_again_and_again,
        "a request that never got an outcome",
        stormed,
        lambda s: [
            c.body.update(status="PENDING") for c in s.calls if c.request_id == "r1"
        ],
    ),
]


def main() -> int:
    """Print what each check said to each story; 1 if one did not bite."""
    failures = 0

    def say(good: bool, check: Check, story: str, found: str) -> None:
        nonlocal failures
        failures += not good
        mark = "ok    " if good else "FAILED"
        print(f"{mark} {check.__name__}: {story}\n         {found}")

    for true_story, honest in TRUE_STORIES.items():
        for check in honest:
            verdict = check(true_story().evidence())
            found = verdict.violations[0] if verdict.violations else "nothing, rightly"
            say(verdict.ok, check, f"[true] {inspect.getdoc(true_story)}", found)

    for check, label, true_story, forge in FORGERIES:
        story = true_story()
        forge(story)
        verdict = check(story.evidence())
        found = verdict.violations[0] if verdict.violations else "not noticed"
        say(not verdict.ok, check, f"[forged] {label}", found)

    every = [
        function
        for _, function in inspect.getmembers(checks, inspect.isfunction)
        if inspect.get_annotations(function)
        == {
            "evidence": "Evidence",
            "return": "Verdict",
        }
    ]
    for check in every:
        if check not in {f[0] for f in FORGERIES}:
            say(False, check, "has no forgery", "so it is not shown to bite")
        if check not in itertools.chain(*TRUE_STORIES.values()):
            say(False, check, "has no true story", "so it may accuse the honest")
    print(
        f"{len(every)} checks, {len(FORGERIES)} forgeries, "
        f"{len(TRUE_STORIES)} true stories: "
        + ("all as it should be" if failures == 0 else f"{failures} FAILED")
    )
    return 1 if failures else 0
