"""The pages of a run, and the summary of several."""

from __future__ import annotations

import base64
import html
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from locust.env import Environment
from locust.html import get_html_report

import chart
from checks import Evidence
from history import save
from result import Result

NO_CHART = (
    "no chart: matplotlib is not installed beside Locust "
    "(Debian: apt-get install python3-matplotlib)"
)


def write(result: Result, evidence: Evidence, environment: Environment) -> None:
    """Write the pages, the chart and the raw history into the run's folder."""
    folder = result.folder
    folder.mkdir(parents=True, exist_ok=True)
    save(evidence.calls, folder / "history.jsonl")
    drawn = chart.draw(evidence, folder / "chart.png", result.scenario.title)
    if not drawn:
        print(f"  {NO_CHART}")
    locust_page = get_html_report(environment, show_download_link=False)
    (folder / "locust.html").write_text(locust_page, encoding="utf-8")
    (folder / "report.html").write_text(page(result, drawn), encoding="utf-8")
    print(f"  report: {folder / 'report.html'}")


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
        figure = f'<img alt="chart" src="data:image/png;base64,{image}">'
    else:
        figure = f"<p>{NO_CHART}"
    title = f"{result.scenario.number} {result.scenario.title}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style><h1>{title}</h1>"
        f"<table>{verdict_rows}</table>{figure}<table>{fact_rows}</table>"
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
