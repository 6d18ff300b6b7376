#!/usr/bin/env python3
"""Latency against offered load, from target/bench.json: bench/chart.py bench/target/bench.json docs/performance.svg"""

import json
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

# The same bytes from the same figures.
matplotlib.rcParams["svg.hashsalt"] = "seatkeeper"
with open(sys.argv[1], encoding="utf-8") as file:
    load = json.load(file)["load"]
offered = [point["offered"] for point in load]
figure, axes = plt.subplots(figsize=(8, 4.5))
axes.plot(offered, [point["p99"] for point in load], "o-", color="#d55e00", label="99 of 100")
axes.plot(offered, [point["p50"] for point in load], "s-", color="#0072b2", label="median")
axes.set_yscale("log")
axes.set_xlim(left=0)
axes.set_xlabel("confirms a second offered, at fixed times")
axes.set_ylabel("milliseconds until the outcome")
axes.grid(True, which="both", alpha=0.3)
axes.legend()
figure.tight_layout()
figure.savefig(sys.argv[2], metadata={"Date": None})
