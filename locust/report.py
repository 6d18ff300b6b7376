"""Numbers, chart and pages of a run, and the summary of several."""

from __future__ import annotations

import base64
import html
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locust.env import Environment
from locust.html import get_html_report

from checks import Evidence, received
from history import Call, History

if TYPE_CHECKING:
    from trial import Result

CHART_COLUMNS = 60
NO_CHART = (
    "no chart: matplotlib is not installed beside Locust "
    "(Debian: apt-get install python3-matplotlib)"
)


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
        decided = [c for calls in evidence.requests.values() for c in outcomes(calls)]
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


def outcomes(calls: list[Call]) -> Iterator[tuple[float, Call]]:
    """When a request was first sent, and the answer that first told its outcome."""
    told = first_outcome(calls)
    if told is not None:
        yield calls[0].sent, told


# --- one run -----------------------------------------------------------------


def write(result: Result, history: History, environment: Environment) -> None:
    """Write the pages, the chart and the raw history into the run's folder."""
    folder = result.folder
    folder.mkdir(parents=True, exist_ok=True)
    history.save(folder / "history.jsonl")
    drawn = draw(history.calls, folder / "chart.png", result.scenario.title)
    if not drawn:
        print(f"  {NO_CHART}")
    locust_page = get_html_report(environment, show_download_link=False)
    (folder / "locust.html").write_text(locust_page, encoding="utf-8")
    (folder / "report.html").write_text(page(result, drawn), encoding="utf-8")
    print(f"  report: {folder / 'report.html'}")


def draw(calls: list[Call], path: Path, title: str) -> bool:
    """Draw leases, outcomes and latency over time; False without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("Agg")
    from matplotlib import pyplot

    answered = [c for c in calls if c.received is not None and c.kind != "show"]
    start = min((c.sent for c in answered), default=0.0)
    length = max(map(received, answered), default=1.0) - start
    width = max(length / CHART_COLUMNS, 0.001)
    times = [(column + 0.5) * width for column in range(CHART_COLUMNS)]

    def columns(chosen: Iterable[Call]) -> list[list[Call]]:
        """The calls by the time of their answer."""
        found: list[list[Call]] = [[] for _ in range(CHART_COLUMNS)]
        for call in chosen:
            column = int((received(call) - start) / width)
            found[min(column, CHART_COLUMNS - 1)].append(call)
        return found

    def per_s(chosen: Iterable[Call]) -> list[float]:
        return [len(found) / width for found in columns(chosen)]

    by_request: dict[str, list[Call]] = {}
    for call in calls:
        if call.request_id:
            by_request.setdefault(call.request_id, []).append(call)
    decided = sorted(
        (o for c in by_request.values() for o in outcomes(c)),
        key=lambda o: received(o[1]),
    )

    figure, (leases, booked, latency) = pyplot.subplots(
        3, 1, figsize=(9, 8), sharex=True, constrained_layout=True
    )
    figure.suptitle(title)

    locks = [c for c in answered if c.kind == "lock"]
    granted = per_s(c for c in locks if c.granted)
    refused = per_s(c for c in locks if c.refused)
    leases.step(times, granted, where="mid", color="#1b7f4d", label="granted")
    leases.step(times, refused, where="mid", color="#9aa0a6", label="refused (409)")
    leases.set_yscale("symlog", linthresh=1)
    leases.set_ylabel("leases per second")

    for outcome, colour in (("CONFIRMED", "#1b7f4d"), ("REJECTED", "#c5221f")):
        moments = [received(c) - start for _, c in decided if c.outcome == outcome]
        booked.step(
            [0.0, *moments, length],
            [*range(len(moments) + 1), len(moments)],
            where="post",
            color=colour,
            label=f"{outcome}: {len(moments)}",
        )
    booked.set_ylabel("outcomes in total")

    def show_percentiles(
        points: list[list[float]], name: str, colour: str, tail: float
    ) -> None:
        for percent, style in ((50, "-"), (tail, ":")):
            values = [percentile(sorted(p), percent) for p in points]
            latency.plot(
                times,
                [math.nan if v is None else 1000 * v for v in values],
                style,
                marker=".",
                markersize=4,
                color=colour,
                label=f"{name} p{percent:g}",
            )

    immediate = columns(c for c in answered if not c.waits)
    show_percentiles(
        [[received(c) - c.sent for c in found] for found in immediate],
        "answer",
        "#1a73e8",
        99,
    )
    if decided:
        sent = {id(call): moment for moment, call in decided}
        told = columns(call for _, call in decided)
        show_percentiles(
            [[received(c) - sent[id(c)] for c in found] for found in told],
            "submit to outcome",
            "#e8710a",
            99,
        )
    latency.set_yscale("log")
    latency.set_ylabel("milliseconds")
    latency.set_xlabel("seconds since the first request")
    for axes in (leases, booked, latency):
        axes.grid(alpha=0.3)
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
    return True


STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
       padding: 0 1rem; color: #202124 }
table { border-collapse: collapse } td, th { padding: .2rem .9rem .2rem 0;
       text-align: left; vertical-align: top }
.ok { color: #1b7f4d } .violated { color: #c5221f; font-weight: bold }
img { max-width: 100% } pre { margin: 0; white-space: pre-wrap }
"""


def page(result: Result, drawn: bool) -> str:
    """The report as one file, the chart inside it."""
    size = result.size
    facts = {
        "show": result.show_id,
        "started": f"{result.started:%Y-%m-%d %H:%M:%S}",
        "seed": result.seed,
        "seats": size.seats,
        "users": f"{size.users}, {size.users_per_s:g} more per second",
        "lease TTL": f"{size.ttl_s} s",
        "requests": f"{result.numbers.requests}, "
        f"{result.numbers.requests_per_s:.0f} per second",
        "latency p50 / p95 / p99": f"{result.numbers.latency} ms",
        "leases": f"{result.numbers.leases} granted, "
        f"{result.numbers.lease_refusals} refused",
        "outcomes": f"{result.numbers.confirmed} CONFIRMED, "
        f"{result.numbers.rejected} REJECTED",
        "submit to outcome p50 / p95 / p99": f"{result.numbers.submit_to_outcome} ms",
        "sold out in": seconds(result.numbers.sold_out_s),
    }
    fact_rows = "".join(row(html.escape(str(k)), v) for k, v in facts.items())
    verdict_rows = "".join(
        f'<tr><td>{html.escape(v.title)}<td class="{"ok" if v.ok else "violated"}">'
        f'{"ok" if v.ok else "VIOLATED"}<td>{html.escape(v.examined)}'
        f"<pre>{html.escape(chr(10).join(v.violations[:100]))}</pre>"
        for v in result.verdicts
    )
    if drawn:
        image = base64.b64encode((result.folder / "chart.png").read_bytes()).decode()
        chart = f'<img alt="chart" src="data:image/png;base64,{image}">'
    else:
        chart = f"<p>{NO_CHART}"
    title = f"{result.scenario.number} {result.scenario.title}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>"
        f"<table>{verdict_rows}</table>{chart}<table>{fact_rows}</table>"
        '<p><a href="locust.html">Locust\'s own report</a>, '
        '<a href="history.jsonl">every call</a></html>\n'
    )


def row(key: str, value: Any) -> str:
    return f"<tr><th>{key}<td>{html.escape(str(value))}"


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


# --- several runs ------------------------------------------------------------

COLUMNS = (
    "scenario",
    "seats",
    "users",
    "requests",
    "requests/s",
    "p50 / p95 / p99 ms",
    "leases",
    "confirmed",
    "rejected",
    "submit to outcome p50 / p95 / p99 ms",
    "sold out in",
    "checks",
)


def summary(results: list[Result]) -> str:
    """A Markdown table with one line per scenario."""
    lines = [COLUMNS, ["---"] * len(COLUMNS)]
    for result in results:
        numbers = result.numbers
        lines.append(
            [
                f"{result.scenario.number} {result.scenario.title}",
                f"{result.size.seats:,}",
                str(result.size.users),
                f"{numbers.requests:,}",
                f"{numbers.requests_per_s:.0f}",
                str(numbers.latency),
                f"{numbers.leases:,}",
                f"{numbers.confirmed:,}",
                f"{numbers.rejected:,}",
                str(numbers.submit_to_outcome),
                seconds(numbers.sold_out_s),
                "ok" if result.ok else "VIOLATED",
            ]
        )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_summary(results: list[Result], folder: Path) -> Path:
    """Write `summary-<time>.md` and the same as JSON; return the former's path."""
    path = folder / f"summary-{results[0].started:%Y%m%d-%H%M%S}.md"
    path.write_text(summary(results), encoding="utf-8")
    content = [
        {
            "scenario": result.scenario.name,
            "ok": result.ok,
            "show_id": result.show_id,
            "seed": result.seed,
            "started": result.started.isoformat(),
            "size": asdict(result.size),
            "numbers": asdict(result.numbers),
            "checks": [asdict(v) | {"ok": v.ok} for v in result.verdicts],
        }
        for result in results
    ]
    path.with_suffix(".json").write_text(json.dumps(content, indent=2) + "\n")
    return path
