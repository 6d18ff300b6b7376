"""The scenarios for Locust's own command line and web page.

    locust -f locust/locustfile.py SellOut                start it on :8089
    locust -f locust/locustfile.py SellOut --headless     run it at once

Ramp and time are the scenario's. The checks run when the test stops.
"""

from __future__ import annotations

from typing import Any

from locust import events

from result import Result
from scenarios import (
    ConfirmRaceSeveralSeats,
    ConfirmRaceSingleSeat,
    LeaseExpiry,
    LockContention,
    LockRace,
    RetryStorm,
    SellOut,
)
from settings import Settings
from trial import ScenarioShape, attach

__all__ = [
    "ConfirmRaceSeveralSeats",
    "ConfirmRaceSingleSeat",
    "LeaseExpiry",
    "LockContention",
    "LockRace",
    "RetryStorm",
    "ScenarioShape",
    "SellOut",
]


@events.init_command_line_parser.add_listener
def add_arguments(parser: Any) -> None:
    Settings.add_arguments(parser)


@events.init.add_listener
def on_init(environment: Any, **_: Any) -> None:
    def judged(result: Result) -> None:
        print(result)
        environment.process_exit_code = 0 if result.ok else 1

    attach(environment, Settings.of(environment.parsed_options), judged)
