#!/usr/bin/env python3
"""Run the load scenarios against a running system, and check what must hold.

    locust/run.py                  all scenarios, about 8 minutes
    locust/run.py --short          all scenarios, scaled down, within 3 minutes
    locust/run.py 6                one, by its number or name (sell-out)
    locust/run.py --sabotage       show that the checks bite; needs no system

Exit status: 0 all held, 1 something was violated, 2 the run could not start.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import sabotage
from settings import Settings

NO_LOCUST = """no Python here can import Locust.
Debian: apt-get install python3-locust python3-psycopg2 python3-matplotlib
else:   pip install locust psycopg2-binary matplotlib"""

SCENARIOS = """scenarios:
  1 lock-contention       one seat, exactly one lease
  2 lease-expiry          the seat passes on within 1 s of each expiry
  3 lock-race             three seats, leased together or not at all
  4 confirm-race-single   one seat, exactly one CONFIRMED
  5 confirm-race-several  two overlapping sets, one booked, whole
  6 sell-out              5,000 seats, each sold exactly once
  7 retry-storm           everything sent 3 to 5 times, one outcome each"""


def use_python_with_locust() -> None:
    """Start again under a Python that has Locust, when this one has not.

    The first python3 on PATH is often not the one Locust was installed for.
    Importing a submodule tells: this folder, too, is called locust.
    """
    beside_locust = shutil.which("locust")
    candidates = [sys.executable, "/usr/bin/python3", shutil.which("python3")]
    if beside_locust:
        candidates.insert(1, str(Path(beside_locust).resolve().with_name("python3")))
    for python in candidates:
        if python and os.path.exists(python) and has_locust(python):
            if python != sys.executable:
                os.execv(python, [python, *sys.argv])
            return
    sys.exit(NO_LOCUST)


def has_locust(python: str) -> bool:
    probe = [python, "-c", "import locust.env"]
    return subprocess.run(probe, cwd="/", capture_output=True).returncode == 0


def is_no_false_alarm(record: logging.LogRecord) -> bool:
    """Drop what Locust warns of though it is meant.

    It doubts spawn rates above 100, where all at once is the point, and users
    that have ended by themselves when it comes to stop them.
    """
    message = record.getMessage()
    return not ("spawn rate is very high" in message or "have proper args" in message)


def run_scenarios(options: argparse.Namespace) -> int:
    """Run the chosen scenarios one after the other in this process."""
    import gevent
    from locust.env import Environment
    from locust.stats import stats_history

    import report
    import tables
    from result import Result
    from scenarios import ALL
    from trial import ScenarioShape, attach

    settings = Settings.of(options)
    by_name = {n: u for u in ALL for n in (str(u.scenario.number), u.scenario.name)}
    if unknown := set(options.scenario) - set(by_name):
        print(f"no scenario {' '.join(unknown)}\n\n{SCENARIOS}", file=sys.stderr)
        return 2
    chosen = [by_name[name] for name in options.scenario] or ALL
    url = urlsplit(options.host)
    try:
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        socket.create_connection((url.hostname or "", port), timeout=5).close()
    except (OSError, KeyError) as error:
        print(f"no system at {options.host}: {error}", file=sys.stderr)
        return 2
    try:
        tables.connect(settings.database).close()
    except Exception as error:  # of whichever driver is installed
        message = str(error).strip() or repr(error)
        print(f"no Postgres at {settings.database}: {message}", file=sys.stderr)
        return 2

    logging.basicConfig(level=logging.WARNING, format="  %(message)s")
    logging.getLogger("locust.runners").addFilter(is_no_false_alarm)
    results: list[Result] = []
    for user_class in chosen:
        scenario = user_class.scenario
        size = scenario.size(settings.short)
        print(
            f"{scenario.number} {scenario.title}: {size.seats} seats, "
            f"{size.users} users, lease TTL {size.ttl_s} s, seed {settings.seed}",
            flush=True,
        )
        environment = Environment(
            user_classes=[user_class], host=options.host, shape_class=ScenarioShape()
        )
        attach(environment, settings, results.append)
        runner = environment.create_local_runner()
        history = gevent.spawn(stats_history, runner)
        already = len(results)
        runner.start_shape()
        gevent.joinall([runner.shape_greenlet])
        history.kill()
        runner.quit()
        if len(results) == already:
            print("  the scenario ended without a result", file=sys.stderr)
            return 2
        print(results[-1], flush=True)

    print(report.summary(results))
    print(f"summary: {report.write_summary(results, settings.reports)}")
    return 0 if all(result.ok for result in results) else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=SCENARIOS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", nargs="*", help="number or name; default all")
    parser.add_argument("--host", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--sabotage", action="store_true", help="test the checks")
    Settings.add_arguments(parser)
    options = parser.parse_args()
    if options.sabotage:
        return sabotage.main()
    use_python_with_locust()
    return run_scenarios(options)


if __name__ == "__main__":
    sys.exit(main())
