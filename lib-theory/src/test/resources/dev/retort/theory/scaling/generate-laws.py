#!/usr/bin/env python3
"""Writes laws.tsv: the constants of scaling laws, to 20 digits.

    python3 generate-laws.py > laws.tsv      (needs mpmath; 1.3.0 was used)

lambda_i = i^-alpha, lambda_i beta_i^2 = i^-b, p infinite, c = (b - 1)/alpha, C = pi/(alpha sin(pi/alpha)). The constants are
those of excess ~ constant n^-exponent. For c < 2 they are C^(b-1) times integrals over u = i^-alpha/tau, taken here by
tanh-sinh in ln u from their definitions, not from the closed forms that the code uses:

    standard    alpha/alpha  int u^(c-1) (1+u)^-2 du                 (zeta = 1/(1+u), 1 - omega = 1/alpha)
    optimal     1/alpha      int u^(c-1) / (1 + u^2/(alpha-1)) du
    mask        1/alpha      int u^(c-1) min(alpha (1+u)^-2, 1) du

and for c > 2 the leading terms C^(2 alpha) zeta(b - 2 alpha) times alpha, alpha - 1, alpha. All parameters are the doubles
that the test uses. What decays slowly, at either end, is integrated by hand.
"""
from mpmath import exp, log, mp, mpf, nstr, pi, quad, sin, sqrt, zeta

mp.dps = 40


def integral(f, c, order, *breaks):
    """int_0^inf u^(c-1) f(u) du for f = f(0) + O(u), f = tail u^-2 + O(u^-order); the ends are taken out."""
    g = lambda s: exp(c * s) * f(exp(s))
    at0, tail = f(mpf(0)), order[0]
    low = lambda s: exp(c * s) * (f(exp(s)) - at0)
    high = lambda s: exp(c * s) * (f(exp(s)) - tail * exp(-2 * s))
    inner = sorted(log(x) for x in breaks)
    a, z = min([mpf(-1)] + inner), max([mpf(1)] + inner)
    points = lambda start, sign: [start + sign * k for k in (0, 2, 5, 10, 20, 40, 80, 160)]
    middle = quad(g, [a] + [s for s in inner if a < s < z] + [z])
    return (quad(low, points(a, -1)[::-1]) + at0 * exp(c * a) / c + middle
            + quad(high, points(z, 1)) + tail * exp((c - 2) * z) / (2 - c))


def constants(alpha, b):
    alpha, b = mpf(alpha), mpf(b)
    c = (b - 1) / alpha
    scale = pi / (alpha * sin(pi / alpha))
    if c > 2:
        head = scale ** (2 * alpha) * zeta(b - 2 * alpha)
        return 2 * alpha, alpha * head, (alpha - 1) * head, alpha * head
    edge = sqrt(alpha) - 1
    power = scale ** (b - 1)
    standard = integral(lambda u: (1 + u) ** -2, c, (1,))
    optimal = integral(lambda u: 1 / (1 + u * u / (alpha - 1)), c, (alpha - 1,)) / alpha
    mask = integral(lambda u: alpha * (1 + u) ** -2 if u > edge else mpf(1), c, (alpha,), edge) / alpha
    return b - 1, power * standard, power * optimal, power * mask


def row(alpha, b):
    exponent, standard, optimal, mask = constants(alpha, b)
    print("\t".join([repr(float(alpha)), repr(float(b))]
                    + [nstr(v, 20) for v in (exponent, standard, optimal, mask, optimal / standard, mask / standard)]),
          flush=True)


if __name__ == "__main__":
    print("# written by generate-laws.py")
    print("# alpha\tb\texponent\tstandard\toptimal\tmask\tgainRatio\tmaskRatio")
    for alpha in (1.0001, 1.01, 1.05, 1.2, 1.5, 2.0, 3.0, 4.7, 10.0):
        for b in (1 + 1e-6, 1.01, 1.25, 1.7, 1 + 0.4 * alpha, 1 + alpha * (1 - 1e-7), 1 + alpha, 1 + alpha * (1 + 1e-4),
                  1 + 1.5 * alpha, 1 + 2 * alpha - 1e-3, 1 + 2 * alpha - 1e-9, 1 + 2 * alpha + 1e-9, 1 + 2 * alpha + 1e-3,
                  2 + 2 * alpha, 25.0, 90.0):
            row(alpha, b)
