#!/usr/bin/env python3
"""Writes local-exponents.tsv: -d ln E/d ln n of three risks, from differences at high precision.

    python3 generate-local-exponents.py > local-exponents.tsv      (needs mpmath; 1.3.0 was used)

lambda_i = i^-alpha, lambda_i beta_i^2 = i^-b, i = 1 ... p, ridge r, noise sigma. Excess risks are evaluated from their
definitions with 60 digits (tau by Newton from the last root) and differentiated by central differences of step 1e-15 in
ln n. Of p = inf, sums are those of generate-power-law-risks.py. At the n of the test no feature is at the mask's edge.
"""
import importlib.util
import pathlib

from mpmath import exp, inf, log, mp, mpf, nstr, sqrt

here = pathlib.Path(__file__).parent
spec = importlib.util.spec_from_file_location("risks", here / "generate-power-law-risks.py")
risks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(risks)
mp.dps = 60


def listed(alpha, b, p, n, ridge, sigma):
    lam = [mpf(i) ** -mpf(alpha) for i in range(1, int(p) + 1)]
    power = [mpf(i) ** -mpf(b) for i in range(1, int(p) + 1)]
    if ridge == 0 and n >= p:
        omega = p / n
        return [omega * sigma ** 2 / (1 - omega)] * 3
    low, high = mpf(-300), mpf(300)
    for _ in range(12):
        s = (low + high) / 2
        low, high = (s, high) if sum(v / (v + exp(s)) for v in lam) + n * ridge / exp(s) > n else (low, s)
    s = (low + high) / 2
    for _ in range(200):
        tau = exp(s)
        theta = [v / (v + tau) for v in lam]
        value = sum(theta) + n * ridge / tau
        slope = -sum(t * (1 - t) for t in theta) - n * ridge / tau
        step = -log(value / n) * value / slope
        s += max(min(step, 20), -20)
        if abs(step) < mpf(10) ** -40:
            break
    tau = exp(s)
    theta = [v / (v + tau) for v in lam]
    zeta = [tau / (v + tau) for v in lam]
    omega = sum(t * t for t in theta) / n
    spare = 1 - omega
    noise = omega * sigma ** 2 / spare
    return [sum(q * z * z for q, z in zip(power, zeta)) / spare + noise,
            sum(q * omega * z * z / (spare * t * t + omega * z * z) for q, z, t in zip(power, zeta, theta)) + noise,
            sum(q * min(z * z / spare, 1) for q, z in zip(power, zeta)) + noise]


def endless(alpha, b, n, sigma):
    law = risks.Law(alpha, b, inf, int(200 * max(2, alpha)))
    values = law.values(n)
    noise = law.omega * sigma ** 2 / (1 - law.omega)
    return [v + noise for v in values[2:5]]


def row(alpha, b, p, n, ridge, sigma, step):
    sigma, step = mpf(sigma), mpf(10) ** step
    curve = lambda x: ([v for v in endless(alpha, b, x, sigma)] if p == inf
                       else listed(alpha, b, mpf(p), x, mpf(ridge), sigma))
    up, down = curve(mpf(n) * exp(step)), curve(mpf(n) * exp(-step))
    print("\t".join(["Infinity" if v == inf else repr(float(v)) for v in (alpha, b, p, n, ridge, sigma)]
                    + [nstr(-log(u / d) / (2 * step), 18) for u, d in zip(up, down)]), flush=True)


if __name__ == "__main__":
    print("# written by generate-local-exponents.py")
    print("# alpha\tb\tp\tn\tridge\tsigma\tstandard\toptimal\tmasked")
    for n in (0.5, 3.3, 20.2, 80.7, 150.1, 198.3, 199.9, 230.0):
        for ridge, sigma in ((0, 0.1), (1e-3, 0), (1e-3, 0.3), (1e6, 0.1)):
            row(2.0, 1.5, 200, n, ridge, sigma, -15)
    for n in (0.5, 20.2, 150.1):
        row(1.1, 3.0, 200, n, 0, 0, -15)
        row(3.0, 9.0, 200, n, 0, 0, -15)
    mp.dps = 45
    for alpha, b in ((1.05, 1.5), (2.0, 1.5), (2.0, 5.0), (3.0, 9.0)):
        for n in (0.5, 37.3, 1e4, 1e8):
            row(alpha, b, inf, n, 0, 0, -9)
            row(alpha, b, inf, n, 0, 0.01, -9)
