#!/usr/bin/env python3
"""Writes random-features.tsv: fixed points of random-feature ridge regression, at high precision.

    python3 generate-random-features.py > random-features.tsv      (needs mpmath; 1.3.0 was used)

(n - df1) (1 - df1/q) tau = n r with df1 = sum w lambda / (lambda + tau) < min(n, q), or df1 = min(n, q) for r = 0, is solved
as it stands on ln(tau), by bisection and the secant method, with as many digits as the spectrum and the ridge span decades, and 100 more, on the
doubles that the test uses. Upsilon is taken from its definition (q/n)[(1 - rho)^2 + rho^2 df2/(q - df2)], rho = 1 - df1/q, and
the derivatives are central differences of solutions with a relative step of 1e-30 (for r = 0 and n = q none exists: nan).
"""
from math import inf, isinf, log10

from mpmath import exp, mp, mpf, nstr

STEP = mpf(10) ** -30


def spectra():
    def repeat(*pairs):
        return [(float(v), int(w)) for v, w in pairs]

    def values(vs):
        return [(float(v), 1) for v in vs]

    yield "power 0.5", values([i ** -0.5 for i in range(1, 61)])
    yield "power 1.5", values([i ** -1.5 for i in range(1, 61)])
    yield "power 6", values([i ** -6.0 for i in range(1, 41)])
    yield "exponential, 200 decades", values([10.0 ** (100 - 8 * i) for i in range(26)])
    yield "isotropic", repeat((3, 100))
    yield "two masses, gap 12 decades", repeat((1, 20), (1e-12, 80))
    yield "two masses, gap 300 decades", repeat((1e150, 10), (1e-150, 10))
    yield "three masses", repeat((1, 5), (1e-80, 20), (1e-200, 50))
    yield "spike and bulk", repeat((1e6, 3), (1, 97))
    yield "one feature", repeat((0.7, 1))


def sizes(rank):
    yield 0.5 * rank, max(1.0, 0.8 * rank)
    yield 0.9 * rank, max(1.0, 0.3 * rank)
    yield max(1.0, 0.4 * rank), max(1.0, 0.4 * rank)
    yield rank * (1 - 1e-9), 3.0 * rank
    yield 2.0 * rank, 1.5 * rank
    yield 0.25 * rank, 1e6 * rank
    yield 7.0 * rank, float(rank)
    yield float(rank), float(rank)
    yield 0.3 * rank, inf
    yield max(1.0, rank // 3) * (1 + 1e-12), max(1.0, float(rank // 3))


def solve(nodes, n, q, r):
    k = min(n, q)
    rank = sum(w for _, w in nodes)
    if r == 0 and k >= rank:
        return mpf(0)

    def too_small(tau):
        df1 = sum(w * v / (v + tau) for v, w in nodes)
        if df1 >= k:
            return True
        return r > 0 and (n - df1) * (1 - df1 / q) * tau < n * r

    def lacking(s):
        df1 = sum(w * v / (v + exp(s)) for v, w in nodes)
        return df1 - k if r == 0 else (n - df1) * (1 - df1 / q) * exp(s) / (n * r) - 1

    low, high = mpf(-1500), mpf(1500)
    for _ in range(80):
        middle = (low + high) / 2
        if too_small(exp(middle)):
            low = middle
        else:
            high = middle
    last, s = low, high
    for _ in range(30):
        at, before = lacking(s), lacking(last)
        if at == before:
            break
        last, s = s, s - at * (s - last) / (at - before)
        if abs(s - last) < mpf(10) ** (-mp.dps // 2):
            break
    else:
        # Next to n = q at df1 = n the root is too close to a double one for the secant method.
        for _ in range(int(3.5 * mp.dps)):
            middle = (low + high) / 2
            if too_small(exp(middle)):
                low = middle
            else:
                high = middle
        s = high
    assert abs(s - high) < mpf(10) ** -15
    return exp(s)


def difference(function, at):
    return (function(at * (1 + STEP)) - function(at * (1 - STEP))) / (2 * STEP * at)


def row(name, nodes, n, q, r):
    exact = [(mpf(v), w) for v, w in nodes]
    n, q, r = mpf(n), mpf(q), mpf(r)
    rank = sum(w for _, w in nodes)
    tau = solve(exact, n, q, r)
    df1 = sum(w * v / (v + tau) for v, w in exact)
    df2 = sum(w * (v / (v + tau)) ** 2 for v, w in exact)
    if isinf(q):
        rho, upsilon = mpf(1), df2 / n
    else:
        rho = 1 - df1 / q
        spread = df2 / (q - df2) if q > df2 else mpf(0)
        upsilon = q / n * ((1 - rho) ** 2 + rho ** 2 * spread)
    if tau == 0 or (r == 0 and n == q):
        derivatives = [mpf("nan")] * 4
    else:
        derivatives = [
            difference(lambda x: solve(exact, x, q, r), n),
            mpf(0) if isinf(q) else difference(lambda x: solve(exact, n, x, r), q),
            difference(lambda x: solve(exact, n, q, x), r) if r > 0 else mpf("nan"),
            # Of one feature alone.
            difference(lambda x: solve([(x, 1), (exact[0][0], exact[0][1] - 1)] + exact[1:], n, q, r), exact[0][0]),
        ]
    if r == 0 and q <= n:
        rho = mpf(0)
    spare = mpf(0) if r == 0 and n == q else 1 - upsilon
    numbers = [tau, tau * rho, df1, q - df2, upsilon, spare] + derivatives
    fields = [repr(float(n)), "Infinity" if isinf(q) else repr(float(q)), repr(float(r))]
    fields += ["Infinity" if x == inf else "NaN" if x != x else nstr(x, 20) for x in numbers]
    print("\t".join(["case", name] + fields))


def main():
    for name, nodes in spectra():
        rank = sum(w for _, w in nodes)
        text = " ".join(repr(v) + ("" if w == 1 else "*%d" % w) for v, w in nodes)
        print("\t".join(["spectrum", name, text]))
        smallest, largest = nodes[-1][0], nodes[0][0]
        for n, q in sizes(rank):
            for r in [0.0, smallest * 1e-12, (smallest * largest) ** 0.5 * 0.1, largest * 10]:
                decades = log10(largest) - log10(smallest) + 60
                mp.dps = int(120 + 1.2 * decades)
                row(name, nodes, n, q, r)


print("# n, q, r, tau (nu2), nu1, df1, q - df2, Upsilon, 1 - Upsilon, dtau/dn, dtau/dq, dtau/dr, dtau/dlambda_1")
main()
