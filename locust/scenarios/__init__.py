"""The seven scenarios, in the order of the table in README.md."""

from __future__ import annotations

from scenarios.confirm_race import ConfirmRaceSeveralSeats, ConfirmRaceSingleSeat
from scenarios.lease_expiry import LeaseExpiry
from scenarios.lock_contention import LockContention
from scenarios.lock_race import LockRace
from scenarios.retry_storm import RetryStorm
from scenarios.sell_out import SellOut
from users import SeatUser

__all__ = [
    "ALL",
    "ConfirmRaceSeveralSeats",
    "ConfirmRaceSingleSeat",
    "LeaseExpiry",
    "LockContention",
    "LockRace",
    "RetryStorm",
    "SellOut",
]

ALL: tuple[type[SeatUser], ...] = (
    LockContention,
    LeaseExpiry,
    LockRace,
    ConfirmRaceSingleSeat,
    ConfirmRaceSeveralSeats,
    SellOut,
    RetryStorm,
)
