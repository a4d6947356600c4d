#!/usr/bin/env python3
"""Writes power-laws.tsv: tau, omega and risks of power laws without end, to 17 digits.

    python3 generate-power-laws.py > power-laws.tsv      (needs mpmath; 1.3.0 was used)

lambda_i = scale (i + shift)^-alpha, lambda_i beta_i^2 = i^-b. A sum over i is taken term by term up to N, then by the
formula of Euler and Maclaurin, the integral by mpmath's tanh-sinh rule on pieces of ln i and the derivatives by Cauchy's
formula; tau is the root of n = sum lambda/(lambda + tau), by secants. All parameters are the doubles that the test uses.
"standard" is sum i^-b zeta^2 / (1 - omega), "optimal" is sum i^-b omega zeta^2 / ((1 - omega) theta^2 + omega zeta^2).
Every row is computed twice, with another N and other pieces, and must agree to 17 digits.
"""
from multiprocessing import Pool

from mpmath import bernoulli, exp, expjpi, findroot, log, mp, mpf, nstr, pi, quad, sin

mp.dps = 34


def total(f, first, cut, pieces):
    """The sum of f(i), i = 1, 2, ...; f decays at least like a power of i."""
    head = sum(f(mpf(i)) for i in range(1, first))
    a = mpf(first)
    start, stop = log(a), log(cut)
    edges = [start + (stop - start) * k / pieces for k in range(pieces + 1)] + [stop + step for step in (1, 2, 4, 8, 16, 40, 160, 640, 4000)]
    integral = quad(lambda u: f(exp(u)) * exp(u), edges)
    series = derivatives(f, a, 12)
    end = f(a) / 2 - sum(bernoulli(2 * k) / (2 * k) * series[2 * k - 1] for k in range(1, 7))
    return head + integral + end


def derivatives(f, a, count):
    """Taylor coefficients of f at a, by Cauchy's formula on a circle well within the nearest pole."""
    radius, size = a / 8, 64
    values = [f(a + radius * expjpi(mpf(2 * j) / size)) for j in range(size)]
    return [(sum(values[j] * expjpi(-mpf(2 * j * k) / size) for j in range(size)) / size / radius ** k).real
            for k in range(count)]


def row(alpha, scale, shift, b, n, first, pieces):
    alpha, scale, shift, b, n = map(mpf, (alpha, scale, shift, b, n))
    ratio = lambda i, tau: scale / tau * (i + shift) ** -alpha
    theta = lambda i, tau: 1 / (1 + 1 / ratio(i, tau))
    c = pi / (alpha * sin(pi / alpha))
    s = log(scale) + alpha * log(c / (n + shift + mpf(1) / 2))
    cut = c * (n + shift + 10)
    go = lambda f: total(f, first, max(cut, mpf(2 * first)), pieces)
    s = findroot(lambda s: log(go(lambda i: theta(i, exp(s))) / n), (s, s + mpf(1) / 100), solver="secant", tol=1e-50)
    tau = exp(s)
    omega = go(lambda i: theta(i, tau) ** 2) / n
    zeta = lambda i: 1 / (1 + ratio(i, tau))
    standard = go(lambda i: i ** -b * zeta(i) ** 2) / (1 - omega)
    optimal = go(lambda i: i ** -b * omega / ((1 - omega) * ratio(i, tau) ** 2 + omega))
    return tau, omega, standard, optimal


def line(case):
    fine = max(1, round(case[0] / 2))
    one = row(*case, 200, 14 * fine)
    two = row(*case, 260, 17 * fine)
    for x, y in zip(one, two):
        assert abs(x - y) <= abs(x) * mpf(10) ** -17, (case, nstr(x, 30), nstr(y, 30))
    return "\t".join([repr(float(v)) for v in case] + [nstr(v, 17) for v in two])


if __name__ == "__main__":
    print("# written by generate-power-laws.py")
    print("# alpha\tscale\tshift\tb\tn\ttau\tomega\tstandard\toptimal")
    laws = ((1.05, 1, 0, 1.25), (1.5, 1, 0, 2), (2, 1, 0, 1.5), (3, 1, 0, 1.25), (8, 1, 0, 4),
            (1.5, 0.3, -0.75, 2), (2, 7, 12.5, 1.5), (3, 1e-9, 3000, 3))
    cases = [law + (n,) for law in laws for n in (0.5, 1e3, 1e7)]
    with Pool(2) as pool:
        for text in pool.imap(line, cases):
            print(text, flush=True)
