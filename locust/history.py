"""What each user asked and was answered, with the time of both.

The checks must not trust the system under test, so they need a record made by
the users alone. A call is recorded when it is sent and completed when its
answer has been read: a call that never got an answer stays visible as such,
because the system may have acted on it.

Appending to a list and setting attributes do not switch greenlets, so users
need no lock to share one history. Times are `time.monotonic()`: a step of the
wall clock must not move an interval.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["show", "lock", "verify", "confirm", "status", "seats"]

TERMINAL = ("CONFIRMED", "REJECTED")


@dataclass
class Call:
    """One HTTP call of one user."""

    kind: Kind
    user_id: str
    seat_ids: tuple[str, ...]
    sent: float
    request_id: str = ""
    ttl_s: int = 0
    waits: bool = False
    """The call carried `Prefer: wait`, so its duration is no latency."""
    cut: bool = False
    """The user closed the connection before it read the answer."""
    received: float | None = None
    http_status: int | None = None
    """0 when the connection was lost."""
    body: dict[str, Any] = field(default_factory=dict)
    booked: tuple[str, ...] | None = None
    """The BOOKED seats of a seat map; the map itself is not kept."""
    replayed: bool = False
    retry_after_s: float | None = None
    error: str = ""

    def answered(self, http_status: int) -> None:
        """Set the time of the answer; call it before parsing anything."""
        self.received = time.monotonic()
        self.http_status = http_status

    @property
    def code(self) -> str:
        """The refusal's stable code, empty when the answer is no refusal."""
        return str(self.body.get("code", ""))

    @property
    def outcome(self) -> str | None:
        """The terminal outcome that this answer tells.

        In a problem document `status` is the HTTP status, a number, so a
        refusal tells an outcome only where it is a word.
        """
        if self.kind not in ("confirm", "status"):
            return None
        status = self.body.get("status")
        return status if status in TERMINAL else None

    @property
    def granted(self) -> bool:
        """The answer gave a lease on all seats asked for."""
        return self.kind == "lock" and self.http_status == 200

    @property
    def accepted(self) -> bool:
        """The answer promised an outcome, or told one."""
        if self.kind == "confirm":
            return self.http_status in (200, 202)
        return self.kind == "status" and self.http_status == 200

    @property
    def refused(self) -> bool:
        """The answer is a 409 that tells no outcome."""
        return self.http_status == 409 and self.outcome is None


class History:
    """Append-only record of all calls of one run."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def sending(
        self, kind: Kind, user_id: str, seat_ids: tuple[str, ...] = (), **facts: Any
    ) -> Call:
        """Record a call that is about to be sent."""
        call = Call(kind, user_id, seat_ids, sent=time.monotonic(), **facts)
        self.calls.append(call)
        return call


def save(calls: list[Call], path: Path) -> None:
    """Write one JSON line per call, so that a violation can be traced."""
    with path.open("w", encoding="utf-8") as lines:
        for call in calls:
            lines.write(json.dumps(asdict(call)) + "\n")
