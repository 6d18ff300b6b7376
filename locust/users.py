"""A user of the seat engine: every call recorded, nothing judged here."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

from locust import FastHttpUser, task
from locust.exception import StopUser

from checks import ALLOWED
from history import Call
from scenario import Scenario
from trial import Identity, Trial

OUTCOME_WITHIN_S = 30
"""After this a user gives up on a PENDING request; the checks then fail it."""

LONG_POLL_S = 10


class SeatUser(FastHttpUser):
    """The calls of the HTTP contract, for the scenarios to combine."""

    abstract = True
    host = "http://127.0.0.1:8080"
    connection_timeout = 15.0
    network_timeout = 15.0

    scenario: ClassVar[Scenario]
    pause_s: ClassVar[tuple[float, float]] = (0.1, 0.5)
    """Shortest and longest pause between two rounds of a user."""
    current: ClassVar[Trial | None] = None
    """The running trial; one process runs one at a time."""

    trial: Trial
    identity: Identity

    def on_start(self) -> None:
        assert self.current is not None
        self.trial = self.current
        self.identity = self.trial.join()
        self.random = self.identity.choices
        self.user_id = self.identity.user_id

    @task
    def next_round(self) -> None:
        """Start a round only while users are asking.

        When time is up Locust kills the users that pause. One of them may wake
        before the kill reaches it, and would die with a call half done.
        """
        if self.trial.over():
            raise StopUser()
        self.round()

    def round(self) -> None:
        """What a user does between two pauses."""
        raise NotImplementedError

    def wait_time(self) -> float:
        return self.random.uniform(*self.pause_s)

    def sleep(self, seconds: float) -> None:
        """Sleep, but not longer than users are asking."""
        self.trial.finished.wait(max(0.0, seconds))

    def leave(self) -> None:
        """End this user: there is nothing left for it to do."""
        self.trial.leave()
        raise StopUser()

    # --- the calls -----------------------------------------------------------

    def lock(self, seat_ids: tuple[str, ...]) -> Call:
        """Ask for a lease on all of the seats."""
        ttl_s = self.trial.size.ttl_s
        call = self._sending("lock", seat_ids, ttl_s=ttl_s)
        body = self._body(seat_ids=seat_ids, ttl_seconds=ttl_s)
        return self._send(call, "POST", "/seat-lock", body)

    def verify(self, seat_id: str) -> Call:
        """Ask whether this user holds the seat."""
        call = self._sending("verify", (seat_id,))
        return self._send(call, "POST", "/verify-lock", self._body(seat_id=seat_id))

    def confirm(
        self, seat_ids: tuple[str, ...], request_id: str, wait_s: int = 0
    ) -> Call:
        """Submit a booking; `wait_s` asks for its outcome in the same answer."""
        call = self._sending(
            "confirm", seat_ids, request_id=request_id, waits=wait_s > 0
        )
        body = self._body(seat_ids=seat_ids, request_id=request_id)
        return self._send(call, "POST", "/booking/confirm", body, wait_s)

    def confirm_and_hang_up(self, seat_ids: tuple[str, ...], request_id: str) -> Call:
        """Submit a booking and close the connection before its answer is read.

        The request is sent whole on a connection of its own, so the system
        acts on it, while the user cannot know whether it did.
        """
        call = self._sending("confirm", seat_ids, request_id=request_id, cut=True)
        url = urlsplit(self.trial.host)
        connection_to = {
            "http": http.client.HTTPConnection,
            "https": http.client.HTTPSConnection,
        }[url.scheme]
        connection = connection_to(url.hostname or "", url.port, timeout=15)
        try:
            connection.request(
                "POST",
                "/booking/confirm",
                json.dumps(self._body(seat_ids=seat_ids, request_id=request_id)),
                {"Content-Type": "application/json"},
            )
        except OSError as lost:
            call.error = str(lost)
        finally:
            connection.close()
        return call

    def status(
        self, seat_ids: tuple[str, ...], request_id: str, wait_s: int = 0
    ) -> Call:
        """Ask for the outcome of a request."""
        call = self._sending(
            "status", seat_ids, request_id=request_id, waits=wait_s > 0
        )
        path = f"/booking/requests/{request_id}"
        name = "/booking/requests/{request_id}"
        return self._send(call, "GET", path, None, wait_s, name)

    def seat_map(self) -> tuple[Call, list[dict[str, Any]]]:
        """Read the show's seats. Only what is booked is kept in the history."""
        call = self._sending("seats", ())
        path = f"/booking/seats/{self.trial.show_id}"
        self._send(call, "GET", path, None, name="/booking/seats/{show_id}")
        seats: list[dict[str, Any]] = call.body.pop("items", [])
        if call.http_status == 200:
            call.booked = tuple(s["id"] for s in seats if s["status"] == "BOOKED")
        return call, seats

    # --- what calls are made of ----------------------------------------------

    def book(
        self, seat_ids: tuple[str, ...], request_id: str, long_poll: bool
    ) -> str | None:
        """Submit a booking and follow it to its outcome, None when refused."""
        call = self.confirm(seat_ids, request_id)
        if call.outcome or call.http_status != 202:
            return call.outcome
        if not long_poll:
            self._honour_retry_after(call)
        return self.follow(seat_ids, request_id, long_poll)

    def follow(
        self, seat_ids: tuple[str, ...], request_id: str, long_poll: bool
    ) -> str | None:
        """Poll until the outcome is there; None when it does not come."""
        deadline = time.monotonic() + OUTCOME_WITHIN_S
        while time.monotonic() < deadline:
            call = self.status(seat_ids, request_id, LONG_POLL_S if long_poll else 0)
            if call.outcome:
                return call.outcome
            self._honour_retry_after(call)
        return None

    def _honour_retry_after(self, call: Call) -> None:
        """Not cut short by the trial's end: an accepted request is followed."""
        time.sleep(min(call.retry_after_s or 0.2, OUTCOME_WITHIN_S))

    def _body(self, **fields: Any) -> dict[str, Any]:
        return {"show_id": self.trial.show_id, "user_id": self.user_id, **fields}

    def _sending(self, kind: Any, seat_ids: tuple[str, ...], **facts: Any) -> Call:
        return self.trial.history.sending(kind, self.user_id, seat_ids, **facts)

    def _send(
        self,
        call: Call,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        wait_s: int = 0,
        name: str | None = None,
    ) -> Call:
        """Send, and complete the record with the answer.

        For Locust's own statistics an answer is a success when the contract
        knows it; whether it was the right one is for the checks to say.
        """
        headers = {"Accept": "application/json, application/problem+json"}
        label = name or path
        if wait_s:
            headers["Prefer"] = f"wait={wait_s}"
            label += " (waits)"
        with self.client.request(
            method, path, name=label, json=body, headers=headers, catch_response=True
        ) as response:
            call.answered(response.status_code or 0)
            if response.headers is not None:
                replayed = response.headers.get("Idempotent-Replayed", "")
                retry_after = response.headers.get("Retry-After", "")
                call.replayed = replayed.lower() == "true"
                call.retry_after_s = float(retry_after) if retry_after else None
            call.body = parsed(response.text)
            if call.http_status in ALLOWED[call.kind]:
                response.success()
            else:
                call.error = str(getattr(response, "error", "") or "")
                response.failure(f"HTTP {call.http_status} {call.code} {call.error}")
        return call


def parsed(text: str | None) -> dict[str, Any]:
    """The JSON of an answer as a dict; a list is wrapped, junk is kept as text."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"items": value}
