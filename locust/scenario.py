"""What a scenario is: its numbers from the table of the issue, and its checks."""

from __future__ import annotations

from dataclasses import dataclass

from checks import Check


@dataclass(frozen=True)
class Size:
    """One column of numbers: as specified, or scaled down for `--short`."""

    seats: int
    users: int
    users_per_s: float
    seconds: int
    """How long users ask; a limit where a scenario may end by itself."""
    ttl_s: int


@dataclass(frozen=True)
class Scenario:
    number: int
    name: str
    title: str
    full: Size
    short: Size
    checks: tuple[Check, ...]
    two_sets: bool = False
    """The users ask for one of two seat sets that share their middle seat."""

    def size(self, short: bool) -> Size:
        return self.short if short else self.full

    def seat_sets(self, size: Size) -> tuple[tuple[str, ...], ...]:
        """The sets that users may ask for, of `size.seats` seats together."""
        seats = tuple(f"S{n:04}" for n in range(1, size.seats + 1))
        if not self.two_sets:
            return (seats,)
        middle = size.seats // 2
        return seats[: middle + 1], seats[middle:]
