"""The tables of one show as Postgres has them, read in one read-only snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Booking:
    seat_id: str
    user_id: str
    request_id: str
    cancelled: bool = False


@dataclass(frozen=True)
class BookingRequest:
    request_id: str
    user_id: str
    seat_ids: tuple[str, ...]
    status: str
    decided: bool


@dataclass(frozen=True)
class Tables:
    seats: dict[str, str]
    """Seat id to AVAILABLE or BOOKED."""
    bookings: list[Booking]
    requests: list[BookingRequest]


SEATS = "SELECT id, status::text FROM seats WHERE show_id = %s"

# Cancellation came after the first schema: to_jsonb reads the column where it
# exists and yields NULL where it does not.
BOOKINGS = """
    SELECT seat_id, user_id::text, request_id::text,
           to_jsonb(b) ->> 'cancelled_at' IS NOT NULL
      FROM bookings b
     WHERE show_id = %s
"""

REQUESTS = """
    SELECT request_id::text, user_id::text, seat_ids, status::text,
           decided_at IS NOT NULL
      FROM booking_requests
     WHERE show_id = %s
"""


def connect(url: str) -> Any:
    """Open a connection with psycopg 3 or 2, whichever is installed."""
    try:
        import psycopg as driver
    except ImportError:
        import psycopg2 as driver  # type: ignore[no-redef]
    return driver.connect(url, connect_timeout=5)


def read(url: str, show_id: str) -> Tables:
    """Read a show's rows; one snapshot, so that the tables fit each other."""
    connection = connect(url)
    try:
        cursor = connection.cursor()
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SEATS, (show_id,))
        seats = dict(cursor.fetchall())
        cursor.execute(BOOKINGS, (show_id,))
        bookings = [Booking(*row) for row in cursor.fetchall()]
        cursor.execute(REQUESTS, (show_id,))
        requests = [
            BookingRequest(request_id, user_id, tuple(seat_ids), status, decided)
            for request_id, user_id, seat_ids, status, decided in cursor.fetchall()
        ]
        return Tables(seats, bookings, requests)
    finally:
        connection.close()
