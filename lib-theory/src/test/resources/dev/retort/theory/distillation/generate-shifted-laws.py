#!/usr/bin/env python3
"""Prints the excess risks that ShiftedLawsTest expects: pipelines on power laws without end, with masks and other laws.

    python3 generate-shifted-laws.py      (needs mpmath; five minutes)

Every sum over features is one of 30 digits: features one by one up to 2500, then panels of ln i of width 1/3 with 26 points
of Gauss and Legendre, up to ln i = 420, with Gregory's corrections of order 14 at every end. tau is found by bisection.
"""
from fractions import Fraction
from mpmath import mp, mpf
mp.dps = 30


def gregory(order):
    G = [Fraction(0)] * (order + 2)
    G[0] = Fraction(1)
    for n in range(1, order + 2):
        G[n] = Fraction((-1) ** n, n + 1) * 1
        s = Fraction(0)
        for k in range(n):
            s += G[k] * Fraction((-1) ** (n - k), n - k + 1)
        G[n] = -s
    return [abs(G[k + 1]) for k in range(1, order + 1)]

ORDER = 14
C = gregory(ORDER)


def endw():
    w = [Fraction(0)] * (ORDER + 1)
    w[0] = Fraction(1, 2)
    d = [Fraction(0)] * (ORDER + 1)
    d[0] = Fraction(1)
    for c in C:
        for j in range(ORDER, 0, -1):
            d[j] -= d[j - 1]
        for j in range(ORDER + 1):
            w[j] += c * d[j]
    return [mpf(x.numerator) / x.denominator for x in w]

EW = endw()


def gl(n):
    pts = []
    for i in range(n):
        x = mp.cos(mp.pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(60):
            p0, p1 = (mpf(1), x)
            for k in range(2, n + 1):
                p0, p1 = (p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k)
            dp = n * (x * p1 - p0) / (x * x - 1)
            dx = p1 / dp
            x -= dx
            if abs(dx) < mpf(10) ** (-28):
                break
        p0, p1 = (mpf(1), x)
        for k in range(2, n + 1):
            p0, p1 = (p1, ((2 * k - 1) * x * p1 - (k - 1) * p0) / k)
        dp = n * (x * p1 - p0) / (x * x - 1)
        pts.append((x, 2 / ((1 - x * x) * dp * dp)))
    return pts

PT = gl(26)


def seg(a, b, M=2500, width=mpf(1) / 3, top=None):
    """nodes of i=a..b; b None: to infinity, up to ln index top"""
    out = []
    if b is not None and b <= max(a, M) + 200:
        return [(mpf(i), mpf(1)) for i in range(a, b + 1)]
    start = a
    if a < M:
        start = M
        for i in range(a, M + 1):
            out.append((mpf(i), 1 - EW[M - i] if M - i <= ORDER else mpf(1)))
    else:
        for j in range(ORDER + 1):
            out.append((mpf(a + j), EW[j]))
    L0 = mp.log(start)
    L1 = mp.log(b) if b is not None else mpf(top)
    n = int(mp.ceil((L1 - L0) / width))
    h = (L1 - L0) / n
    for p in range(n):
        l = L0 + p * h
        for x, w in PT:
            i = mp.exp(l + h * (1 + x) / 2)
            out.append((i, w * h / 2 * i))
    if b is not None:
        for j in range(ORDER + 1):
            out.append((mpf(b - j), EW[j]))
    return out


def nodes(cuts, top):
    out = []
    a = 1
    for c in sorted(set(cuts)):
        out += seg(a, c)
        a = c + 1
    return out + seg(a, None, top=top)


class Law:

    def __init__(s, a, c=1, sh=0):
        s.a, s.c, s.s = (mpf(a), mpf(c), mpf(sh))

    def __call__(s, i):
        return s.c * (i + s.s) ** (-s.a)


def tau(N, law, mask, n, r):
    w = [(law(i), W) for i, W in N if mask is None or i <= mask]
    n = mpf(n)
    r = mpf(r)
    if r == 0 and mask is not None and (n >= mask):
        return (mpf(0), w)
    f = lambda t: sum((l / (l + t) * W for l, W in w)) + n * r / t - n
    s0, s1 = (mp.log(mpf(10) ** (-1)), None)
    lo, hi = (mpf(-200), mpf(60))
    for _ in range(40):
        m = (lo + hi) / 2
        if f(mp.exp(m)) > 0:
            lo = m
        else:
            hi = m
    s = mp.findroot(lambda s: f(mp.exp(s)), (lo, hi), solver='anderson', tol=mpf(10) ** (-50), verify=False)
    return (mp.exp(s), w)


def run(task, b, const, stages, sigma, top):
    cuts = [m for _, m, _, _ in stages if m]
    N = nodes(cuts, top)
    lam = [task(i) for i, _ in N]
    P = [W * (i ** (-mpf(b)) if const is None else task(i) * mpf(const) ** 2) for i, W in N]
    W = [w for _, w in N]
    mean = [mpf(1)] * len(N)
    var = [mpf(0)] * len(N)
    res = []
    for law, m, n, r in stages:
        law = law or task
        t, w = tau(N, law, m, n, r)
        L = [law(i) for i, _ in N]
        seen = [m is None or i <= m for i, _ in N]
        th = [l / (l + t) if s else mpf(0) for l, s in zip(L, seen)]
        ze = [t / (l + t) if s else mpf(1) for l, s in zip(L, seen)]
        rho = [a / c for a, c in zip(L, lam)]
        spare = sum((l * t / (l + t) ** 2 * ww for l, ww in w)) + n * mpf(r) / t if t > 0 else n - mpf(m)
        A = (mpf(sigma) ** 2 + sum((q * z * z * (p * mm * mm + v) for q, z, p, mm, v in zip(rho, ze, P, mean, var)))) / spare
        var = [x * x * v + ww * x * x / q * A for x, v, ww, q in zip(th, var, W, rho)]
        mean = [x * mm for x, mm in zip(th, mean)]
        res.append(sum((p * (mm - 1) ** 2 + v for p, mm, v in zip(P, mean, var))))
    return res

cases = [('2,1,0;1.5;300,0,200,1.8,1,0|100,1e-3,-,3,2,10', Law(2), 1.5, None, [(Law('1.8'), 200, 300, 0), (Law(3, 2, 10), None, 100, '1e-3')], '0.1', 420), ('1.2,1,0;1.3;1000,0,-,1.1,1,0|20000,0,5000,-', Law('1.2'), '1.3', None, [(Law('1.1'), None, 1000, 0), (None, 5000, 20000, 0)], '0.2', 420), ('2,1,1e6;1.2;500,1e-14,-,2.1,3,0.5', Law(2, 1, 10 ** 6), '1.2', None, [(Law('2.1', 3, '0.5'), None, 500, '1e-14')], '0.0', 420), ('1.3,1,0;c0.5;50,0,-,1.2,1,2|700,0,100000,1.6,1,0', Law('1.3'), None, '0.5', [(Law('1.2', 1, 2), None, 50, 0), (Law('1.6'), 100000, 700, 0)], '0.3', 420), ('3,1,0;1.2;40,0,20,-|40,0,-,3.4,1,0', Law(3), '1.2', None, [(None, 20, 40, 0), (Law('3.4'), None, 40, 0)], '0.1', 420)]


if __name__ == '__main__':
    for name, *rest in cases:
        print(name, *[mp.nstr(x, 20) for x in run(*rest)], flush=True)
