"""What a run measured, seen from its users."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks import Evidence, received
from history import Call


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Nearest rank of sorted values, so each result is a value that occurred."""
    if not values:
        return None
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


@dataclass(frozen=True)
class Spread:
    """Median and tail of some durations, in milliseconds."""

    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        values = sorted(1000 * s for s in seconds)
        return cls(*(percentile(values, p) for p in (50, 95, 99)))

    def __str__(self) -> str:
        if self.p50_ms is None:
            return "-"
        return f"{self.p50_ms:.0f} / {self.p95_ms:.0f} / {self.p99_ms:.0f}"


@dataclass(frozen=True)
class Numbers:
    """What a run measured, seen from its users."""

    requests: int
    requests_per_s: float
    latency: Spread
    """Of all calls but those that asked to wait: their duration is no latency."""
    leases: int
    lease_refusals: int
    confirmed: int
    rejected: int
    submit_to_outcome: Spread
    sold_out_s: float | None
    """From the first call until the last seat's CONFIRMED was read."""

    @classmethod
    def of(cls, evidence: Evidence, sells_out: bool) -> Numbers:
        answered = [
            c for c in evidence.calls if c.received is not None and c.kind != "show"
        ]
        first = min((c.sent for c in answered), default=0.0)
        last = max(map(received, answered), default=0.0)
        sold = {s for calls in evidence.confirmed.values() for s in calls[0].seat_ids}
        told = [first_outcome(calls) for calls in evidence.confirmed.values()]
        decided = submissions(evidence)
        return cls(
            requests=len(answered),
            requests_per_s=len(answered) / max(last - first, 0.001),
            latency=Spread.of(received(c) - c.sent for c in answered if not c.waits),
            leases=len(evidence.grants),
            lease_refusals=sum(c.kind == "lock" and c.refused for c in answered),
            confirmed=len(evidence.confirmed),
            rejected=sum(c.outcome == "REJECTED" for _, c in decided),
            submit_to_outcome=Spread.of(received(c) - sent for sent, c in decided),
            sold_out_s=(
                max(received(c) for c in told if c) - first
                if sells_out and sold == set(evidence.seat_ids) and all(told)
                else None
            ),
        )

    def lines(self) -> list[str]:
        """For the terminal."""
        lines = [
            f"{self.requests} requests, {self.requests_per_s:.0f}/s, "
            f"p50/p95/p99 {self.latency} ms",
            f"{self.leases} leases, {self.lease_refusals} refused; "
            f"{self.confirmed} CONFIRMED, {self.rejected} REJECTED",
        ]
        if self.submit_to_outcome.p50_ms is not None:
            lines.append(f"submit to outcome p50/p95/p99 {self.submit_to_outcome} ms")
        if self.sold_out_s is not None:
            lines.append(f"sold out in {self.sold_out_s:.1f} s")
        return lines


def first_outcome(calls: list[Call]) -> Call | None:
    told = sorted((c for c in calls if c.outcome), key=received)
    return told[0] if told else None


def submissions(evidence: Evidence) -> list[tuple[float, Call]]:
    """When each request was first sent, and the answer that first told its outcome."""
    found = [(c[0].sent, first_outcome(c)) for c in evidence.requests.values()]
    return [(sent, told) for sent, told in found if told is not None]
