"""What a trial leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import checks
from checks import Verdict
from measures import Numbers
from scenario import Scenario, Size


@dataclass
class Result:
    """The verdicts and figures of one run of a scenario."""

    scenario: Scenario
    size: Size
    show_id: str
    seed: int
    started: datetime
    verdicts: list[Verdict]
    numbers: Numbers
    folder: Path

    @property
    def ok(self) -> bool:
        return all(v.ok for v in self.verdicts)

    def __str__(self) -> str:
        lines = [*map(str, self.verdicts), checks.BEYOND_THIS_RUN]
        lines.sort(key=lambda line: line[0] if line[0].isdigit() else "~")
        return "\n".join(f"  {line}" for line in lines + self.numbers.lines()) + "\n"
