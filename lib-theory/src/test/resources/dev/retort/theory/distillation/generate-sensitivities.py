#!/usr/bin/env python3
"""Writes sensitivities.tsv: derivatives of the excess risk at the end of chains of trainings, at high precision.

    python3 generate-sensitivities.py > sensitivities.tsv        (needs mpmath; 1.3.0 was used; takes a minute)
    python3 generate-sensitivities.py endless                      (the numbers in SensitivitiesTest)

Central differences with steps of 1e-40, relative to the number varied (if it is zero, to tau for a ridge, else absolute), of the
chain evaluated with 230 digits from the map of means m and second moments s in plain coefficients, as in generate-chains.py:
m' = theta m, s' = theta^2 s + c lam/(lam+tau)^2, c = (sigma^2 + sum lam zeta^2 s)/(n(1-Omega)). Their relative error is
below 1e-25, also of derivatives that are 1e-130 of the risk over the number varied. At ridge 0 and at zero eigenvalues they
cross to negative values, where the formulas are as smooth.

A stage is written "spectrum; samples; ridge; noise; mask; share", as in generate-chains.py. The surrogate is a multiple of the
truth, "optimal" (the minimiser of the risk after the first stage, found anew for every difference) or "masked" (those features
kept of which the truth does better than zero, held). Features count from 0.
"""
import sys

from mpmath import coth, diff, exp, findroot, mp, mpf, nstr, pi, sqrt

mp.dps = 230
STEP = mpf(10) ** -40


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


def bisected(lam, n, r):
    """tau to a few digits, 0 for r = 0 and n above the rank"""
    low, high = -800.0, 800.0
    if r == 0 and n >= len(lam):
        return mpf(0)
    for _ in range(60):
        s = (low + high) / 2
        t = exp(mpf(s))
        low, high = (s, high) if sum(v / (v + t) for v in lam) + n * r / t > n else (low, s)
    return exp(mpf((low + high) / 2))


def polished(lam, n, r, tau):
    """the root of tau (n - sum theta) = n r, by Newton's method"""
    for _ in range(40):
        f = tau * (n - sum(v / (v + tau) for v in lam)) - n * r
        step = f / (n - sum((v / (v + tau)) ** 2 for v in lam))
        tau -= step
        if abs(step) <= mpf(10) ** -150 * abs(tau):
            return tau
    raise ArithmeticError


class Chain:
    def __init__(self, evaluation, source, noise, surrogate, stages):
        self.ev = eigenvalues(evaluation)
        self.beta = signal(source, self.ev)
        self.noise = mpf(float(noise))
        self.surrogate = surrogate
        self.stages = []
        p = len(self.ev)
        for stage in stages:
            spectrum, n, r, sigma, mask, share = [x.strip() for x in stage.split(";")]
            k = p if mask == "all" else int(mask)
            full = list(self.ev) if spectrum == "task" else eigenvalues(spectrum)
            s = {"lam": full, "task": spectrum == "task", "own noise": sigma != "task"}
            s["n"], s["r"], s["a"] = mpf(float(n)), mpf(float(r)), mpf(float(share))
            s["sigma"] = self.noise if sigma == "task" else mpf(float(sigma))
            s["seen"] = [i < k if k >= 0 else i >= p + k for i in range(p)]
            s["tau"] = bisected([v for v, w in zip(full, s["seen"]) if w and v > 0], s["n"], s["r"])
            self.stages.append(s)
        if surrogate == "masked":
            s = self.stages[0]
            b = self.best(*self.equivalent(s), s)
            self.kept = [abs(x) > (1 - s["a"] / 2) * abs(t) for x, t in zip(b, self.beta)]

    @staticmethod
    def equivalent(s):
        lam = [v if w else mpf(0) for v, w in zip(s["lam"], s["seen"])]
        tau = polished([v for v in lam if v != 0], s["n"], s["r"], s["tau"])
        theta = [v / (v + tau) if v != 0 else mpf(0) for v in lam]
        return lam, tau, theta, s["n"] - sum(t * t for t in theta)

    def best(self, lam, tau, theta, spare, s):
        """the coefficients, mixed with the truth already, that minimise the risk after the first stage"""
        spread = sum(e * v / (v + tau) ** 2 for e, v in zip(self.ev, lam) if v != 0) / spare
        b = []
        for e, v, t, full, beta in zip(self.ev, lam, theta, s["lam"], self.beta):
            below = e * t * t + full * (1 - t) ** 2 * spread
            b.append(e * t * beta / below if below != 0 else mpf(0))
        return b

    def excess(self):
        m = None
        for s in self.stages:
            lam, tau, theta, spare = self.equivalent(s)
            a = s["a"]
            if m is None:
                if self.surrogate == "optimal":
                    m = [(x - (1 - a) * b) / a for x, b in zip(self.best(lam, tau, theta, spare, s), self.beta)]
                elif self.surrogate == "masked":
                    m = [b if k else mpf(0) for b, k in zip(self.beta, self.kept)]
                else:
                    m = [mpf(float(self.surrogate)) * b for b in self.beta]
                q = [x * x for x in m]
            q = [(1 - a) ** 2 * b * b + 2 * a * (1 - a) * b * x + a * a * y for b, x, y in zip(self.beta, m, q)]
            m = [(1 - a) * b + a * x for b, x in zip(self.beta, m)]
            c = a * a * s["sigma"] ** 2 + (1 - a) ** 2 * self.noise ** 2
            c += sum(v * (1 - t) ** 2 * y for v, t, y in zip(s["lam"], theta, q))
            c /= spare
            m = [t * x for t, x in zip(theta, m)]
            q = [t * t * y + (c * v / (v + tau) ** 2 if v != 0 else 0) for t, y, v in zip(theta, q, lam)]
        return sum(e * (y - 2 * x * b + b * b) for e, x, y, b in zip(self.ev, m, q, self.beta))

    def derivative(self, *places, unit=1):
        """with respect to a number that stands at all these (container, key); unit is its scale if it is zero"""
        value = places[0][0][places[0][1]]
        step = STEP * (abs(value) if value != 0 else unit)
        ends = []
        for end in (value + step, value - step):
            for container, key in places:
                container[key] = end
            ends.append(self.excess())
        for container, key in places:
            container[key] = value
        # What is exactly zero comes out as rounding.
        return 0 if abs(ends[0] - ends[1]) < mpf(10) ** -215 * ends[0] else (ends[0] - ends[1]) / (2 * step)


def row(name, evaluation, source, noise, surrogate, *stages, features="0 1 5"):
    chain = Chain(evaluation, source, noise, surrogate, stages)
    chosen = [int(i) for i in features.split()]
    values = [chain.excess()]
    for s in chain.stages:
        scale = s["tau"] if s["tau"] > 0 else min(v for v, w in zip(s["lam"], s["seen"]) if w and v > 0)
        values += [chain.derivative((s, "n")), chain.derivative((s, "r"), unit=scale), chain.derivative((s, "sigma"))]
        values += [chain.derivative((s["lam"], i)) for i in chosen]
    own = [(s, "sigma") for s in chain.stages if not s["own noise"]]
    values.append(chain.derivative((chain.__dict__, "noise"), *own))
    values += [chain.derivative((chain.ev, i), *[(s["lam"], i) for s in chain.stages if s["task"]]) for i in chosen]
    fields = [name, evaluation, source, str(noise), str(surrogate), " | ".join(stages), features]
    print("\t".join(fields + [nstr(v, 22) for v in values]), flush=True)


def endless(n, r, sigma):
    """n, r, sigma and dE/dn, dE/dr, dE/dsigma of the standard target for lam_i = lam_i beta_i^2 = i^-2 without end, from
    sum 1/(1 + tau i^2) = pi/(2 sqrt tau) coth(pi/sqrt tau) - 1/2"""
    n, r, sigma = mpf(float(n)), mpf(float(r)), mpf(float(sigma))
    df1 = lambda t: pi / (2 * sqrt(t)) * coth(pi / sqrt(t)) - mpf(1) / 2

    def excess(n, r, sigma):
        tau = findroot(lambda t: df1(t) + n * r / t - n, (1 / n**2 + r, 3 / n**2 + 2 * r), tol=mpf(10) ** -200)
        slope = diff(df1, tau, h=mpf(10) ** -60)
        omega = (df1(tau) + tau * slope) / n
        return (-tau * tau * slope + omega * sigma * sigma) / (1 - omega)

    h = [STEP * n, STEP * (r if r else 1 / n**2), STEP]
    values = [n, r, sigma]
    for k in range(3):
        step = [h[k] if j == k else 0 for j in range(3)]
        ends = [excess(*[v + sign * s for v, s in zip((n, r, sigma), step)]) for sign in (1, -1)]
        values.append((ends[0] - ends[1]) / (2 * h[k]))
    print(", ".join(nstr(v, 18) for v in values))


if sys.argv[1:] == ["endless"]:
    for case in ((10.5, 0, 0.2), (200, 0, 0.1), (200, 1e-3, 0.3), (30, 2, 0.05)):
        endless(*case)
    sys.exit()

print("# written by generate-sensitivities.py")
print("# name\tevaluation\tsignal\tnoise\tsurrogate\tstages\tfeatures\texcess; of each stage d/dn, d/dr, d/dsigma, d/dlambda of the features; of the task d/dsigma, d/dlambda")
law = ("powerLaw 1.5 120", "sourcePowerLaw 1.4", 0.2)
row("standard", *law, 1, "task; 50; 0; task; all; 1", features="0 1 20 119")
row("standard without noise", "powerLaw 2 120", "sourcePowerLaw 1.5", 0, 1, "task; 40; 0; task; all; 1", features="0 10 119")
row("standard with ridge", *law, 1, "task; 50; 0.01; 0.5; all; 1", features="0 1 20 119")
row("more samples than features", *law, 0.7, "task; 150; 0; task; all; 1", features="0 20 119")
row("more samples than features, with ridge", *law, 1, "task; 150; 1e-4; task; all; 1", features="0 20 119")
row("just below the threshold", *law, 1, "task; 119.999; 0; task; all; 1", features="0 20 119")
row("a hair below the threshold", *law, 1, "task; 119.999999999; 0; task; all; 1", "task; 120.000000001; 0; task; all; 1", features="0 20 119")
row("just above the threshold", *law, 0.9, "task; 120.001; 0; task; all; 1", features="0 20 119")
row("isotropic", "isotropic 0.5 60", "constant 0.3", 0.1, 1, "task; 20.5; 0; task; all; 1", features="0 59")
row("halved truth", *law, 0.5, "task; 50; 1e-3; task; all; 1", features="0 20 119")
row("optimal", *law, "optimal", "task; 50; 0; task; all; 1", features="0 1 20 119")
row("optimal with ridge, many samples", *law, "optimal", "task; 2000; 1e-5; 0; all; 1", features="0 20 119")
row("optimal, then two generations", *law, "optimal", "task; 50; 0; task; all; 1", "task; 60; 1e-3; 0.3; all; 1", "task; 140; 0; task; all; 1", features="0 20 119")
row("optimal under shift and mask, mixed, then another", *law, "optimal", "powerLaw 1.1 120; 60; 1e-3; 0.1; 90; 0.7", "exponential 0.05 120; 50; 0; task; all; 1", features="0 20 100 119")
row("optimal with more samples than features, then another", *law, "optimal", "task; 150; 0; 0.1; all; 1", "task; 60; 0; 0; all; 1", features="0 20 119")
row("optimally masked", *law, "masked", "task; 50; 0; task; all; 1", features="0 20 119")
row("optimally masked, mixed, then another", *law, "masked", "task; 70; 1e-4; task; all; 0.8", "task; 50; 0; task; all; 1", features="0 20 119")
row("two stages, same spectrum", *law, 1, "task; 80; 0; task; all; 1", "task; 50; 0; task; all; 1", features="0 20 119")
row("three stages, shift, ridge, under- and overparameterised", *law, 1,
    "exponential 0.02 120; 70; 0.01; 0.5; all; 1", "powerLaw 1.5 120; 40; 0; 0.3; all; 1", "powerLaw 0.8 120; 150; 0; 0.1; all; 1", features="0 20 119")
row("mask and shift in all stages", "powerLaw 1.2 90", "sourcePowerLaw 1.1", 0.25, 1,
    "powerLaw 0.5 90; 45; 0; 0.2; 60; 1", "exponential 0.1 90; 40; 0.01; 0.1; -70; 1", "isotropic 0.3 90; 60; 0; 0; 80; 1", features="0 30 65 89")
row("masks on the task's spectrum", *law, 1, "task; 40; 0; task; 60; 1", "task; 40; 1e-3; 0; -100; 1", features="0 30 119")
row("mixed labels", *law, 1, "task; 80; 0; task; all; 1", "task; 50; 0; 0; all; 0.6", "task; 60; 1e-3; 0.1; 100; 1.2", features="0 30 119")
row("features that only some trainings see", "values 3 0 1 0.2 0 0.05", "values 1 2 -1 2 0.5 -3", 0.1, 1,
    "values 1 1 0 0.5 2 0.1; 3; 0; task; all; 1", "values 2 0.3 1 0 0 1; 2.5; 0.01; 0; all; 1", "task; 2; 0; task; 4; 0.5", features="0 1 2 3 4 5")
row("zeros on the task's spectrum", "values 3 0 1 0.2 0 0.05", "values 1 2 -1 2 0.5 -3", 0.1, 0.8,
    "task; 2.5; 0; task; all; 1", "values 1 1 2 0.5 2 0.1; 3; 0.01; task; all; 1", "task; 4; 0.1; task; 4; 1", features="0 1 2 3 4 5")
row("130 orders of magnitude", "exponential 3 100", "sourcePowerLaw 1.1", 1e-3, 1,
    "task; 50; 0; task; all; 1", "exponential 2 100; 25; 1e-30; task; all; 1", "task; 10.25; 0; 0; all; 1", features="0 9 10 24 50 99")
row("one stage over 130 orders of magnitude", "exponential 3 100", "sourcePowerLaw 1.1", 1e-3, 1, "task; 30; 0; task; all; 1", features="0 28 29 30 99")
row("scales far apart", "powerLaw 1.5 50", "sourcePowerLaw 1.3", 0.1, 1,
    "powerLaw 40 50; 20; 0; task; all; 1", "powerLaw 1.1 50; 30; 1e5; task; all; 1", features="0 20 49")
row("ridge far above the spectrum", *law, 1, "task; 50; 1e4; task; all; 1", "task; 50; 1e2; task; all; 1", features="0 119")
row("many samples", *law, 1, "task; 1e6; 0; task; all; 1", "task; 1e7; 1e-8; task; all; 1", features="0 119")
