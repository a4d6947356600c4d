#!/usr/bin/env python3
"""Writes hard-spectra.tsv and hard-cases.tsv: spectra that defeat a textbook root finder, and their fixed points.

    python3 generate-hard-cases.py      (needs mpmath; 1.3.0 was used)

n = sum w x + n r / tau, x = lambda / (lambda + tau), is solved by bisection on ln(tau), with as many digits as the
spectrum and the ridge span decades, and 80 more, on the doubles that the test uses: eigenvalues, weights, n and ridge are
taken as exact binary numbers. Each row is checked by the sign of the equation on both sides of the root before it is written.
"""
from math import log10

from mpmath import exp, mp, mpf, nstr


def spectra():
    def repeat(*pairs):
        return [(float(v), int(w)) for v, w in pairs]

    def values(vs):
        return [(float(v), 1) for v in vs]

    yield "power 0.5", values([i ** -0.5 for i in range(1, 301)])
    yield "power 1.01", values([i ** -1.01 for i in range(1, 301)])
    yield "power 2", values([i ** -2.0 for i in range(1, 501)])
    yield "power 4", values([i ** -4.0 for i in range(1, 301)])
    yield "power 10", values([i ** -10.0 for i in range(1, 201)])
    yield "exponential 0.1", values([2.0 ** (-i / 8) for i in range(200)])
    yield "exponential, 300 decades", values([10.0 ** (-i) for i in range(300)])
    yield "exponential, 600 decades", values([10.0 ** (300 - 4 * i) for i in range(151)])
    yield "isotropic", repeat((1, 300))
    yield "isotropic tiny", repeat((1e-290, 100))
    yield "two masses, gap 200 decades", repeat((1, 10), (1e-200, 10))
    yield "two masses, gap 600 decades", repeat((1e300, 100), (1e-300, 100))
    yield "three masses", repeat((1, 5), (1e-80, 20), (1e-250, 50))
    yield "spike and bulk", repeat((1e6, 3), (1, 397))
    yield "tall spike", repeat((1e150, 1), (1, 99))
    yield "huge multiplicity", repeat((2, 1000000), (1e-3, 1000000), (1e-9, 7))
    yield "staircase", repeat(*[(10.0 ** (-7 * k), k + 1) for k in range(30)])
    yield "nearly equal", values([1 + 2.0 ** -40 * i for i in range(100, 0, -1)])
    yield "large", values([1e200 * i ** -1.5 for i in range(1, 201)])
    yield "one feature", repeat((0.7, 1))


def sample_sizes(rank):
    yield 0.5 * rank
    yield rank * (1 - 1e-9)
    yield rank - 1e-6 * rank
    yield min(1.0, rank / 2)
    yield 1e-3
    yield rank * 0.1 + 0.25
    yield float(int(0.9 * rank)) if rank > 1 else 0.9
    yield float(max(1, rank // 3)) if rank > 1 else 0.3
    yield float(rank // 2) + 1e-7 if rank > 1 else 1e-7


def ridges(largest):
    yield 1e-300
    yield 1e-160
    yield largest * 1e-6
    yield largest * 0.3
    yield 1e300


def solve(nodes, n, r):
    nodes = [(mpf(v), w) for v, w in nodes]
    n, r = mpf(n), mpf(r)

    def excess(tau):
        return sum(w * v / (v + tau) for v, w in nodes) + n * r / tau - n

    low, high = mpf(-2000), mpf(1500)
    for _ in range(220):
        middle = (low + high) / 2
        if excess(exp(middle)) > 0:
            low = middle
        else:
            high = middle
    tau = exp((low + high) / 2)
    assert excess(tau * (1 - mpf(10) ** -30)) > 0 > excess(tau * (1 + mpf(10) ** -30))
    square = sum(w * (v / (v + tau)) ** 2 for v, w in nodes)
    product = sum(w * v * tau / (v + tau) ** 2 for v, w in nodes)
    return tau, square / n, product / n + r / tau


def row(cases, name, nodes, n, r):
    scales = [log10(nodes[0][0]), log10(nodes[-1][0])] + ([log10(r)] if r > 0 else [])
    mp.dps = 80 + int(max(scales) - min(scales))
    tau, omega, rest = solve(nodes, n, r)
    if not mpf(10) ** -307 < tau < mpf(10) ** 307 or omega < mpf(10) ** -300:
        return
    print(name, repr(float(n)), repr(float(r)), nstr(tau, 22), nstr(omega, 22), nstr(rest, 22), sep="\t", file=cases)


with open("hard-spectra.tsv", "w") as known, open("hard-cases.tsv", "w") as cases:
    print("# written by generate-hard-cases.py", file=known)
    print("# eigenvalues are hexadecimal, value*multiplicity", file=known)
    print("# name\teigenvalues", file=known)
    print("# written by generate-hard-cases.py", file=cases)
    print("# spectrum\tn\tridge\ttau\tomega\t1 - omega", file=cases)
    for name, nodes in spectra():
        print(name, " ".join(v.hex() + ("*%d" % w if w > 1 else "") for v, w in nodes), sep="\t", file=known)
        rank = sum(w for _, w in nodes)
        for n in sample_sizes(rank):
            row(cases, name, nodes, n, 0.0)
        largest = nodes[0][0]
        for r in ridges(largest):
            for n in (rank * 0.4, float(rank), rank * 1.7):
                row(cases, name, nodes, n, r)
