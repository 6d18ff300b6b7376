"""One run of one scenario: its show, its users' identities, its verdict."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom
from typing import Any
from uuid import UUID

from gevent.event import Event
from locust import LoadTestShape
from locust.env import Environment

import checks
import report
import tables
from checks import Evidence, Verdict
from history import History
from measures import Numbers
from result import Result
from scenario import Scenario
from settings import Settings

GRACE_S = 60
"""How long users may take to end what they have begun when time is up."""


@dataclass
class Identity:
    """Who a user is; the same again for the same seed.

    Choices repeat with the seed. A request_id may be used once in the life of
    a database, so those also depend on the show, which every run makes anew.
    """

    index: int
    user_id: str
    choices: Random
    ids: Random

    def new_request_id(self) -> str:
        return uuid4(self.ids)


def uuid4(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


@dataclass
class Trial:
    """The state that the users of one run share."""

    scenario: Scenario
    settings: Settings
    host: str
    started: datetime = field(default_factory=datetime.now)
    history: History = field(default_factory=History)
    finished: Event = field(default_factory=Event)
    """Set when the users should stop asking; they sleep on it."""
    joined: int = 0
    left: int = 0

    def __post_init__(self) -> None:
        self.size = self.scenario.size(self.settings.short)
        self.seat_sets = self.scenario.seat_sets(self.size)
        unique = SystemRandom().randrange(16**4)
        self.show_id = f"{self.scenario.name}-{self.started:%Y%m%d-%H%M%S}-{unique:04x}"
        self.began = time.monotonic()
        self.asked_until = self.began + self.size.seconds

    def begin(self) -> None:
        """Create the show; a failure ends the trial and is judged as an answer."""
        seats = sorted({s for seat_set in self.seat_sets for s in seat_set})
        call = self.history.sending("show", "", tuple(seats))
        request = urllib.request.Request(
            f"{self.host}/shows/{self.show_id}",
            method="PUT",
            data=json.dumps({"seats": seats}).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                call.answered(response.status)
        except urllib.error.HTTPError as refusal:
            call.answered(refusal.code)
            call.body = {"detail": refusal.read().decode(errors="replace")}
        except OSError as lost:
            call.answered(0)
            call.error = str(lost)
        if call.http_status != 201:
            self.finish()
        self.began = time.monotonic()
        self.asked_until = self.began + self.size.seconds

    def join(self) -> Identity:
        """Give the next user its identity."""
        index = self.joined
        self.joined += 1
        choices = Random(f"{self.settings.seed}/{self.scenario.name}/{index}")
        ids = Random(f"{self.settings.seed}/{self.show_id}/{index}")
        return Identity(index, uuid4(choices), choices, ids)

    def leave(self) -> None:
        """A user has nothing left to do; the last one ends the trial."""
        self.left += 1
        if self.left == self.size.users:
            self.finish()

    @property
    def elapsed_share(self) -> float:
        """The part of the time that has passed, 0 to 1."""
        return (time.monotonic() - self.began) / self.size.seconds

    def over(self) -> bool:
        """Whether users should stop asking."""
        if time.monotonic() >= self.asked_until:
            self.finish()
        return bool(self.finished.is_set())

    def finish(self) -> None:
        if not self.finished.is_set():
            self.asked_until = min(self.asked_until, time.monotonic())
            self.finished.set()

    def judge(self, environment: Environment) -> Result:
        """Check all invariants and the scenario's own, and write the report."""
        verdicts = []
        try:
            rows = tables.read(self.settings.database, self.show_id)
        except Exception as unreadable:  # of whichever driver is installed
            rows = NO_TABLES
            verdicts.append(
                Verdict("- Postgres can be read", "0 rows", [str(unreadable).strip()])
            )
        evidence = Evidence(self.seat_sets, self.history.calls, rows, self.asked_until)
        verdicts += [c(evidence) for c in checks.INVARIANTS + self.scenario.checks]
        verdicts.append(errors_in_users(environment, self.joined))
        result = Result(
            self.scenario,
            self.size,
            self.show_id,
            self.settings.seed,
            self.started,
            verdicts,
            Numbers.of(evidence, checks.sold_out in self.scenario.checks),
            self.settings.reports
            / f"{self.scenario.name}-{self.started:%Y%m%d-%H%M%S}",
        )
        report.write(result, evidence, environment)
        return result


NO_TABLES = tables.Tables({}, [], [])


def errors_in_users(environment: Environment, users: int) -> Verdict:
    """A user that broke proves nothing, so its error fails the run."""
    assert environment.runner is not None
    errors = environment.runner.exceptions.values()
    return Verdict(
        "- no error inside the users themselves",
        checks.count(users, "user"),
        [f"{e['count']}x {e['msg']}\n{e['traceback']}" for e in errors],
    )


class ScenarioShape(LoadTestShape):
    """Ramp and end of the scenario that Locust was started with.

    The ramp is linear from the start, which Locust does by itself, so there
    is one stage; it ends when the trial is over.
    """

    short = False

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        user_class: Any = self.runner.user_classes[0]
        if user_class.current is not None and user_class.current.over():
            return None
        size = user_class.scenario.size(self.short)
        return size.users, size.users_per_s


def attach(
    environment: Environment, settings: Settings, judged: Callable[[Result], None]
) -> None:
    """Make each test of this environment a trial, and hand over its result."""
    environment.stop_timeout = max(environment.stop_timeout or 0, GRACE_S)
    shape = environment.shape_class
    assert isinstance(shape, ScenarioShape)
    shape.short = settings.short

    def chosen() -> Any:
        """The one user class of the test, which may be picked as late as now."""
        if len(environment.user_classes) > 1:
            names = " ".join(u.__name__ for u in environment.user_classes)
            raise SystemExit(f"one scenario at a time, please; name one of: {names}")
        return environment.user_classes[0]

    def start(**_: Any) -> None:
        user_class = chosen()
        host = (environment.host or user_class.host).rstrip("/")
        user_class.current = Trial(user_class.scenario, settings, host)
        user_class.current.begin()

    def stopping(**_: Any) -> None:
        chosen().current.finish()

    def stop(**_: Any) -> None:
        user_class = chosen()
        trial, user_class.current = user_class.current, None
        judged(trial.judge(environment))

    environment.events.test_start.add_listener(start)
    environment.events.test_stopping.add_listener(stopping)
    environment.events.test_stop.add_listener(stop)
