#!/usr/bin/env python3
"""Writes power-law-risks.tsv: equivalents and risks of power laws with and without end, to 18 digits.

    python3 generate-power-law-risks.py > power-law-risks.tsv      (needs mpmath; 1.3.0 was used; two minutes)

lambda_i = i^-alpha, lambda_i beta_i^2 = i^-b, i = 1 ... p (p may be inf). The first M terms of a sum are added, the others
taken by the formula of Euler and Maclaurin with the integral in closed form (2F1) and derivatives by Cauchy's formula; of a
law with an end the sum from p + 1 on is taken off. tau is the root of n = sum lambda/(lambda + tau), by Newton. Everything is
computed twice, with another M, and must agree to 18 digits. All parameters are the doubles that the test uses.
"""
from multiprocessing import Pool

from mpmath import bernoulli, exp, expjpi, floor, hyp2f1, inf, log, mp, mpf, nstr, pi, sin, sqrt

mp.dps = 45


class Law:
    def __init__(self, alpha, b, p, first):
        self.alpha, self.b, self.p, self.first = mpf(alpha), mpf(b), mpf(p), first

    def tail(self, power, order, kind, start):
        """sum_{i >= start} i^-power (1 + kind(i))^-order and so on; kind = factor, steepness of what is added to one."""
        factor, steep = kind
        f = lambda i: i ** -power * (1 + factor * i ** -steep) ** -order
        a = mpf(start)
        radius, size = a / 12, 64
        values = [f(a + radius * expjpi(mpf(2 * j) / size)) for j in range(size)]
        series = [(sum(values[j] * expjpi(-mpf(2 * j * k) / size) for j in range(size)) / size / radius ** k).real
                  for k in range(16)]
        x = (power - 1) / steep
        integral = a ** (1 - power) / (power - 1) * hyp2f1(order, x, 1 + x, -factor * a ** -steep)
        return integral + f(a) / 2 - sum(bernoulli(2 * k) / (2 * k) * series[2 * k - 1] for k in range(1, 8))

    def total(self, power, order, kind, start=1, stop=None):
        """The same from start up to stop, or p."""
        factor, steep = kind
        stop = self.p if stop is None else stop
        from_tail = max(self.first, start)
        head = sum(mpf(i) ** -power * (1 + factor * mpf(i) ** -steep) ** -order
                   for i in range(start, int(min(from_tail, stop + 1))))
        if stop < from_tail:
            return head
        rest = self.tail(power, order, kind, from_tail)
        return head + rest - (0 if stop == inf else self.tail(power, order, kind, stop + 1))

    def learnt(self, tau, order):
        return tau ** -order * self.total(self.alpha * order, order, (1 / tau, self.alpha))

    def solve(self, n):
        n = mpf(n)
        scale = pi / (self.alpha * sin(pi / self.alpha))
        s = self.alpha * log(scale / (n + mpf(1) / 2))
        for _ in range(100):
            tau = exp(s)
            df1, df2 = self.learnt(tau, 1), self.learnt(tau, 2)
            step = log(df1 / n) * df1 / (df1 - df2)
            s += max(min(step, 3), -3)
            if abs(step) < mpf(10) ** -24:
                break
        else:
            raise ArithmeticError("no root")
        self.tau = exp(s)
        self.omega = self.learnt(self.tau, 2) / n

    def values(self, n):
        self.solve(n)
        tau, omega, spare = self.tau, self.omega, 1 - self.omega
        missed = (2, (1 / tau, self.alpha))
        standard = self.total(self.b, *missed) / spare
        optimal = self.total(self.b, 1, (spare / omega / tau ** 2, 2 * self.alpha))
        kept = int(min(floor((tau * (1 / sqrt(spare) - 1)) ** (-1 / self.alpha)), self.p))
        masked = self.total(self.b, *missed, 1, kept) / spare
        masked += self.total(self.b, 1, (mpf(0), self.alpha), kept + 1) if kept < self.p else 0
        return tau, omega, standard, optimal, masked, mpf(kept)


def line(case):
    alpha, b, n, p = case
    one = Law(alpha, b, p, int(160 * max(2, alpha))).values(n)
    two = Law(alpha, b, p, int(211 * max(2, alpha))).values(n)
    for x, y in zip(one, two):
        assert abs(x - y) <= abs(x) * mpf(10) ** -18, (case, nstr(x, 30), nstr(y, 30))
    return "\t".join(["Infinity" if v == inf else repr(float(v)) for v in case] + [nstr(v, 18) for v in two[:5]]
                     + [str(int(two[5]))])


if __name__ == "__main__":
    print("# written by generate-power-law-risks.py")
    print("# alpha\tb\tn\tp\ttau\tomega\tstandard\toptimal\tmasked\tmaskSize")
    cases = [(alpha, b, n, inf)
             for alpha in (1.01, 1.1, 1.5, 2.0, 2.7, 4.0, 6.5, 10.0)
             for b in (1.01, 1.7, alpha + 1, 2 * alpha + 1, 2 * alpha + 1.001, 25.0)
             for n in (0.5, 37.25, 1e4, 1e9)]
    cases += [(2.0, 1.5, 200.0, inf), (1.5, 2.0, 50.0, inf), (3.0, 1.2, 1000.0, inf)]
    cases += [(alpha, b, n, p)
              for alpha, b in ((1.01, 1.5), (1.5, 1.2), (2.0, 3.0), (3.0, 9.0))
              for n, p in ((0.5, 1e5), (1e3, 1e7), (2e6, 1e7), (1e5, 1e15), (1e12, 1e15))]
    with Pool(2) as pool:
        for text in pool.imap(line, cases, chunksize=2):
            print(text, flush=True)
