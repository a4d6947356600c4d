#!/usr/bin/env python3
"""Writes negative-ridges.tsv: equivalents of ridges below zero, at high precision.

    python3 generate-negative-ridges.py > negative-ridges.tsv        (needs mpmath; 1.3.0 was used)

Evaluated with 120 digits by bisection. The point at which Omega = 1 is the root of sum lam^2/(lam+tau)^2 = n, and the ridge there is
r = tau (1 - df1/n), as everywhere. The ridges are given parts of it, rounded to doubles. Spectra are "powerLaw exponent count",
"exponential rate count" and "values ..."; the counts n - rank of either sign are covered.
"""
from mpmath import exp, mp, mpf, nstr

mp.dps = 120


def eigenvalues(text):
    kind, *args = text.split()
    if kind == "powerLaw":
        return [mpf(float(mpf(i) ** -mpf(float(args[0])))) for i in range(1, int(args[1]) + 1)]
    if kind == "exponential":
        return [mpf(float(exp(-mpf(float(args[0])) * i))) for i in range(int(args[1]))]
    return [mpf(float(a)) for a in args]


def bisect(f, low, high):
    """The root of a function that is negative at low and positive at high."""
    for _ in range(380):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return (low + high) / 2


def root(lam, n):
    if n >= len(lam):
        return mpf(0)
    return exp(bisect(lambda s: n - sum(v / (v + exp(s)) for v in lam), mpf(-400), mpf(50)))


def row(name, spectrum, n, parts):
    lam = eigenvalues(spectrum)
    n = mpf(float(n))
    start, floor = root(lam, n), (-min(lam) if n >= len(lam) else mpf(0))
    ridge = lambda t: t * (1 - sum(v / (v + t) for v in lam) / n)
    spare = lambda t: 1 - sum((v / (v + t)) ** 2 for v in lam) / n
    width = start - floor
    edge = floor + width * exp(bisect(lambda s: spare(floor + width * exp(s)), mpf(-200), mpf(0)))
    least = ridge(edge)
    for part in parts:
        r = mpf(float(least * mpf(part)))
        tau = edge + (start - edge) * exp(bisect(lambda s: ridge(edge + (start - edge) * exp(s)) - r, mpf(-200), mpf(0)))
        left = spare(tau)
        print("\t".join([f"{name}, {part} of the least", spectrum, nstr(n, 17), repr(float(r))] + [nstr(v, 25) for v in (least, tau, 1 - left, left)]))


print("# written by generate-negative-ridges.py")
print("# name\tspectrum\tsamples\tridge\tleast ridge\ttau\tomega\toneMinusOmega")
PARTS = ["1e-9", "0.1", "0.5", "0.9", "0.99", "0.9999", "0.999999"]
row("power law below the rank", "powerLaw 1.5 200", 80, PARTS)
row("steep power law", "powerLaw 4 60", 20.5, PARTS[1:5])
row("power law above the rank", "powerLaw 1.2 40", 90, PARTS)
row("far above the rank", "powerLaw 0.5 10", 5000, PARTS[1:5])
row("next to the rank, below", "powerLaw 1 30", "29.999", PARTS[1:5])
row("next to the rank, above", "powerLaw 1 30", "30.001", PARTS[1:5])
row("a gap of twelve decades", "values 3 2 1 1e-12 5e-13 2e-13", 4, PARTS[1:5])
row("samples within a gap", "values 3 2 1 1e-6 5e-7 2e-7 1e-7 1e-7", 3, PARTS[1:5])
row("eighty decades", "exponential 3 60", 25, PARTS[1:5])
row("equal eigenvalues", "values 1 1 1 1 1 1 1 1", 3, PARTS[1:5])
row("equal eigenvalues, many samples", "values 0.3 0.3 0.3 0.3", 50, PARTS[1:5])
row("spiked, where less than none is best", "values 100 100 100 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", 8, PARTS[1:5])
