"""Writes steps.tsv: one step of test-time training, exact, computed with 60 digits. Usage: python3 generate-steps.py > steps.tsv

Moments are those of a context vector that is Gaussian given t = |y|^2/s, u | t ~ N(t g, t K), as polynomials in t about zero,
averaged with E t^j = n(n+2)...(n+2j-2); weights that are multiples of the identity are computed again from closed forms in
scalars, and both must agree. Numbers of the input are doubles, taken as they are. Needs mpmath.
"""
import random
from mpmath import mp, mpf, matrix, eye, zeros, sqrt, nstr, lu_solve

mp.dps = 60


def numbers(words):
    return [mpf(float(w)) for w in words]


def square(text, d):
    kind, rest = text.split(" ", 1) if " " in text else (text, "")
    if kind == "isotropic":
        return mpf(float(rest)) * eye(d)
    if kind == "diagonal":
        return mp.diag(numbers(rest.split()))
    if kind == "full":
        return matrix([numbers(row.split()) for row in rest.split(";")])
    raise ValueError(text)


def vector(text, d):
    kind, rest = text.split(" ", 1)
    if kind == "constant":
        return matrix([mpf(float(rest))] * d)
    return matrix(numbers(rest.split()))


def tr(a):
    return sum(a[i, i] for i in range(a.rows))


def inner(a, b):
    return sum(a[i, j] * b[i, j] for i in range(a.rows) for j in range(a.cols))


def dot(a, b):
    return sum(a[i] * b[i] for i in range(len(a)))


class Poly(dict):
    def __add__(self, o):
        return Poly({j: self.get(j, mpf(0)) + o.get(j, mpf(0)) for j in set(self) | set(o)})

    def __mul__(self, o):
        r = Poly()
        for i, a in self.items():
            for j, b in o.items():
                r[i + j] = r.get(i + j, mpf(0)) + a * b
        return r

    def times(self, c):
        return Poly({j: c * a for j, a in self.items()})

    def mean(self, n):
        total = mpf(0)
        for j, a in self.items():
            e = mpf(1)
            for i in range(j):
                e *= n + 2 * i
            total += a * e
        return total


def pretrained(S, Sb, n, v0):
    d = S.rows
    tau = tr(S * Sb) + v0
    W = Sb * S * ((n + 1) * Sb * S + tau * eye(d)) ** -1 * S ** -1
    return W, v0 + tr(S * Sb) - n * tr(S * W * S * Sb)


def step(S, beta, v, W, n, ne):
    g = S * beta
    q = dot(beta, g)
    s = q + v
    K = s * S - g * g.T
    S2, S3 = S * S, S * S * S
    KK = K * K
    KKK = KK * K

    def M(n):
        return n * (n + 1) * g * g.T + n * s * S

    def N(n):
        return n * g * beta.T - M(n) * W.T

    m = beta - ne * W * g
    Wg = W * g
    L0 = v + dot(m, S * m) + ne * (dot(Wg, S * Wg) + s * inner(W, S * W * S))

    def parts(Q):
        R = W.T * Q * W
        c = W.T * (Q * beta)
        Rg = R * g
        kQ = Poly({0: dot(beta, Q * beta), 1: inner(R, K) - 2 * dot(c, g), 2: dot(g, Rg)})
        return R, c, Rg, kQ

    def F2(P, Q):
        R, c, Rg, kQ = parts(Q)
        Kg = K * g
        PK = P * K
        kP = Poly({1: tr(PK), 2: dot(g, P * g)})
        gPK = K * (P * g)
        cov = Poly({2: 2 * inner((PK * R).T, K) - 4 * dot(gPK, c), 3: 4 * dot(gPK, Rg)})
        return (kP * kQ + cov).mean(n)

    k1 = Poly({1: tr(K), 2: dot(g, g)})
    k11 = Poly({2: 2 * inner(K, K), 3: 4 * dot(g, K * g)})

    def F3(Q):
        R, c, Rg, kQ = parts(Q)
        k13 = Poly({2: 2 * inner(R, KK) - 4 * dot(g, K * c), 3: 4 * dot(g, K * Rg)})
        k113 = Poly({3: 8 * inner(R, KKK) - 16 * dot(g, KK * c),
                     4: 8 * dot(K * g, R * (K * g)) + 16 * dot(g, KK * Rg)})
        return (k1 * k1 * kQ + k11 * kQ + (k1 * k13).times(2) + k113).mean(n)

    F4 = (k1 * k1 + k11).mean(n)
    Nn, Ne = N(n), N(ne)
    Me = M(ne)
    fresh = (2 * inner(Nn * S, Ne * S), 4 * F2(Me, S3), 4 * tr(S2) * (F2(Me, S) + v * inner(Me, M(n))))
    same = (2 * F2(eye(S.rows), S2), 4 * F3(S3), 4 * tr(S2) * (F3(S) + v * F4)) if n == ne else None
    return L0, fresh, same


def scalar(d, p, v, w, n):
    """S = I, W = wI, |beta|^2 = p."""
    e = [mpf(1)]
    for j in range(6):
        e.append(e[-1] * (n + 2 * j))
    s, m = p + v, mpf(d - 1)
    U2 = n * (n + 1) * p + n * d * s
    H2 = p * (p * e[2] + v * e[1])
    H3 = p ** 2 * (p * e[3] + 3 * v * e[2])
    HU2 = p * (p * e[3] + (3 * v + m * s) * e[2])
    H2U2 = p * (p ** 2 * e[4] + 6 * p * v * e[3] + 3 * v ** 2 * e[2] + m * s * (p * e[3] + v * e[2]))
    U4 = p ** 2 * e[4] + (6 * p * v + 2 * m * s * p) * e[3] + (3 * v ** 2 + 2 * m * s * v + m * (m + 2) * s ** 2) * e[2]
    HU4 = p * (p ** 2 * e[5] + 10 * p * v * e[4] + 15 * v ** 2 * e[3] + 2 * m * s * (p * e[4] + 3 * v * e[3])
               + m * (m + 2) * s ** 2 * e[3])
    U6 = (p ** 3 * e[6] + 15 * p ** 2 * v * e[5] + 45 * p * v ** 2 * e[4] + 15 * v ** 3 * e[3]
          + 3 * m * s * (p ** 2 * e[5] + 6 * p * v * e[4] + 3 * v ** 2 * e[3])
          + 3 * m * (m + 2) * s ** 2 * (p * e[4] + v * e[3]) + m * (m + 2) * (m + 4) * s ** 3 * e[3])
    L0 = v + p - 2 * w * n * p + w ** 2 * (n * (n + 1) * p + n * d * s)
    T1 = p * H2 - 2 * w * H3 + w ** 2 * H2U2
    T2 = p * U2 - 2 * w * HU2 + w ** 2 * U4
    T3 = p * U4 - 2 * w * HU4 + w ** 2 * U6
    Af = n * (n + 1) * T1 + n * s * T2
    Ff = (n * (n + 1) * p + n * s) ** 2 + m * n ** 2 * s ** 2
    fresh = (2 * mpf(n) ** 2 * (((1 - w * (n + 1)) * p - w * s) ** 2 + m * w ** 2 * s ** 2), 4 * Af, 4 * d * (Af + v * Ff))
    same = (2 * T2, 4 * T3, 4 * d * (T3 + v * U4))
    return L0, fresh, same


def close(a, b):
    return abs(a - b) <= mpf(10) ** -40 * max(abs(a), abs(b))


def row(name, d, n, ne, k, npt, S, Sb, beta, noise, noise0, start):
    v, v0 = mpf(float(noise)) ** 2, mpf(float(noise0)) ** 2
    scalars = S == "isotropic 1" and Sb.startswith("isotropic") and (start in ("pretrained", "zero"))
    results = []
    least = None
    if d <= 60:
        SS, SSb, b = square(S, d), square(Sb, d), vector(beta, d)
        best, least = pretrained(SS, SSb, npt, v0)
        W = best if start == "pretrained" else zeros(d) if start == "zero" else square(start, d)
        results.append(step(SS, b, v, W, n, ne))
        trace, norm = tr(W), inner(W, W)
    if scalars and n == ne:
        nu = mpf(float(Sb.split()[1]))
        w = 1 / (npt + d + 1 + v0 / nu) if start == "pretrained" else mpf(0)
        least = v0 + d * nu - npt * d * nu / (npt + d + 1 + v0 / nu)
        results.append(scalar(d, dot(vector(beta, d), vector(beta, d)), v, w, n))
        trace, norm = d * w, d * w * w
    L0, fresh, same = results[0]
    for other in results[1:]:
        assert close(L0, other[0]) and all(close(a, b) for a, b in zip(fresh, other[1])), name
        assert all(close(a, b) for a, b in zip(same, other[2])), name
    out = [trace, norm, least, L0, *fresh, *(same or [mpf("nan")] * 3)]
    print("\t".join([name, str(d), str(n), str(ne), str(k), str(npt), S, Sb, beta, repr(float(noise)), repr(float(noise0)),
                     start] + [nstr(x, 22) for x in out]))


def full(rows):
    return "full " + ";".join(" ".join(repr(x) for x in r) for r in rows)


def wishart(d, rank, rng, scale):
    f = [[rng.gauss(0, 1) * scale ** (j / d) for j in range(rank)] for _ in range(d)]
    return [[sum(f[i][l] * f[j][l] for l in range(rank)) / rank + (0.05 if i == j and rank >= d else 0.0)
             for j in range(d)] for i in range(d)]


def root(x):
    return float(sqrt(mpf(x)))


print("# written by generate-steps.py")
print("\t".join("# name|dimension|context|evaluation|examples|pretraining|features|prior|task|noise|priorNoise|start|trace"
                "|squaredNorm|leastPretrainingLoss|initialLoss|freshB1|freshA1|freshA2|sameB1|sameA1|sameA2".split("|")))
law = " ".join(repr(float((i + 1) ** -1.5)) for i in range(40))
roots = " ".join(repr(float((i + 1) ** -0.75)) for i in range(40))
backwards = " ".join(repr(float((40 - i) ** -0.75)) for i in range(40))
toeplitz = [[0.5 ** abs(i - j) for j in range(6)] for i in range(6)]
rng = random.Random(11)
skew = [[0.04 * rng.gauss(0, 1) + (0.08 if i == j else 0) for j in range(6)] for i in range(6)]
I = "isotropic 1"
row("well specified", 20, 30, 30, 10, 30, I, "isotropic 0.05", "constant 0.2236068", 0, 0, "pretrained")
row("noisy", 20, 30, 30, 10, 30, I, "isotropic 0.05", "constant 0.2236068", 0.5, 0.5, "pretrained")
row("fewer prompts than features", 60, 30, 30, 40, 30, I, "isotropic 0.01666667", "constant 0.12909944", 0, 0, "pretrained")
row("cold", 60, 30, 30, 40, 30, I, "isotropic 0.01666667", "constant 0.12909944", 0, 0, "zero")
row("cold and noisy", 60, 30, 30, 40, 30, I, "isotropic 0.01666667", "constant 0.12909944", 0.8, 0, "zero")
row("task larger than the prior", 20, 30, 30, 10, 30, I, "isotropic 0.05", "constant 0.4472136", 0, 0.5, "pretrained")
row("many features", 2000, 5, 5, 700, 5, I, "isotropic 0.0005", "constant 0.0223606797749979", 0.1, 0.1, "pretrained")
row("many features, long context", 3000, 5000, 5000, 100, 5000, I, "isotropic 0.001", "constant 0.01", 0.3, 0.2, "pretrained")
row("few features, endless context", 3, 100000, 100000, 50, 100000, I, "isotropic 0.5", "constant 0.7", 0.5, 0.5, "pretrained")
row("few features, endless context, wrong prior", 3, 100000, 100000, 50, 1000, I, "isotropic 0.5", "constant 0.7", 0.5, 0.1,
    "pretrained")
row("aligned", 40, 20, 20, 30, 20, I, "diagonal " + law, "values " + roots, root(0.1), root(0.1), "pretrained")
row("misaligned", 40, 20, 20, 30, 20, I, "diagonal " + law, "values " + backwards, root(0.1), root(0.1), "pretrained")
row("power-law features", 40, 25, 25, 30, 20, "diagonal " + law, "diagonal " + roots, "values " + backwards, 0.2, 0.3,
    "pretrained")
row("steep features", 6, 9, 9, 4, 9, "diagonal 1.0 1e-3 1e-6 1e-9 1e-12 1e-15", "diagonal 1.0 1e3 1e6 1e9 1e12 1e15",
    "values 1.0 -30.0 1000.0 -3e4 1e6 3e7", 0.2, 0.3, "pretrained")
row("correlated features", 6, 8, 8, 6, 8, full(toeplitz), "diagonal 1.0 0.5 0.25 0.125 0.0625 0.0",
    "values 0.5 -1.0 0.25 0.75 -0.5 0.3", root(0.2), root(0.2), "pretrained")
row("correlated features, cold", 6, 8, 8, 6, 8, full(toeplitz), I, "values 0.5 -1.0 0.25 0.75 -0.5 0.3", 0.4, 0, "zero")
row("given weights", 6, 7, 7, 5, 7, full(toeplitz), I, "values 0.5 -1.0 0.25 0.75 -0.5 0.3", 0.4, 0, full(skew))
row("given weights, diagonal features", 6, 7, 7, 5, 7, "diagonal 2.0 1.0 0.5 0.25 0.125 0.0625", I,
    "values 0.5 -1.0 0.25 0.75 -0.5 0.3", 0.4, 0, full(skew))
row("given weights, longer evaluation", 6, 7, 19, 5, 7, full(toeplitz), I, "values 0.5 -1.0 0.25 0.75 -0.5 0.3", 0.4, 0,
    full(skew))
row("longer evaluation", 20, 10, 40, 15, 40, I, "isotropic 0.05", "constant 0.2236068", root(0.1), root(0.1), "pretrained")
row("far longer evaluation, the step does harm", 2, 4, 40, 15, 40, I, "isotropic 1.0", "constant 1.0", 0.1, 0.1,
    "isotropic 0.06")
row("dense", 25, 18, 18, 33, 18, full(wishart(25, 40, rng, 0.03)), full(wishart(25, 9, rng, 1.0)),
    "values " + " ".join(repr(rng.gauss(0, 0.4)) for _ in range(25)), 0.3, 0.2, "pretrained")
row("one feature", 1, 4, 4, 3, 4, "isotropic 1.5", "isotropic 2.0", "constant 0.8", root(0.1), root(0.1), "pretrained")
row("one prompt, one example", 3, 1, 1, 1, 1, "diagonal 1.0 0.7 1.3", "diagonal 0.5 0.2 1.0", "values 0.6 -0.4 0.9", 0.5, 0.5,
    "pretrained")
row("labels of pure noise", 10, 12, 12, 8, 12, I, "isotropic 0.1", "constant 0.0", 1, 1, "pretrained")
row("labels of pure noise, cold", 10, 12, 12, 8, 12, I, "isotropic 0.1", "constant 0.0", 1, 1, "zero")
row("no context", 5, 0, 0, 8, 0, I, "isotropic 0.2", "constant 0.5", 0.3, 0.3, "pretrained")
row("tiny features, huge labels", 4, 6, 6, 5, 6, "diagonal 1e-120 3e-121 2e-120 1e-121", "diagonal 1e280 3e280 1e279 2e280",
    "values 1e140 -2e140 3e139 1e140", 1e80, 1e80, "pretrained")
