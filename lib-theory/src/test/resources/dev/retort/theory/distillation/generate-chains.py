#!/usr/bin/env python3
"""Writes chains.tsv: the risks after every stage of chains of trainings, at high precision.

    python3 generate-chains.py > chains.tsv        (needs mpmath; 1.3.0 was used)

Evaluated with 120 digits from the map of means m and second moments s, in plain coefficients (Ildiz et al., arXiv
2410.18837, applied repeatedly): m' = theta m, s' = theta^2 s + c lam/(lam+tau)^2, c = (sigma^2 + sum lam zeta^2 s)/(n(1-Omega)).
Mixed labels enter as m <- (1-a) beta + a m and so on, unseen features as noise. A stage is written
"spectrum; samples; ridge; noise; mask; share", where mask is "all" or the number of first features seen, minus sign for last.
Every stage has excess, bias, label noise, design and inherited variance.
"""
from mpmath import exp, log, mp, mpf, nstr, sqrt

mp.dps = 120


def eigenvalues(text):
    kind, *args = text.split()
    if kind == "powerLaw":
        return [mpf(i) ** -mpf(float(args[0])) for i in range(1, int(args[1]) + 1)]
    if kind == "exponential":
        return [exp(-mpf(float(args[0])) * i) for i in range(int(args[1]))]
    if kind == "isotropic":
        return [mpf(float(args[0]))] * int(args[1])
    return [mpf(float(a)) for a in args]


def signal(text, lam):
    kind, *args = text.split()
    if kind == "sourcePowerLaw":
        return [sqrt(mpf(i) ** -mpf(float(args[0])) / v) for i, v in enumerate(lam, 1)]
    if kind == "constant":
        return [mpf(float(args[0]))] * len(lam)
    return [mpf(float(a)) for a in args]


def root(lam, n, r):
    rank = sum(v > 0 for v in lam)
    if r == 0 and n >= rank:
        return mpf(0)
    if r < 0:
        return below_zero([v for v in lam if v > 0], n, r)
    f = lambda t: sum(v / (v + t) for v in lam) + n * r / t - n
    low, high = mpf(-700), mpf(700)
    for _ in range(400):
        s = (low + high) / 2
        low, high = (s, high) if f(exp(s)) > 0 else (low, s)
    return exp((low + high) / 2)


def below_zero(lam, n, r):
    """The root of r = tau (1 - df1/n) for a negative ridge, above the point at which Omega is 1."""
    low, high = (-min(lam), mpf(0)) if n >= len(lam) else (mpf(0), root(lam, n, 0))
    edge, top = low, high
    for _ in range(400):
        middle = (edge + top) / 2
        edge, top = (middle, top) if sum((v / (v + middle)) ** 2 for v in lam) > n else (edge, middle)
    for _ in range(400):
        middle = (edge + high) / 2
        edge, high = (edge, middle) if middle * (1 - sum(v / (v + middle) for v in lam) / n) > r else (middle, high)
    assert high * (1 - sum(v / (v + high) for v in lam) / n) - r < mpf(10) ** -60
    return high


def row(name, evaluation, source, noise, surrogate, *stages):
    ev = eigenvalues(evaluation)
    beta = signal(source, ev)
    p = len(ev)
    noise = mpf(float(noise))
    m = [mpf(float(surrogate)) * b for b in beta]
    s = [x * x for x in m]
    values = []
    for stage in stages:
        spectrum, n, r, sigma, mask, share = [x.strip() for x in stage.split(";")]
        full = ev if spectrum == "task" else eigenvalues(spectrum)
        n, r, a = mpf(float(n)), mpf(float(r)), mpf(float(share))
        sigma = noise if sigma == "task" else mpf(float(sigma))
        k = p if mask == "all" else int(mask)
        seen = [i < k if k >= 0 else i >= p + k for i in range(p)]
        s = [(1 - a) ** 2 * b * b + 2 * a * (1 - a) * b * x + a * a * y for b, x, y in zip(beta, m, s)]
        m = [(1 - a) * b + a * x for b, x in zip(beta, m)]
        variance = a * a * sigma ** 2 + (1 - a) ** 2 * noise ** 2
        variance += sum(v * y for v, y, w in zip(full, s, seen) if not w)
        lam = [v if w else mpf(0) for v, w in zip(full, seen)]
        tau = root(lam, n, r)
        theta = [v / (v + tau) if v > 0 else mpf(0) for v in lam]
        spare = n - sum(t * t for t in theta)
        missed = sum(v * (1 - t) ** 2 * y for v, t, y in zip(lam, theta, s))
        spread = [v / (v + tau) ** 2 if v > 0 else mpf(0) for v in lam]
        total = sum(e * q for e, q in zip(ev, spread)) / spare
        inherited = sum(e * t * t * (y - x * x) for e, t, x, y in zip(ev, theta, m, s))
        m = [t * x for t, x in zip(theta, m)]
        s = [t * t * y + (variance + missed) / spare * q for t, y, q in zip(theta, s, spread)]
        bias = sum(e * (x - b) ** 2 for e, x, b in zip(ev, m, beta))
        excess = sum(e * (y - 2 * x * b + b * b) for e, x, y, b in zip(ev, m, s, beta))
        parts = [bias, variance * total, missed * total, inherited]
        assert abs(excess - sum(parts)) < mpf(10) ** -90 * excess
        values += [excess] + parts
    print("\t".join([name, evaluation, source, nstr(noise, 17), str(surrogate), " | ".join(stages)] + [nstr(v, 22) for v in values]))


print("# written by generate-chains.py")
print("# name\tevaluation\tsignal\tnoise\tsurrogate (times the truth)\tstages\texcess, bias, label noise, design, inherited of each stage")
row("two stages, same spectrum", "powerLaw 1.5 300", "sourcePowerLaw 1.3", 0.2, 1,
    "task; 150; 0; task; all; 1", "task; 120; 0; task; all; 1")
row("three stages, shift, ridge, under- and overparameterised", "powerLaw 1.5 300", "sourcePowerLaw 1.3", 0, 1,
    "exponential 0.02 300; 180; 0.01; 0.5; all; 1", "powerLaw 1.5 300; 120; 0; 0.3; all; 1", "powerLaw 0.8 300; 350; 0; 0.1; all; 1")
row("halved truth, three generations", "powerLaw 2 200", "sourcePowerLaw 1.5", 0.1, 0.5,
    "task; 90.5; 0; task; all; 1", "task; 60; 1e-4; 0; all; 1", "task; 250; 0; task; all; 1")
row("masked teacher", "powerLaw 1.5 250", "sourcePowerLaw 1.4", 0.1, 1,
    "task; 100; 0; task; 40; 1", "task; 80; 0; task; all; 1")
row("masked teacher with fewer samples than features", "powerLaw 1.5 250", "sourcePowerLaw 1.4", 0.1, 1,
    "task; 30; 0; 0; 60; 1", "task; 80; 0; 0; all; 1")
row("masked target, last features", "exponential 0.05 100", "constant 1", 0.3, 1,
    "task; 70; 1e-3; task; all; 1", "task; 40; 0; task; -70; 1", "task; 20; 0.1; task; 50; 1")
row("mask and shift in all stages", "powerLaw 1.2 120", "sourcePowerLaw 1.1", 0.25, 1,
    "powerLaw 0.5 120; 60; 0; 0.2; 80; 1", "exponential 0.1 120; 50; 0.01; 0.1; -100; 1", "isotropic 0.3 120; 100; 0; 0; 110; 1")
row("mixed labels", "powerLaw 1.5 200", "sourcePowerLaw 1.5", 0.3, 1,
    "task; 120; 0; task; all; 1", "task; 80; 0; 0; all; 0.6", "task; 90; 1e-3; 0.1; 150; 1.2")
row("covariance shift", "powerLaw 2 300", "sourcePowerLaw 1.5", 0.1, 1, "powerLaw 1 300; 150; 0; task; all; 1")
row("covariance shift, more samples than features", "powerLaw 2 100", "sourcePowerLaw 1.5", 0.1, 1,
    "exponential 0.03 100; 170; 0; task; all; 1")
row("features that only some trainings see", "values 3 0 1 0.2 0 0.05", "values 1 2 -1 2 0.5 -3", 0.1, 1,
    "values 1 1 0 0.5 2 0.1; 3; 0; task; all; 1", "values 2 0.3 1 0 0 1; 2.5; 0.01; 0; all; 1", "task; 2; 0; task; 4; 0.5")
row("260 orders of magnitude", "exponential 3 200", "sourcePowerLaw 1.1", 1e-3, 1,
    "task; 100; 0; task; all; 1", "exponential 2 200; 50; 1e-60; task; all; 1", "task; 20.25; 0; 0; all; 1")
row("scales far apart", "powerLaw 1.5 50", "sourcePowerLaw 1.3", 0.1, 1,
    "powerLaw 90 50; 20; 0; task; all; 1", "powerLaw 1.1 50; 30; 1e5; task; all; 1")
row("ridges below zero, fewer samples than features", "powerLaw 1.5 120", "sourcePowerLaw 2.2", 0.05, 1,
    "task; 60; -3e-4; task; all; 1", "task; 50; -2e-4; 0; all; 0.7", "powerLaw 1.2 120; 40; -1e-3; task; -90; 1")
row("ridges below zero, more samples than features", "powerLaw 1.1 40", "sourcePowerLaw 1.5", 0.3, 1,
    "task; 90; -1e-3; task; all; 1", "task; 70; -3e-3; 0.1; 25; 1", "exponential 0.1 40; 200; -5e-3; task; all; 1")
