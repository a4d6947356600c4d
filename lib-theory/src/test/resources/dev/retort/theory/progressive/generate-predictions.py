#!/usr/bin/env python3
"""Writes predictions.tsv: numbers of samples and probabilities of telling the support of a parity, at high precision.

    python3 generate-predictions.py > predictions.tsv        (needs mpmath; 1.3.0 was used; a minute)

Columns: what, its arguments, its value. Coefficients H(d, 0, s) are summed from their definition. Probabilities are integrals
over the largest coefficient off the support, by tanh-sinh quadrature at 40 digits; the library has Gauss-Legendre panels.
"""
from fractions import Fraction
from math import comb

from mpmath import mp, mpf, binomial, cosh, coth, erfc, exp, log, nstr, quad, sinh, sqrt, pi

mp.dps = 40


def coefficient(d, b, s):
    def krawtchouk(m):
        return sum((-1) ** j * comb(s, j) * comb(d - s, m - j) for j in range(max(0, m - d + s), min(s, m) + 1))
    total = Fraction(sum(krawtchouk(m) for m in range(d + 1) if d - 2 * m + b >= 0), 2 ** d)
    return mpf(total.numerator) / total.denominator


def row(what, arguments, value):
    print(f"{what}\t{' '.join(str(a) for a in arguments)}\t{nstr(value, 22)}")


def density(t, mean, dev):
    return sum(exp(-((t + sign * mean) / dev) ** 2 / 2) for sign in (1, -1)) / (dev * sqrt(2 * pi))


def tail(t, mean, dev):
    return sum(erfc((t + sign * mean) / dev / sqrt(2)) for sign in (1, -1)) / 2


def exceeds(k, mean, dev, others, mean2, dev2):
    marks = sorted({mpf(0)} | {x for x in [mean2 + j * dev2 for j in range(-12, 13, 2)]
                               + [mean + j * dev for j in range(-12, 13, 2)] if 0 < x < mean2 + 14 * dev2}
                   | {mean2 + 14 * dev2})
    return quad(lambda t: others * (1 - tail(t, mean2, dev2)) ** (others - 1) * density(t, mean2, dev2)
                * tail(t, mean, dev) ** k, marks)


print("# written by generate-predictions.py")
print("# what\targuments\tvalue")
for d, k, gap, bound, delta in [(50, 6, mpf(1) / 6, mpf("1.5"), mpf("0.05")), (9, 2, mpf("0.25"), mpf(1), mpf("0.01"))]:
    row("hoeffding", [d, k, float(gap), float(bound), float(delta)], 8 * bound ** 2 / gap ** 2 * log((2 * d - k) / delta))
for d, k in [(21, 4), (20, 3)]:
    gamma = abs(coefficient(d, 0, k - 1)) - abs(coefficient(d, 0, k + 1))
    row("oneShotHoeffding", [d, k, 0.05], 8 / gamma ** 2 * log((2 * d - k) / mpf("0.05")))
    row("oneShotBernstein", [d, k, 0.05],
        (8 * coefficient(d, 0, 0) / gamma ** 2 + 8 / (3 * gamma)) * log((2 * d - k) / mpf("0.05")))
for d, k in [(50, 6), (30, 5)]:
    gap = mpf(comb(k - 1, k // 2)) / 2 ** (k - 1)
    row("oneHotHoeffding", [d, k, 0.05], 8 / gap ** 2 * log((2 * d - k) / mpf("0.05")))
row("l1Leakage", [50, 6, 0.1, 0.05], 2 * (44 / mpf("0.1")) ** 2 * log(88 / mpf("0.05")))
for d, k, b, n in [(21, 4, 0, 548657), (21, 4, 0, 100000), (29, 4, 0, 1000000), (20, 3, 4, 3000), (15, 6, 0, 50), (9, 1, 0, 20),
                   (101, 2, 0, 5000)]:
    on, inside, outside = coefficient(d, b, 0), abs(coefficient(d, b, k - 1)), abs(coefficient(d, b, k + 1))
    row("gaussian", [d, k, b, n], exceeds(k, inside, sqrt((on - inside ** 2) / n),
                                          d - k, outside, sqrt((on - outside ** 2) / n)))
for d, k in [(49, 4), (21, 4), (30, 6), (12, 3)]:
    inside, outside = abs(coefficient(d, 0, k - 1)), abs(coefficient(d, 0, k + 1))
    row("ordered", [d, k], exceeds(k, mpf(0), inside, d - k, mpf(0), outside))
for d, k, tau, p in [(50, 6, 0.01, 0.5), (10, 2, 0.5, 0.25), (500, 250, 1, 1)]:
    row("queries", [d, k, tau, p], max(0, mpf(tau) ** 2 * (mpf(p) * binomial(d, k) - 1)))
for d, k in [(50, 6), (3000, 1500)]:
    row("exhaustive", [d, k, 0.05], log(binomial(d, k) / mpf("0.05"), 2))
for d, s in [(50, 1), (50, 6), (7, 7)]:
    row("exponentialEigenvalue", [d, s], cosh(mpf(1) / d) ** (d - s) * sinh(mpf(1) / d) ** s)
row("exponentialRatio", [50, 1, 6], coth(mpf(1) / 50) ** 5)
