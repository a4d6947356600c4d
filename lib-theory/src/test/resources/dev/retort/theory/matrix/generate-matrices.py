#!/usr/bin/env python3
"""Writes matrices.tsv: the risks after every stage of chains whose covariances do not commute, at high precision.

    python3 generate-matrices.py > matrices.tsv        (needs mpmath; 1.3.0 was used)

Evaluated with 160 digits from the map of means M and second moments S, in matrices and without any basis (Ildiz et al., arXiv
2410.18837, applied repeatedly): with R = (Sigma + tau)^-1 and T = R Sigma,

    M' = T M,   S' = T S T' + c R Sigma R,   c = (sigma^2 + tau^2 tr(R Sigma R S))/(n (1 - Omega)).

A model that sees the features K only is trained on labels of coefficients G b, G = Sigma_KK^-1 Sigma_K:, with the noise
tr((Sigma - Sigma_:K Sigma_KK^-1 Sigma_K:) S) on top. A matrix "w SEED COLUMNS DECAY" is A A' with entries of A that are whole
numbers, column j of which is divided by 2^(j DECAY); it is exact in doubles. A vector "v SEED" has whole entries. The numbers
come from x <- (1103515245 x + 12345) mod 2^31, entry (x >> 16) mod 17 - 8, rows first. A stage is written
"covariance; samples; ridge; noise; mask; share", with a mask of one 0 or 1 per feature or "all". The surrogate is "truth",
"optimal" or a vector. Every stage has excess, bias, label noise, design and inherited variance, the correction of its mean for
finite size and the variance of a single experiment; then come the coefficients of the surrogate.

The last two are numerical derivatives of the two functions that docs/finite-size.md begins with, by the penalty r W as a matrix:
1/2 ln(1 - Omega) for the mean, the covariance of two resolvents for the variance; no formula of that page that follows from
them is used. A ridge of 0 is one of 1e-22.
"""
from mpmath import eye, log, matrix, mp, mpf, nstr

mp.dps = 160
STEP = mpf(10) ** -32
SMALL = mpf(10) ** -22
CUT = mpf(10) ** -40


def numbers(seed):
    x = int(seed)
    while True:
        x = (1103515245 * x + 12345) % 2**31
        yield (x >> 16) % 17 - 8


def covariance(text, p):
    _, seed, columns, decay = text.split()
    source = numbers(seed)
    a = matrix(p, int(columns))
    for i in range(p):
        for j in range(int(columns)):
            a[i, j] = mpf(next(source)) / 2 ** (j * int(decay))
    return a * a.T


def vector(text, p):
    source = numbers(text.split()[1])
    return matrix([next(source) for _ in range(p)])


def function(sigma, f):
    """f of the eigenvalues that are not zero, 0 of the others."""
    values, vectors = mp.eigsy(sigma)
    p = sigma.rows
    d = matrix(p, p)
    for i in range(p):
        d[i, i] = f(values[i]) if values[i] > CUT * values[p - 1] else mpf(0)
    return vectors * d * vectors.T


def trace(a):
    return sum(a[i, i] for i in range(a.rows))


def root(sigma, n, r):
    values = [v for v in mp.eigsy(sigma, eigvals_only=True)]
    values = [v for v in values if v > CUT * values[-1]]
    if r == 0 and n >= len(values):
        return mpf(0)
    f = lambda t: sum(v / (v + t) for v in values) + n * r / t - n
    low, high = mpf(-300), mpf(300)
    for _ in range(260):
        s = (low + high) / 2
        low, high = (s, high) if f(mp.exp(s)) > 0 else (low, s)
    return mp.exp((low + high) / 2)


class Stage:
    def __init__(self, text, p, evaluation, noise):
        name, n, r, sigma, mask, share = [x.strip() for x in text.split(";")]
        full = evaluation if name == "task" else covariance(name, p)
        keep = [i for i in range(p) if mask == "all" or mask[i] == "1"]
        embed = matrix(p, len(keep))
        for j, i in enumerate(keep):
            embed[i, j] = 1
        self.share = mpf(float(share))
        sigma = noise if sigma == "task" else mpf(float(sigma))
        self.variance = self.share ** 2 * sigma ** 2 + (1 - self.share) ** 2 * noise ** 2
        seen = embed.T * full * embed
        n, r = mpf(float(n)), mpf(float(r))
        tau = root(seen, n, r)
        inverse = function(seen, lambda v: 1 / v)
        self.g = embed.T if mask == "all" else inverse * embed.T * full
        self.left = full - full * embed * inverse * embed.T * full
        if mask == "all":
            self.left *= 0
        theta = function(seen, lambda v: v / (v + tau))
        self.spare = n - trace(theta * theta)
        self.t = embed * theta * self.g
        self.missed = self.g.T * function(seen, lambda v: v * (tau / (v + tau)) ** 2) * self.g
        self.added = embed * function(seen, lambda v: v / (v + tau) ** 2) * embed.T
        self.embed = embed
        self.seen, self.n, self.r = seen, n, r if r > 0 else SMALL
        self.start = tau if tau > 0 else self.r * n / self.spare

    def kappa(self, w):
        """The root of n = tr Sigma (Sigma + kappa W)^-1 + n r/kappa, and Sigma (Sigma + kappa W)^-1."""
        k = self.start
        for _ in range(12):
            t = (self.seen + k * w) ** -1
            f = trace(self.seen * t) + self.n * self.r / k - self.n
            step = f / (trace(self.seen * t * w * t) + self.n * self.r / k**2)
            k += step
            if abs(step) < mpf(10) ** -140 * k:
                return k, self.seen * (self.seen + k * w) ** -1
        raise ArithmeticError("no root")

    def half_log(self, w):
        _, theta = self.kappa(w)
        return log(1 - trace(theta * theta) / self.n) / 2

    def expand(self, a, g, m, s, noise):
        """The correction and the variance that one stage adds to tr(A S') - 2 g'm'; everything in what the model sees."""
        one = eye(self.seen.rows)
        h = a * s - g * m.T
        scale = max(abs(x) for x in a)
        a_ = a / scale
        first = lambda b: (self.half_log(one + STEP * b) - self.half_log(one - STEP * b)) / (2 * STEP)

        def mixed(f):
            return (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / (4 * STEP**2)

        second = lambda b: scale * mixed(lambda x, y: self.half_log(one + x * STEP * a_ + y * STEP * b))
        correction = -first(h + h.T) - second(s) + noise / (self.n * self.r) * (scale * first(a_) + second(one))

        def kernel(x, y):
            k1, k2 = self.kappa(one + x * STEP * a_)[0], self.kappa(one + y * STEP * a_)[0]
            t1 = (self.seen + k1 * (one + x * STEP * a_)) ** -1
            t2 = (self.seen + k2 * (one + y * STEP * a_)) ** -1
            middle = t1 * self.seen * t2
            spare = 1 - trace(self.seen * middle) / self.n
            return k1, k2, middle, noise + k1 * k2 * trace(s * middle), spare

        def squares(x, y):
            k1, k2, _, missed, spare = kernel(x, y)
            return 2 * missed**2 / (self.n * k1 * k2 * spare)

        def crossed(x):
            _, _, middle, missed, spare = kernel(x, 0)
            return 2 * missed * trace(middle * h) / (self.n * spare)

        k, _, middle, missed, spare = kernel(0, 0)
        square = a * s * a - a * m * g.T - g * m.T * a + g * g.T
        linear = (missed * trace(middle * square) + (k * trace(middle * h)) ** 2) / (self.n * spare)
        covariance = -scale * (crossed(1) - crossed(-1)) / (2 * STEP)
        return correction, scale**2 * mixed(squares) + 4 * linear - 4 * covariance


def optimal(stage, evaluation, beta):
    w = trace(evaluation * stage.added) / stage.spare
    t = stage.t * stage.embed
    q = stage.embed.T * stage.missed * stage.embed
    y = mp.lu_solve(t.T * evaluation * t + w * q, t.T * evaluation * beta)
    return (stage.embed * y - (1 - stage.share) * beta) / stage.share


def finite_size(stages, given, ev, beta):
    """The sums of what the stages add to the risk at the end, given the labels' moments and noise of each."""
    a, g = ev, ev * beta
    correction = variance = mpf(0)
    for st, (m, s, noise) in zip(reversed(stages), reversed(given)):
        added = st.expand(st.embed.T * a * st.embed, st.embed.T * g, st.g * m, st.g * s * st.g.T, noise)
        correction += added[0]
        variance += added[1]
        alpha = trace(a * st.added) / st.spare
        a, g = st.t.T * a * st.t + alpha * (st.left + st.missed), st.t.T * g
        w = st.share
        a, g = w * w * a, w * g - w * (1 - w) * a * beta
    return [correction, variance]


def row(name, p, evaluation, truth, noise, surrogate, *texts):
    ev, beta, sigma = covariance(evaluation, p), vector(truth, p), mpf(float(noise))
    stages = [Stage(text, p, ev, sigma) for text in texts]
    first = beta if surrogate == "truth" else optimal(stages[0], ev, beta) if surrogate == "optimal" else vector(surrogate, p)
    m = first
    s = m * m.T
    values = []
    given = []
    for st in stages:
        a = st.share
        s = (1 - a) ** 2 * beta * beta.T + a * (1 - a) * (beta * m.T + m * beta.T) + a * a * s
        m = (1 - a) * beta + a * m
        variance = st.variance + trace(st.left * s)
        missed = trace(st.missed * s)
        given.append((m, s, variance))
        total = trace(ev * st.added) / st.spare
        inherited = trace(ev * st.t * (s - m * m.T) * st.t.T)
        m = st.t * m
        s = st.t * s * st.t.T + (variance + missed) / st.spare * st.added
        bias = ((m - beta).T * ev * (m - beta))[0]
        excess = trace(ev * s) - 2 * (beta.T * ev * m)[0] + (beta.T * ev * beta)[0]
        parts = [bias, variance * total, missed * total, inherited]
        assert abs(excess - sum(parts)) < mpf(10) ** -40 * excess
        values += [excess] + parts + finite_size(stages[: len(given)], given, ev, beta)
    print("\t".join([name, str(p), evaluation, truth, nstr(sigma, 17), surrogate, " | ".join(texts)]
                    + [nstr(v, 22) for v in values] + [nstr(v, 22) for v in first]))


print("# written by generate-matrices.py")
print("# name\tfeatures\tevaluation\ttruth\tnoise\tsurrogate\tstages\texcess, bias, label noise, design, inherited, correction, variance of each stage, then the surrogate")
row("three stages, over- and underparameterised, ridge", 12, "w 1 12 0", "v 2", 0.5, "truth",
    "w 3 15 0; 7; 0; 0.3; all; 1", "w 4 12 1; 5; 0.125; 0.2; all; 1", "w 5 14 0; 20; 0; 0.1; all; 1")
row("same covariance throughout", 12, "w 6 12 0", "v 7", 2, "v 8",
    "task; 7; 0; task; all; 1", "task; 5.5; 0.25; 0; all; 1", "task; 30; 0; task; all; 1")
row("trained elsewhere, with more samples than features", 12, "w 9 12 1", "v 10", 1, "truth", "w 11 20 0; 17; 0; task; all; 1")
row("mixed labels", 12, "w 12 12 0", "v 13", 1, "v 14",
    "w 15 12 0; 6; 0; task; all; 1", "w 16 12 0; 8; 0; 0.5; all; 0.375", "task; 9; 1; 2; all; 1.25")
row("rank deficient, each in its own way", 12, "w 17 9 0", "v 18", 0.5, "v 19",
    "w 20 7 0; 5; 0; task; all; 1", "w 21 10 0; 14; 0; 0.25; all; 1", "w 22 4 0; 2; 0.5; 0; all; 1")
row("masks of correlated features", 12, "w 23 12 0", "v 24", 0.5, "truth",
    "task; 4; 0; task; 111111000000; 1", "w 25 14 0; 12; 0; 0.25; 010110111011; 1", "w 26 12 1; 5; 0.5; 0; 111011111101; 0.75")
row("masks and rank deficiency", 10, "w 27 10 0", "v 28", 0.5, "truth",
    "w 29 6 0; 3; 0; task; 1111111100; 1", "w 30 5 0; 4; 0.0625; 0.25; 0011111111; 1", "task; 6; 0; task; all; 1")
row("optimal surrogate, other covariance", 12, "w 31 12 0", "v 32", 1, "optimal", "w 33 13 0; 7; 0; task; all; 1")
row("optimal surrogate, ridge", 12, "w 34 12 0", "v 35", 1, "optimal", "task; 7; 2; task; all; 1", "w 36 12 0; 20; 0; task; all; 1")
row("optimal surrogate, mask and mixed labels", 12, "w 37 12 0", "v 38", 1, "optimal", "w 39 15 0; 4; 0.5; 0.5; 111100111100; 0.625")
row("nearly the truth", 8, "w 40 8 0", "v 41", 0, "truth", "w 42 8 0; 40; 1e-6; 0; all; 1", "w 43 8 0; 50; 0; 1e-4; all; 1")
row("six orders of magnitude", 12, "w 44 14 1", "v 45", 1e-3, "truth",
    "w 46 14 1; 6; 0; task; all; 1", "w 47 14 1; 4; 1e-4; task; all; 1", "task; 9; 0; task; all; 1")
