"""What the command line says, the same for `run.py` and for Locust's own."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom


@dataclass(frozen=True)
class Settings:
    database: str
    seed: int
    short: bool
    reports: Path

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            metavar="URL",
            default=os.environ.get(
                "DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/seats"
            ),
            help="the system's Postgres, only read (DATABASE_URL; default %(default)s)",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=SystemRandom().randrange(10**6),
            help="repeat the random choices of an earlier run",
        )
        parser.add_argument(
            "--short",
            action="store_true",
            help="scaled down: all scenarios within 3 minutes",
        )

    @classmethod
    def of(cls, options: argparse.Namespace) -> Settings:
        reports = Path(__file__).resolve().parent / "reports"
        return cls(options.database, options.seed, options.short, reports)
