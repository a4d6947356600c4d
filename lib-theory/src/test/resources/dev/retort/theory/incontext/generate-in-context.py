#!/usr/bin/env python3
"""Writes in-context.tsv: excess risks of in-context predictors on isotropic features, at high precision.

    python3 generate-in-context.py > in-context.tsv        (needs mpmath; 1.3.0 was used; a few minutes)

Averages over the eigenvalues of a real Wishart matrix by de Bruijn's integration formula, not by the density that the
library uses: with w(x) = x^((a-1)/2) e^(-x/2) and M_ij = int int sign(y - x) x^i y^j w(x) w(y), bordered by int x^i w
for odd N, the mean of sum f(x_i) is half the trace of M^-1 times the derivative of M along w -> w(1 + s f). Monomials,
70 digits, and incomplete gamma functions for the inner integral; the ill-conditioning costs about 25 digits.
Columns: the excess risk for a task of power p with noise variance v.
"""
from mpmath import mp, mpf, matrix, gamma, gammainc, sqrt, nstr, quad, linspace

mp.dps = 70


def rule(top, panels, degree):
    import mpmath.calculus.quadrature as q
    nodes = q.GaussLegendre(mp).calc_nodes(degree, mp.prec)
    out = []
    even = linspace(0, top, panels + 1)
    edges = [mpf(0)] + [even[1] * mpf(2) ** -j for j in range(26, 0, -1)] + even[1:]      # for a tiny ridge
    for low, high in zip(edges[:-1], edges[1:]):
        for z, weight in nodes:
            t = (low + high) / 2 + (high - low) / 2 * z
            out.append((t * t, 2 * t * weight * (high - low) / 2))
    return out


class Eigenvalues:
    def __init__(self, n, d):
        N, a = min(n, d), abs(n - d)
        self.N = N
        self.size = N + N % 2
        self.points = rule(sqrt(mpf(n)) + sqrt(mpf(d)) + 20, 14, 5)
        half = mpf(a - 1) / 2
        self.values, self.inner = [], []      # x^i w(x), and int sign(x - y) y^i w(y) dy, at each point
        self.whole = [2 ** (half + i + 1) * gamma(half + i + 1) for i in range(N)]
        for x, weight in self.points:
            w = x ** half * mp.exp(-x / 2)
            self.values.append([weight * w * x ** i for i in range(N)])
            low = gammainc(half + 1, 0, x / 2)
            row = []
            s, below = half + 1, low          # gamma(s+1, z) = s gamma(s, z) - z^s e^-z
            for i in range(N):
                row.append(2 * 2 ** (s) * below - self.whole[i])
                below = s * below - (x / 2) ** s * mp.exp(-x / 2)
                s += 1
            self.inner.append(row)
        self.inverse = self.skew(lambda x: mpf(1), half=True) ** -1

    def skew(self, f, half=False):
        M = matrix(self.size, self.size)
        fx = [f(x) for x, _ in self.points]
        A = matrix(self.N, self.N)
        for q in range(len(fx)):
            for i in range(self.N):
                left = fx[q] * self.values[q][i]
                for j in range(self.N):
                    A[i, j] += left * self.inner[q][j]
        for i in range(self.N):
            for j in range(self.N):
                M[i, j] = -A[i, j] if half else -(A[i, j] - A[j, i])
            if self.size > self.N:
                edge = sum(fx[q] * self.values[q][i] for q in range(len(fx)))
                M[i, self.N], M[self.N, i] = edge, -edge
        return M

    def mean(self, f):
        P = self.inverse * self.skew(f)
        return sum(P[i, i] for i in range(self.size)) / 2


def excess(e, d, p, v, missed, gain):
    return p / d * ((d - e.N) * missed(mpf(0)) ** 2 + e.mean(lambda x: missed(x) ** 2)) + v * e.mean(gain)


def row(d, n, p, v):
    d_, n_, p, v = mpf(d), mpf(n), mpf(p), mpf(v)
    e = Eigenvalues(n, d)
    assert abs(e.mean(lambda x: mpf(1)) - e.N) < mpf(10) ** -30
    assert abs(e.mean(lambda x: x * x) - n * d * (n + d + 1)) < mpf(10) ** -28 * n * d * (n + d)
    out = []
    for k, step in ((1, mpf(1) / 64), (3, mpf(1) / 64), (8, mpf(1) / 128)):
        out.append(excess(e, d_, p, v, lambda x: (1 - step * x) ** k,
                          lambda x: x * sum(step * (1 - step * x) ** j for j in range(k)) ** 2))
    for strength in (mpf(1) / 16, d_ * v / p, mpf(30), mpf(2) ** -30):
        out.append(excess(e, d_, p, v, lambda x: strength / (x + strength), lambda x: x / (x + strength) ** 2))
    print("\t".join([str(d), str(n), nstr(p, 17), nstr(v, 17)] + [nstr(o, 20) for o in out]))


print("# written by generate-in-context.py")
print("# d\tn\tpower\tnoiseVariance\tstep1\tsteps3\tsteps8\tridge\tbayes\tstrongRidge\ttinyRidge")
for d, n, p, v in [(1, 1, 1, 0.25), (1, 4, 2, 1), (5, 1, 1, 0.25), (2, 2, 1, 1), (2, 3, 1, 0.25), (6, 2, 1, 0.5),
                   (3, 3, 1, 0.25), (3, 8, 4, 0.25), (4, 4, 1, 0.0625), (4, 5, 1, 0.25), (5, 4, 1, 1), (8, 5, 1, 0.25),
                   (6, 6, 1, 0.25), (7, 7, 2, 0.125), (8, 12, 1, 0.25), (9, 30, 1, 0.25), (40, 7, 1, 0.25)]:
    row(d, n, p, v)
