#!/usr/bin/env python3
"""Writes row-pools.tsv: the risk of targets on rows of several sources, at high precision.

    python3 generate-row-pools.py > row-pools.tsv        (needs mpmath; 1.3.0 was used)

Evaluated with 80 digits in plain coefficients, with second moments and not by pairs: the means m_k, second moments s_k and noise
sigma_k of the sources, independent given the truth, make labels of mean M = sum w m and second moment S = M^2 + sum w^2 (s - m^2),
with the noise sum w sigma^2 + sum lam (sum w s - S). Stages are written "spectrum; samples; ridge; noise; mask; share" (see
generate-chains.py); a source is "share; noise; stages", where no stages stand for the truth. The best shares are checked by the
conditions of a minimum, on a grid of the simplex besides.
"""
from mpmath import exp, log, mp, mpf, nstr, sqrt

mp.dps = 80


def powers(exponent, p):
    return [mpf(i) ** -mpf(float(exponent)) for i in range(1, p + 1)]


def root(lam, n, r):
    if r == 0 and n >= sum(v > 0 for v in lam):
        return mpf(0)
    f = lambda t: sum(v / (v + t) for v in lam if v > 0) + n * r / t - n
    low, high = mpf(-100), mpf(100)
    for _ in range(280):
        middle = (low + high) / 2
        low, high = (middle, high) if f(exp(middle)) > 0 else (low, middle)
    return exp((low + high) / 2)


def train(task, text, m, s, extra):
    lam, beta, sigma = task
    _, n, r, noise, mask, _ = [x.strip() for x in text.split(";")]
    n, r, k = mpf(float(n)), mpf(float(r)), len(lam) if mask == "all" else int(mask)
    noise = sigma if noise == "task" else mpf(float(noise))
    variance = noise ** 2 + extra + sum(v * y for v, y in zip(lam[k:], s[k:]))
    seen = lam[:k] + [mpf(0)] * (len(lam) - k)
    tau = root(seen, n, r)
    theta = [v / (v + tau) if v > 0 else mpf(0) for v in seen]
    spare = n - sum(t * t for t in theta)
    missed = sum(v * (1 - t) ** 2 * y for v, t, y in zip(seen, theta, s))
    spread = [v / (v + tau) ** 2 if v > 0 else mpf(0) for v in seen]
    total = sum(v * q for v, q in zip(lam, spread)) / spare
    inherited = sum(v * t * t * (y - x * x) for v, t, x, y in zip(lam, theta, m, s))
    mean = [t * x for t, x in zip(theta, m)]
    second = [t * t * y + (variance + missed) / spare * q for t, y, q in zip(theta, s, spread)]
    bias = sum(v * (x - b) ** 2 for v, x, b in zip(lam, mean, beta))
    return mean, second, [bias + variance * total + missed * total + inherited, bias, variance * total, missed * total, inherited]


def pooled(task, sources, target, weights):
    lam, beta, _ = task
    p = range(len(lam))
    mean = [sum(w * m[i] for w, (m, _, _) in zip(weights, sources)) for i in p]
    square = [sum(w * s[i] for w, (_, s, _) in zip(weights, sources)) for i in p]
    second = [mean[i] ** 2 + sum(w * w * (s[i] - m[i] ** 2) for w, (m, s, _) in zip(weights, sources)) for i in p]
    extra = sum(w * noise ** 2 for w, (_, _, noise) in zip(weights, sources)) + sum(lam[i] * (square[i] - second[i]) for i in p)
    return train(task, target, mean, second, extra)[2]


def row(name, exponent, signal, p, sigma, sources, target):
    lam = powers(exponent, p)
    beta = [sqrt(x / v) for x, v in zip(powers(signal, p), lam)]
    task = (lam, beta, mpf(float(sigma)))
    made, weights = [], []
    for text in sources:
        share, noise, *stages = [x.strip() for x in text.split(" | ")]
        m, s = beta, [b * b for b in beta]
        for stage in stages:
            m, s, _ = train(task, stage, m, s, 0)
        made.append((m, s, mpf(float(noise))))
        weights.append(mpf(share))
    k = range(len(made))
    unit = lambda a, b: [mpf(i == a) / 2 + mpf(i == b) / 2 for i in k]
    half = [[pooled(task, made, target, unit(a, b))[0] for b in k] for a in k]
    form = [[2 * half[a][b] - (half[a][a] + half[b][b]) / 2 if a != b else half[a][a] for b in k] for a in k]
    value = lambda w: sum(form[a][b] * w[a] * w[b] for a in k for b in k)
    parts = pooled(task, made, target, weights)
    assert abs(value(weights) - parts[0]) < mpf(10) ** -60
    best = min((stationary(form, face) for face in range(1, 1 << len(made))), key=lambda w: value(w) if w else mpf(10) ** 9)
    slopes = [2 * sum(form[a][b] * best[b] for b in k) - 2 * value(best) for a in k]
    assert all(g > -mpf(10) ** -50 and (w == 0 or g < mpf(10) ** -50) for g, w in zip(slopes, best))
    steps = 20
    grid = lambda left, size: [[left]] if size == 1 else [[i] + rest for i in range(left + 1) for rest in grid(left - i, size - 1)]
    assert all(value(best) <= value([mpf(i) / steps for i in w]) for w in grid(steps, len(made)))
    print("\t".join([name, f"powerLaw {exponent} {p}", f"sourcePowerLaw {signal}", str(sigma), " + ".join(sources), target]
                    + [nstr(v, 22) for v in parts + [value(best)] + best]))


def stationary(form, face):
    used = [i for i in range(len(form)) if face >> i & 1]
    x = mp.lu_solve(mp.matrix([[form[a][b] for b in used] for a in used]), mp.matrix([mpf(1)] * len(used)))
    weights = [mpf(0)] * len(form)
    for i, v in zip(used, x):
        weights[i] = v / sum(x)
    return weights if all(w >= 0 for w in weights) else None


print("# written by generate-row-pools.py")
print("# name\ttask\tsignal\tnoise\tsources\ttarget\texcess, bias, label noise, design, inherited, least excess, best shares")
row("truth and one teacher, ridgeless", 1.5, 1.4, 120, 0.3, ["0.5 | 0.3", "0.5 | 0 | task; 80; 0; task; all; 1"], "task; 90; 0; 0; all; 1")
row("truth and two teachers", 1.5, 1.4, 200, 0.4,
    ["0.2 | 0.4", "0.5 | 0 | task; 300; 0.01; task; all; 1", "0.3 | 0 | task; 120; 0; task; 20; 1"], "task; 150; 0.01; 0; all; 1")
row("two teachers alone, masked target", 1.2, 1.3, 100, 0.5,
    ["0.35 | 0.1 | task; 60; 0.05; task; all; 1", "0.65 | 0.2 | task; 150; 0; task; 50; 1 | task; 90; 0.1; 0; all; 1"],
    "task; 70; 0; 0; 60; 1")
row("more samples than features", 1.1, 1.5, 60, 0.6,
    ["0.25 | 0.6", "0.25 | 0 | task; 90; 0; task; all; 1", "0.25 | 0.1 | task; 45; 0.1; task; all; 1", "0.25 | 0 | task; 200; 0; task; 30; 1"],
    "task; 100; 0; 0; all; 1")
row("many rows, inner best", 1.1, 1.5, 30, 0.6,
    ["0.25 | 2", "0.25 | 0 | task; 60; 0; task; all; 1", "0.3 | 0 | task; 80; 0.01; task; all; 1", "0.2 | 0.1 | task; 50; 0; task; 25; 1"],
    "task; 600; 0.001; 0; all; 1")
row("much noise and much ridge: the truth alone", 1.5, 1.4, 120, 0.5,
    ["0.1 | 2", "0.5 | 0 | task; 70; 0.1; task; all; 1", "0.4 | 0 | task; 60; 0.05; task; all; 1"], "task; 150; 0.2; 0; all; 1")
