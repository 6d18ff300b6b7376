"""The invariants of DESIGN.md and the properties of the scenarios, as checks.

A check is a pure function from evidence (what the users recorded, what the
tables hold) to a verdict with the violations it found. It must never accuse a
correct system, so it says "violated" only where every possible order of the
recorded events breaks the rule. `sabotage.py` proves that each check bites.

Time in the checks. A call took effect somewhere between `sent` and `received`.
A lease granted by a call therefore

- was certainly held from `received` until `sent + ttl`: it began no earlier
  than the call was sent, so it cannot end before that;
- was certainly gone after `received + ttl`, as it began no later than the
  answer arrived.

The certain hold ends earlier where its owner sends anything that may change or
end the lease: another lock (which may set a shorter TTL) or a confirm (a
REJECTED outcome frees the seats). Two leases of different users certainly
overlap exactly when their certain holds intersect: if they do not, there is an
order of the four effects in which one lease ended before the other began.

`slack` covers what the two clocks may differ by: Redis counts whole
milliseconds, and its clock may be slewed a little by NTP during a lease.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from history import TERMINAL, Call
from tables import BookingRequest, Tables

NEW_HOLDER_WITHIN_S = 1.0
SENDS = range(3, 6)

CODES = frozenset(
    """
    INVALID_REQUEST INVALID_COMMAND UNSUPPORTED_VERSION REQUEST_ID_REUSED
    SHOW_NOT_FOUND SHOW_CLOSED SEAT_NOT_FOUND SEAT_LEASED SEAT_BOOKED
    SEAT_BLOCKED LEASE_NOT_HELD LEASE_LIFETIME_EXCEEDED SEAT_LIMIT_EXCEEDED
    COMMAND_EXPIRED BOOKING_NOT_FOUND NOT_BOOKING_OWNER NOT_ENOUGH_SEATS
    NOT_ENOUGH_TOGETHER OVERLOADED UNAVAILABLE OUTCOME_UNKNOWN
    """.split()
)


def slack(ttl_s: float) -> float:
    """The time by which two correct clocks may disagree over one lease."""
    return 0.005 + 0.001 * ttl_s


@dataclass(frozen=True)
class Verdict:
    """What one check found."""

    title: str
    examined: str
    violations: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.violations

    def __str__(self) -> str:
        line = f"{self.title} {'.' * max(3, 58 - len(self.title))} "
        if self.ok:
            return f"{line}ok ({self.examined})"
        found = "".join(f"\n      - {v}" for v in islice(self.violations, 5))
        more = len(self.violations) - 5
        rest = f"\n      - and {more} more" if more > 0 else ""
        return f"{line}VIOLATED {len(self.violations)}x ({self.examined}){found}{rest}"


@dataclass(frozen=True)
class Hold:
    """The time in which a user certainly held a seat."""

    user_id: str
    seat_id: str
    begin: float
    end: float


@dataclass
class Evidence:
    """All that the checks may look at."""

    seat_sets: tuple[tuple[str, ...], ...]
    """What the users asked for: one set, or sets that share a seat."""
    calls: list[Call]
    tables: Tables
    asked_until: float
    """When the users stopped asking; nobody need hold a seat afterwards."""

    @cached_property
    def seat_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(s for seats in self.seat_sets for s in seats))

    @cached_property
    def requests(self) -> dict[str, list[Call]]:
        """All calls about each request_id, in the order they were sent."""
        grouped: dict[str, list[Call]] = defaultdict(list)
        for call in sorted(self.calls, key=lambda c: c.sent):
            if call.request_id:
                grouped[call.request_id].append(call)
        return dict(grouped)

    @cached_property
    def rows(self) -> dict[str, BookingRequest]:
        return {row.request_id: row for row in self.tables.requests}

    @cached_property
    def grants(self) -> list[Call]:
        return sorted((c for c in self.calls if c.granted), key=received)

    @cached_property
    def confirmed(self) -> dict[str, list[Call]]:
        """The requests for which some answer or the table says CONFIRMED."""
        return {
            request_id: calls
            for request_id, calls in self.requests.items()
            if any(c.outcome == "CONFIRMED" for c in calls)
            or (row := self.rows.get(request_id))
            and row.status == "CONFIRMED"
        }

    def rejected(self, request_id: str) -> bool:
        row = self.rows.get(request_id)
        return row is not None and row.status == "REJECTED"


Check = Callable[[Evidence], Verdict]


def received(call: Call) -> float:
    """When the answer came; never, for a call without one."""
    return float("inf") if call.received is None else call.received


def is_alteration(call: Call, calls: list[Call]) -> bool:
    """A request_id sent with another payload than the first time."""
    first = next(c for c in calls if c.kind == "confirm")
    return call.kind == "confirm" and (
        set(call.seat_ids) != set(first.seat_ids) or call.user_id != first.user_id
    )


def count(number: int, word: str) -> str:
    """`1 lease`, `2 leases`: read as a sentence."""
    return f"{number} {word if number == 1 else word + 's'}"


# --- invariants of DESIGN.md -------------------------------------------------


def seat_booked_once(evidence: Evidence) -> Verdict:
    """1: by the tables, and by what the users were told."""
    live = [b for b in evidence.tables.bookings if not b.cancelled]
    violations = [
        f"seat {seat_id} has {n} live bookings"
        for seat_id, n in Counter(b.seat_id for b in live).items()
        if n > 1
    ]
    told: dict[str, set[str]] = defaultdict(set)
    for request_id, calls in evidence.requests.items():
        for call in calls:
            if call.outcome == "CONFIRMED":
                for seat_id in call.seat_ids:
                    told[seat_id].add(request_id)
    violations += [
        f"seat {seat_id} was confirmed to {', '.join(sorted(request_ids))}"
        for seat_id, request_ids in told.items()
        if len(request_ids) > 1
    ]
    return Verdict(
        "1 no seat booked twice",
        f"{count(len(evidence.tables.seats), 'seat')}, {count(len(live), 'booking')}",
        violations,
    )


def whole_or_nothing(evidence: Evidence) -> Verdict:
    """2: the bookings of a request are all of its seats, or none."""
    booked: dict[str, list[str]] = defaultdict(list)
    for booking in evidence.tables.bookings:
        booked[booking.request_id].append(booking.seat_id)
    violations = [
        f"request {row.request_id} asked for {sorted(row.seat_ids)} "
        f"and booked {sorted(booked[row.request_id])}"
        for row in evidence.tables.requests
        if row.request_id in booked
        and sorted(booked[row.request_id]) != sorted(row.seat_ids)
    ]
    parties = sum(len(row.seat_ids) > 1 for row in evidence.tables.requests)
    return Verdict(
        "2 a request books all of its seats or none",
        f"{count(len(evidence.tables.requests), 'request')}, "
        f"{parties} of several seats",
        violations,
    )


def decided_once(evidence: Evidence) -> Verdict:
    """3: what was accepted ends in one outcome, which never changes."""
    violations = [
        f"request {request_id} has {n} outcome rows"
        for request_id, n in Counter(
            row.request_id for row in evidence.tables.requests
        ).items()
        if n > 1
    ]
    violations += [
        f"request {row.request_id} is {row.status} for good"
        for row in evidence.tables.requests
        if row.status not in TERMINAL or not row.decided
    ]
    promised = 0
    for request_id, calls in evidence.requests.items():
        acceptances = [c for c in calls if c.accepted]
        if not acceptances:
            continue
        promised += 1
        if request_id not in evidence.rows:
            violations.append(f"request {request_id} was accepted and is not stored")
        known_since = min(map(received, acceptances))
        decided_since = min((received(c) for c in calls if c.outcome), default=None)
        for call in calls:
            if call.kind == "status" and call.http_status == 404:
                if call.sent > known_since:
                    violations.append(f"request {request_id} was accepted, then 404")
            elif call.accepted and not call.outcome and decided_since is not None:
                if call.sent > decided_since:
                    violations.append(f"request {request_id} was decided, then PENDING")
    return Verdict(
        "3 what was accepted is decided once, for good",
        f"{promised} accepted",
        violations,
    )


def confirmed_is_booked(evidence: Evidence) -> Verdict:
    """4: CONFIRMED exactly when its bookings are there, for the right user."""
    booked: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for booking in evidence.tables.bookings:
        booked[booking.request_id].add((booking.seat_id, booking.user_id))
    violations = []
    for row in evidence.tables.requests:
        due = {(s, row.user_id) for s in row.seat_ids}
        if row.status == "CONFIRMED" and not due <= booked[row.request_id]:
            violations.append(f"request {row.request_id} is CONFIRMED, not booked")
        if row.status != "CONFIRMED" and booked[row.request_id]:
            violations.append(f"request {row.request_id} is {row.status}, but booked")
    violations += [
        f"a booking of request {request_id}, which has no outcome"
        for request_id, seats in booked.items()
        if seats and request_id not in evidence.rows
    ]
    told = 0
    for request_id, calls in evidence.requests.items():
        for call in calls:
            if call.outcome == "CONFIRMED":
                told += 1
                due = {(seat_id, call.user_id) for seat_id in call.seat_ids}
                if not due <= booked[request_id]:
                    violations.append(
                        f"request {request_id} was answered CONFIRMED, not booked"
                    )
    return Verdict(
        "4 CONFIRMED exactly when its bookings are there",
        f"{count(len(evidence.tables.bookings), 'booking')}, "
        f"{count(told, 'CONFIRMED answer')}",
        violations,
    )


def seat_status_agrees(evidence: Evidence) -> Verdict:
    """4, seen from the seat: BOOKED exactly where a live booking is."""
    live = {b.seat_id for b in evidence.tables.bookings if not b.cancelled}
    violations = [
        f"seat {seat_id} is {status}, with {'a' if seat_id in live else 'no'} booking"
        for seat_id, status in evidence.tables.seats.items()
        if (status == "BOOKED") != (seat_id in live)
    ]
    if set(evidence.tables.seats) != set(evidence.seat_ids):
        violations.append("the show has other seats than it was created with")
    return Verdict(
        "4 a seat is BOOKED exactly where a booking is",
        count(len(evidence.tables.seats), "seat"),
        violations,
    )


def one_holder(evidence: Evidence) -> Verdict:
    """5: no two users' certain holds of one seat intersect.

    A seat that is being booked, or is booked, has its holder too: from the
    acceptance of a request that ends CONFIRMED, nobody else gets a lease.
    """
    holds: dict[str, list[Hold]] = defaultdict(list)
    for hold in certain_holds(evidence.calls):
        holds[hold.seat_id].append(hold)
    for calls in evidence.confirmed.values():
        since = min((received(c) for c in calls if c.accepted), default=None)
        if since is not None:
            owner = calls[0]
            for seat_id in owner.seat_ids:
                holds[seat_id].append(Hold(owner.user_id, seat_id, since, float("inf")))
    violations = []
    for seat_id, of_seat in holds.items():
        of_seat.sort(key=lambda h: h.begin)
        for position, hold in enumerate(of_seat):
            for later in islice(of_seat, position + 1, None):
                if later.begin >= hold.end:
                    break
                if later.user_id != hold.user_id:
                    until = min(hold.end, later.end)
                    violations.append(
                        f"seat {seat_id} had two holders, {hold.user_id} and "
                        f"{later.user_id}, for {until - later.begin:.3f} s at least"
                    )
    return Verdict(
        "5 no seat leased to two users at a time",
        count(len(evidence.grants), "lease"),
        violations,
    )


def certain_holds(calls: Iterable[Call]) -> Iterator[Hold]:
    """The certain hold of each granted lease; see the head of this file."""
    touching: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in calls:
        if call.kind in ("lock", "confirm"):
            for seat_id in call.seat_ids:
                touching[call.user_id, seat_id].append(call)
    for (user_id, seat_id), own in touching.items():
        own.sort(key=lambda c: c.sent)
        for call, following in zip(own, [*own[1:], None]):
            if call.granted:
                end = call.sent + ttl_of(call) - slack(ttl_of(call))
                if following is not None:
                    end = min(end, following.sent)
                if received(call) < end:
                    yield Hold(user_id, seat_id, received(call), end)


def ttl_of(grant: Call) -> float:
    """The TTL that the answer names, in seconds."""
    return float(grant.body.get("ttl_ms", 0)) / 1000


def lease_decides(evidence: Evidence) -> Verdict:
    """5, the other half: a lease is worth something while it lasts.

    Whoever certainly holds all the seats is not refused, and whoever certainly
    holds none of them, since his lease has lapsed, is.
    """
    grants: dict[tuple[str, str], list[Call]] = defaultdict(list)
    locks: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for call in evidence.calls:
        if call.kind == "lock":
            for seat_id in call.seat_ids:
                locks[call.user_id, seat_id].append(call)
                if call.granted:
                    grants[call.user_id, seat_id].append(call)

    def held_throughout(confirm: Call, seat_id: str) -> bool:
        key = (confirm.user_id, seat_id)
        return any(
            received(grant) < confirm.sent
            and received(confirm) < grant.sent + ttl_of(grant) - slack(ttl_of(grant))
            and not any(
                grant.sent < other.sent < received(confirm) for other in locks[key]
            )
            for grant in grants[key]
        )

    def possibly_held(confirm: Call, seat_id: str) -> bool:
        return any(
            lock.sent < received(confirm)
            and confirm.sent
            <= received(lock) + (ttl := ttl_of(lock) or lock.ttl_s) + slack(ttl)
            for lock in locks[confirm.user_id, seat_id]
            if lock.granted or lock.http_status in (None, 0)
        )

    violations = []
    honoured = refused = 0
    booked_by: dict[tuple[str, str], set[str]] = defaultdict(set)
    for request_id, calls in evidence.confirmed.items():
        for seat_id in calls[0].seat_ids:
            booked_by[calls[0].user_id, seat_id].add(request_id)
    for request_id, calls in evidence.requests.items():
        sends = [c for c in calls if c.kind == "confirm"]
        for call in sends:
            if is_alteration(call, calls):
                continue
            if call.refused and not evidence.rejected(request_id):
                refused += 1
                booked_by_another_request = any(
                    booked_by[call.user_id, s] - {request_id} for s in call.seat_ids
                )
                if not booked_by_another_request and all(
                    held_throughout(call, s) for s in call.seat_ids
                ):
                    violations.append(
                        f"request {request_id} was refused ({call.code}) though its "
                        "user held the lease"
                    )
        answers = [c for c in sends if c.accepted]
        if answers:
            honoured += 1
            if not any(all(possibly_held(c, s) for s in c.seat_ids) for c in sends):
                violations.append(f"request {request_id} was accepted without a lease")
    return Verdict(
        "5 a lease decides who may confirm",
        f"{honoured} accepted, {count(refused, 'refusal')}",
        violations,
    )


def same_id_same_outcome(evidence: Evidence) -> Verdict:
    """6: the same request_id again yields the same, and books nothing new."""
    violations = []
    resent = 0
    for request_id, calls in evidence.requests.items():
        sends = [c for c in calls if c.kind == "confirm"]
        if not sends:
            violations.append(f"request {request_id} was asked about, never sent")
            continue
        resent += len(sends) - 1
        row = evidence.rows.get(request_id)
        own = [c for c in calls if not is_alteration(c, calls)]
        outcomes = {c.outcome for c in own if c.outcome}
        if row is not None:
            outcomes |= {row.status} & set(TERMINAL)
            if set(row.seat_ids) != set(sends[0].seat_ids) or (
                row.user_id != sends[0].user_id
            ):
                violations.append(f"request {request_id} is stored with other content")
        if len(outcomes) > 1:
            violations.append(f"request {request_id} is both CONFIRMED and REJECTED")
        known_since = min((received(c) for c in own if c.accepted), default=None)
        decided_since = min((received(c) for c in own if c.outcome), default=None)
        for call in sends:
            if call.received is None:
                continue
            if is_alteration(call, calls):
                if call.http_status != 422 or not call.body.get("mismatch_fields"):
                    violations.append(
                        f"request {request_id} with another payload was answered "
                        f"{call.http_status}, not 422 with mismatch_fields"
                    )
                continue
            if call.http_status == 422:
                violations.append(f"request {request_id} sent again was answered 422")
            if known_since is not None and call.sent > known_since and call.refused:
                if not evidence.rejected(request_id):
                    violations.append(f"request {request_id} was accepted, then 409")
            if decided_since is not None and call.sent > decided_since:
                if call.http_status == 200 and not call.replayed:
                    violations.append(
                        f"request {request_id} was replayed without "
                        "Idempotent-Replayed: true"
                    )
        only_refused = all(c.refused and not c.replayed for c in sends)
        if row is not None and only_refused and row.status == "CONFIRMED":
            violations.append(f"request {request_id} was refused each time, yet booked")
    violations += [
        f"request {request_id} is stored, but no user sent it"
        for request_id in evidence.rows
        if request_id not in evidence.requests
    ]
    return Verdict(
        "6 the same request_id yields the same outcome",
        f"{count(len(evidence.requests), 'request')}, sent again {resent} times",
        violations,
    )


def answers_as_contracted(evidence: Evidence) -> Verdict:
    """No 5xx, no lost answer, no status or body that the contract lacks."""
    violations = []
    for call in evidence.calls:
        if call.received is None:
            if not call.cut:
                violations.append(f"{call.kind} was never answered")
        elif problem := contract_breach(call, evidence):
            about = f" about request {call.request_id}" if call.request_id else ""
            violations.append(f"{call.kind}{about}: {problem}")
    return Verdict(
        "- every answer as contracted, no 5xx",
        f"{sum(c.received is not None for c in evidence.calls)} answers",
        violations,
    )


ALLOWED = {
    "show": (201,),
    "lock": (200, 409),
    "verify": (200, 409),
    "confirm": (200, 202, 409, 422),
    "status": (200, 404),
    "seats": (200,),
}


def contract_breach(call: Call, evidence: Evidence) -> str | None:
    """Say what is wrong with one answer by itself."""
    body = call.body
    if call.http_status == 0:
        return f"connection lost ({call.error})"
    if call.http_status not in ALLOWED[call.kind]:
        return f"HTTP {call.http_status} {call.code} {body.get('detail', '')}".strip()
    if call.http_status in (404, 409, 422) and call.outcome is None:
        if call.code not in CODES and not evidence.rejected(call.request_id):
            return f"HTTP {call.http_status} with the code {call.code!r}"
    if call.kind == "lock" and call.http_status == 200:
        if set(body.get("seat_ids", ())) != set(call.seat_ids):
            return f"asked for {call.seat_ids}, leased {body.get('seat_ids')}"
        if not call.ttl_s - 1 <= ttl_of(call) <= call.ttl_s + slack(call.ttl_s):
            return f"asked for {call.ttl_s} s, leased for {body.get('ttl_ms')} ms"
        if not body.get("expires_at"):
            return "a lease without expires_at"
    if call.kind == "lock" and call.http_status == 409:
        named = {c.get("seat_id"): c.get("code") for c in body.get("conflicts", ())}
        if not named or not set(named) <= set(call.seat_ids):
            return f"refused {call.seat_ids}, naming {named}"
    if call.kind == "confirm" and call.http_status == 202:
        if body.get("request_id") != call.request_id or not body.get("status_url"):
            return "202 without request_id or status_url"
    if call.accepted and not call.outcome:
        if body.get("status") != "PENDING":
            return f"accepted with status {body.get('status')!r}"
        if call.retry_after_s is None:
            return "PENDING without Retry-After"
    return None


INVARIANTS: tuple[Check, ...] = (
    seat_booked_once,
    whole_or_nothing,
    decided_once,
    confirmed_is_booked,
    seat_status_agrees,
    one_holder,
    lease_decides,
    same_id_same_outcome,
    answers_as_contracted,
)

BEYOND_THIS_RUN = (
    f"{'7 restarts and kills break none of these ':.<60} n/a "
    "(this run stops nothing; the fault suite does)"
)


# --- properties of the scenarios ---------------------------------------------


def one_lease_only(evidence: Evidence) -> Verdict:
    """Scenario 1: of all who ask, one gets the lease, and keeps it."""
    askers = {c.user_id for c in evidence.calls if c.kind == "lock"}
    holders = {c.user_id for c in evidence.grants}
    violations = []
    if len(holders) != 1:
        violations.append(f"{len(holders)} users got a lease")
    if len(askers) < 2:
        violations.append(f"no race: {count(len(askers), 'user')} asked")
    return Verdict(
        "* exactly one lease", f"{len(holders)} of {len(askers)} users", violations
    )


def new_holder_in_time(evidence: Evidence) -> Verdict:
    """Scenarios 2 and 3: an expired lease is followed by another within 1 s.

    A lease is gone at `received + ttl` at the latest. The next grant's answer
    must arrive within a second of that, as long as users were still asking.
    """
    grants = evidence.grants
    violations = []
    judged = 0
    longest = 0.0
    for grant, following in zip(grants, [*grants[1:], None]):
        expired = received(grant) + ttl_of(grant)
        if expired + NEW_HOLDER_WITHIN_S > evidence.asked_until:
            continue
        judged += 1
        gap = (received(following) if following else evidence.asked_until) - expired
        longest = max(longest, gap)
        if gap > NEW_HOLDER_WITHIN_S:
            asked = sum(
                c.kind == "lock" and expired < c.sent < expired + NEW_HOLDER_WITHIN_S
                for c in evidence.calls
            )
            violations.append(
                f"no new holder for {gap:.2f} s after an expiry, "
                f"while users asked {asked} times within the first second"
            )
    if judged == 0:
        violations.append("no lease expired while users were asking")
    return Verdict(
        f"* a new holder within {NEW_HOLDER_WITHIN_S:g} s of expiry",
        f"{judged} expiries, longest gap {longest:.3f} s",
        violations,
    )


def never_a_part(evidence: Evidence) -> Verdict:
    """Scenario 3: the set is leased whole or not at all.

    Every user asks for all of the seats, so at any instant one user holds all
    of them or nobody any: a refusal must name every seat as a conflict, a
    refused user may hold none of them, and a holder must hold each.
    """
    (seats,) = evidence.seat_sets
    violations = []
    probes = 0
    own: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(evidence.calls, key=lambda c: c.sent):
        own[call.user_id].append(call)
        if call.kind == "lock" and call.http_status == 409:
            named = {c.get("seat_id") for c in call.body.get("conflicts", ())}
            if named != set(seats):
                violations.append(f"a refusal names {sorted(map(str, named))} only")
    for calls in own.values():
        lock: Call | None = None
        for call in calls:
            if call.kind == "lock":
                lock = call
            elif call.kind == "verify" and lock is not None:
                probes += 1
                if call.http_status == 200 and lock.refused:
                    violations.append(f"a refused user holds {call.seat_ids}")
                live = lock.granted and received(call) < (
                    lock.sent + ttl_of(lock) - slack(ttl_of(lock))
                )
                if call.http_status == 409 and live:
                    violations.append(f"a holder of all does not hold {call.seat_ids}")
    if probes == 0:
        violations.append("no user verified a seat")
    return Verdict(
        f"* never a part of the {len(seats)} seats leased",
        f"{count(probes, 'probe')}",
        violations,
    )


def one_confirmed(evidence: Evidence) -> Verdict:
    """Scenarios 4 and 5: one request wins; every other user ends refused."""
    violations = []
    if len(evidence.confirmed) != 1:
        violations.append(f"{len(evidence.confirmed)} requests CONFIRMED")
    winners = {calls[0].user_id for calls in evidence.confirmed.values()}
    last: dict[str, Call] = {}
    for call in sorted(evidence.calls, key=lambda c: c.sent):
        if call.kind in ("lock", "confirm", "status"):
            last[call.user_id] = call
    for user_id, call in last.items():
        if user_id not in winners and not (
            call.outcome == "REJECTED" or call.http_status == 409
        ):
            violations.append(f"user {user_id} ends with HTTP {call.http_status}")
    for request_id, calls in evidence.requests.items():
        if not any(c.outcome or c.refused for c in calls):
            violations.append(f"request {request_id} got no final answer")
    if not any(
        c.kind == "confirm" and c.code == "LEASE_NOT_HELD" for c in evidence.calls
    ):
        violations.append("no confirm came too late, so nothing was proven of it")
    return Verdict(
        "* exactly one CONFIRMED, all others refused for good",
        f"{count(len(evidence.requests), 'request')} of {count(len(last), 'user')}",
        violations,
    )


def one_set_booked(evidence: Evidence) -> Verdict:
    """Scenario 5: the booked seats are exactly one of the overlapping sets.

    No seat map that a user saw may show anything else either.
    """
    sets = [set(s) for s in evidence.seat_sets]
    booked = {b.seat_id for b in evidence.tables.bookings if not b.cancelled}
    violations = []
    if booked not in sets:
        violations.append(f"booked in the end: {sorted(booked)}")
    maps = [c for c in evidence.calls if c.booked is not None]
    for call in maps:
        if call.booked and set(call.booked) not in sets:
            violations.append(f"a seat map showed {sorted(call.booked)} booked")
    if not maps:
        violations.append("no user looked at a seat map")
    return Verdict(
        "* no part of a set is ever booked",
        f"{len(sets)} sets, {count(len(maps), 'seat map')}",
        violations,
    )


def sold_out(evidence: Evidence) -> Verdict:
    """Scenario 6: in the end every seat is sold, to exactly one user."""
    sold = Counter(
        seat_id
        for calls in evidence.confirmed.values()
        for seat_id in calls[0].seat_ids
    )
    violations = [
        f"seat {seat_id} was sold {sold[seat_id]} times"
        for seat_id in evidence.seat_ids
        if sold[seat_id] != 1
    ]
    violations += [
        f"seat {seat_id} is {status}"
        for seat_id, status in evidence.tables.seats.items()
        if status != "BOOKED"
    ]
    return Verdict(
        "* every seat sold exactly once",
        f"{len(sold)} of {count(len(evidence.seat_ids), 'seat')}",
        violations,
    )


def sent_again_and_again(evidence: Evidence) -> Verdict:
    """Scenario 7: the storm was one: 3 to 5 sends each, a third cut first."""
    violations = []
    total = cut = 0
    for request_id, calls in evidence.requests.items():
        sends = [
            c for c in calls if c.kind == "confirm" and not is_alteration(c, calls)
        ]
        total += 1
        cut += any(c.cut for c in sends)
        if len(sends) not in SENDS:
            violations.append(f"request {request_id} was sent {len(sends)} times")
        if not any(c.outcome or c.refused for c in calls):
            violations.append(f"request {request_id} got no final answer")
    if not 0.25 <= cut / max(total, 1) <= 0.42:
        violations.append(
            f"{cut} of {total} requests had a cut connection, not a third"
        )
    return Verdict(
        "* every request sent 3 to 5 times, one outcome each",
        f"{count(total, 'request')}, {cut} after a cut connection",
        violations,
    )
