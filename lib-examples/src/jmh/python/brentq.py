"""Times SciPy's brentq at full tolerance on the spectra of SolveBenchmark and SweepBenchmark and prints Markdown tables.

    python3 brentq.py [largest p]
"""

import platform
import statistics
import sys
import time

import numpy
import scipy
from scipy.optimize import brentq

DECAY = 1.5
SOURCE = 1.4
FULL = {"xtol": 1e-300, "rtol": 4 * numpy.finfo(float).eps, "maxiter": 1000, "full_output": True}


def median_milliseconds(solve, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        _, report = solve()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times), report.function_calls


def row(features):
    eigenvalues = numpy.arange(1, features + 1, dtype=float) ** -DECAY
    samples = features / 10
    lower = eigenvalues[-1] * (features - samples) / samples
    upper = eigenvalues.sum() / samples

    def lacking(tau):
        return samples - numpy.sum(eigenvalues / (eigenvalues + tau))

    def in_tau():
        return brentq(lacking, lower, upper, **FULL)

    def in_log_tau():
        return brentq(lambda s: lacking(numpy.exp(s)), numpy.log(lower), numpy.log(upper), **FULL)

    repeats = max(5, min(201, 20_000_000 // features))
    cells = [f"{features:,}"]
    for solve in (in_tau, in_log_tau):
        milliseconds, calls = median_milliseconds(solve, repeats)
        shown = f"{milliseconds:.4g} ms" if milliseconds >= 1 else f"{1e3 * milliseconds:.3g} µs"
        cells.append(f"{shown}, {calls} evaluations")
    return "| " + " | ".join(cells) + " |"


def sweep_row(features, points=500, timed=20):
    """The loop of SweepBenchmark; times only some evenly spaced points and scales the time to all of them."""
    eigenvalues = numpy.arange(1, features + 1, dtype=float) ** -DECAY
    power = numpy.arange(1, features + 1, dtype=float) ** -SOURCE
    noise = 0.1
    trace = eigenvalues.sum()
    start = time.perf_counter()
    for samples in numpy.geomspace(100, features / 2, timed):
        lower = eigenvalues[-1] * (features - samples) / samples
        tau = brentq(lambda t: samples - numpy.sum(eigenvalues / (eigenvalues + t)), lower, trace / samples, **FULL)[0]
        learnt = eigenvalues / (eigenvalues + tau)
        omega = numpy.sum(learnt**2) / samples
        bias = numpy.sum(power * (1 - learnt) ** 2)
        (bias + omega * noise**2) / (1 - omega)
    seconds = (time.perf_counter() - start) * points / timed
    return f"| {features:,} | {seconds:.3g} s |"


largest = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
print(f"Python {platform.python_version()}, NumPy {numpy.__version__}, SciPy {scipy.__version__}\n")
print("| p | brentq in τ | brentq in ln τ |\n|---:|---:|---:|")
for size in (1_000, 100_000, 1_000_000, 10_000_000):
    if size <= largest:
        print(row(size), flush=True)
print("\n| p | 500 times brentq in τ and NumPy's risk (scaled from 20) |\n|---:|---:|")
for size in (10_000, 1_000_000):
    if size <= largest:
        print(sweep_row(size), flush=True)
