"""The chart of a run: leases, outcomes and latency over time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checks import Evidence, received
from history import Call
from measures import percentile, submissions

COLUMNS = 60
GREEN, GREY, RED, BLUE, ORANGE = "#1b7f4d", "#9aa0a6", "#c5221f", "#1a73e8", "#e8710a"


class Timeline:
    """The run's time, cut into equal columns."""

    def __init__(self, answered: list[Call]) -> None:
        self.start = min((c.sent for c in answered), default=0.0)
        self.length = max(map(received, answered), default=1.0) - self.start
        self.width = max(self.length / COLUMNS, 0.001)
        self.middles = [(column + 0.5) * self.width for column in range(COLUMNS)]

    def spread(self, moments: Iterable[tuple[float, float]]) -> list[list[float]]:
        """Values by the column that their time falls into."""
        found: list[list[float]] = [[] for _ in range(COLUMNS)]
        for time, value in moments:
            column = int((time - self.start) / self.width)
            found[min(column, COLUMNS - 1)].append(value)
        return found


def draw(evidence: Evidence, path: Path, title: str) -> bool:
    """Draw and save the chart; False where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    answered = [
        c for c in evidence.calls if c.received is not None and c.kind != "show"
    ]
    timeline = Timeline(answered)
    figure, (leases, outcomes, latency) = pyplot.subplots(
        3, 1, figsize=(9, 8), sharex=True, constrained_layout=True
    )
    figure.suptitle(title)

    draw_leases(leases, timeline, [c for c in answered if c.kind == "lock"])
    leases.set_ylabel("leases per second")
    leases.set_yscale("symlog", linthresh=1)
    leases.yaxis.set_major_formatter("{x:g}")

    decided = submissions(evidence)
    draw_outcomes(outcomes, timeline, [told for _, told in decided])
    outcomes.set_ylabel("outcomes in total")
    outcomes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))

    immediate = [(received(c), received(c) - c.sent) for c in answered if not c.waits]
    draw_percentiles(latency, timeline, immediate, "answer", BLUE)
    if decided:
        followed = [(received(told), received(told) - sent) for sent, told in decided]
        draw_percentiles(latency, timeline, followed, "submit to outcome", ORANGE)
    latency.set_ylabel("milliseconds")
    latency.set_yscale("log")
    latency.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    latency.yaxis.set_major_formatter("{x:g}")
    latency.yaxis.set_minor_formatter(ticker.NullFormatter())
    latency.set_xlabel("seconds since the first request")

    for axes in (leases, outcomes, latency):
        axes.grid(alpha=0.3)
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return True


def draw_leases(axes: Any, timeline: Timeline, locks: list[Call]) -> None:
    """Leases granted and refused per second."""
    granted = [(received(c), 1.0) for c in locks if c.granted]
    refused = [(received(c), 1.0) for c in locks if c.refused]
    for moments, label, colour in (
        (granted, "granted", GREEN),
        (refused, "refused (409)", GREY),
    ):
        rates = [len(found) / timeline.width for found in timeline.spread(moments)]
        axes.step(timeline.middles, rates, where="mid", color=colour, label=label)


def draw_outcomes(axes: Any, timeline: Timeline, told: list[Call]) -> None:
    """How many outcomes of each kind users had been told by then."""
    for outcome, colour in (("CONFIRMED", GREEN), ("REJECTED", RED)):
        moments = sorted(
            received(c) - timeline.start for c in told if c.outcome == outcome
        )
        axes.step(
            [0.0, *moments, timeline.length],
            [*range(len(moments) + 1), len(moments)],
            where="post",
            color=colour,
            label=f"{outcome}: {len(moments)}",
        )


def draw_percentiles(
    axes: Any,
    timeline: Timeline,
    moments: Iterable[tuple[float, float]],
    name: str,
    colour: str,
) -> None:
    """Median and 99th percentile of the durations in each column."""
    columns = [sorted(found) for found in timeline.spread(moments)]
    for percent, style in ((50, "-"), (99, ":")):
        values = [percentile(durations, percent) for durations in columns]
        axes.plot(
            timeline.middles,
            [math.nan if v is None else 1000 * v for v in values],
            style,
            marker=".",
            markersize=4,
            color=colour,
            label=f"{name} p{percent}",
        )
