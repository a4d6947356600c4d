"""Writes finite-size.tsv: the 1/n correction of the mean excess risk and the variance of a single experiment, 50 digits.

Written out in means m = E b and second moments s = E b^2 of the plain coefficients, feature by feature, as the page
docs/finite-size.md has it, and not in the units of nodes that the library computes in.

Usage: python3 generate-finite-size.py > finite-size.tsv
"""
from mpmath import mp, mpf, sqrt, log

mp.dps = 50


def tau(lam, n, r):
    lam = [x for x in lam if x > 0]
    if r == 0 and n >= len(lam):
        return mpf(0)
    f = lambda t: sum(x / (x + t) for x in lam) + (n * r / t if r else 0) - n
    low, high = mpf(10) ** -60, mpf(10) ** 12
    while high / low - 1 > mpf(10) ** -48:
        middle = sqrt(low * high)
        low, high = (middle, high) if f(middle) > 0 else (low, middle)
    return sqrt(low * high)


class Stage:
    def __init__(self, lam, n, r, sigma, mask, share):
        self.full, self.n, self.r, self.sigma, self.share = lam, mpf(n), mpf(r), mpf(sigma), mpf(share)
        self.lam = [x if keep else mpf(0) for x, keep in zip(lam, mask)]
        self.kappa = tau(self.lam, self.n, self.r)
        k = self.kappa
        self.v = [x + k for x in self.lam]
        self.theta = [x / y if x > 0 else mpf(0) for x, y in zip(self.lam, self.v)]
        self.omega = sum(t ** 2 for t in self.theta) / self.n
        self.u = 1 - self.omega


def run(task_lam, beta, task_noise, stages):
    p = len(beta)
    m, s, dm, ds = list(beta), [b * b for b in beta], [mpf(0)] * p, [mpf(0)] * p
    rows, history = [], []
    for st in stages:
        w = st.share
        ds = [2 * w * (1 - w) * b * d + w * w * e for b, d, e in zip(beta, dm, ds)]
        dm = [w * d for d in dm]
        var = [w * w * (x - y * y) for x, y in zip(s, m)]
        m = [(1 - w) * b + w * y for b, y in zip(beta, m)]
        s = [y * y + x for x, y in zip(var, m)]
        unseen = [i for i in range(p) if st.lam[i] == 0]
        seen = [i for i in range(p) if st.lam[i] > 0]
        noise = (1 - w) ** 2 * task_noise ** 2 + w * w * st.sigma ** 2 if w != 1 else st.sigma ** 2
        noise += sum(st.full[i] * s[i] for i in unseen)
        dnoise = sum(st.full[i] * ds[i] for i in unseen)
        k, n, u, v, th, lam = st.kappa, st.n, st.u, st.v, st.theta, st.lam
        z = {i: k / v[i] for i in seen}
        X = noise + sum(k * k * lam[i] * s[i] / v[i] ** 2 for i in seen)
        history.append((st, m, s, X, noise, seen))
        Delta = sum(th[i] ** 2 * z[i] for i in seen) / n
        S12 = sum(s[i] * lam[i] / v[i] ** 2 for i in seen)
        S13 = sum(s[i] * lam[i] / v[i] ** 3 for i in seen)
        S23 = sum(s[i] * lam[i] ** 2 / v[i] ** 3 for i in seen)
        S24 = sum(s[i] * lam[i] ** 2 / v[i] ** 4 for i in seen)
        q23 = sum(lam[i] ** 2 / v[i] ** 3 for i in seen)
        q34 = sum(lam[i] ** 3 / v[i] ** 4 for i in seen)
        new = [[mpf(0)] * p for _ in range(4)]
        feed = (dnoise + sum(lam[i] * z[i] ** 2 * ds[i] for i in seen)) / (n * u)
        for i in seen:
            a = lam[i] / v[i] ** 2
            rho = k / (n * u) * (lam[i] ** 2 / v[i] ** 3 - a * Delta / u)
            G = -a / (n * u)
            if k > 0:
                zz = Delta / (k * u)
                f = k * S23 - X * zz
                DY = 2 * k * k * G * S12 - 2 * k ** 3 * G * S13 - 2 * k * k * s[i] * lam[i] / v[i] ** 3
                DT = k * G * S23 - 3 * k * k * G * S24 - 3 * k * s[i] * lam[i] ** 2 / v[i] ** 4
                DO = -2 / n * (k * G * q23 + lam[i] ** 2 / v[i] ** 3)
                DO3 = -3 / n * (k * G * q34 + lam[i] ** 3 / v[i] ** 4)
                Dz = (DO - DO3) / (k * u) - zz * G + zz * DO / u
                own = -2 * rho * s[i] - k * ((DT - DY * zz - X * Dz) / (n * u) + f * DO / (n * u * u))
            else:
                own = X / (lam[i] * (n * u) ** 2)
            new[0][i] = th[i] * m[i]
            new[1][i] = th[i] ** 2 * s[i] + X / (n * u) * lam[i] / v[i] ** 2
            new[2][i] = th[i] * dm[i] - rho * m[i]
            new[3][i] = th[i] ** 2 * ds[i] + feed * lam[i] / v[i] ** 2 + own
        m, s, dm, ds = new
        excess = sum(l * (x - 2 * y * b + b * b) for l, x, y, b in zip(task_lam, s, m, beta))
        correction = sum(l * (x - 2 * b * y) for l, x, y, b in zip(task_lam, ds, dm, beta))
        rows.append((excess, correction, variance(task_lam, beta, history)))
    return rows


def variance(task_lam, beta, history):
    a = list(task_lam)
    B = [l * b for l, b in zip(task_lam, beta)]
    total = mpf(0)
    for st, m, s, X, noise, seen in reversed(history):
        k, n, u, v, th, lam = st.kappa, st.n, st.u, st.v, st.theta, st.lam
        alpha = sum(lam[i] * a[i] / v[i] ** 2 for i in seen) / (n * u)
        e = {i: a[i] + lam[i] * alpha for i in seen}
        f = {i: (a[i] - k * alpha) / v[i] for i in seen}
        P1 = k * k * sum(s[i] * lam[i] * e[i] / v[i] ** 3 for i in seen)
        P2 = k * k * sum(s[i] * lam[i] * e[i] ** 2 / v[i] ** 4 for i in seen)
        W1 = sum(th[i] ** 2 * f[i] for i in seen) / n
        W2 = sum(th[i] ** 2 * f[i] ** 2 for i in seen) / n
        bc = {i: a[i] * s[i] - B[i] * m[i] for i in seen}
        cc = {i: a[i] ** 2 * s[i] - 2 * a[i] * B[i] * m[i] + B[i] ** 2 for i in seen}
        Z = sum(lam[i] * cc[i] / v[i] ** 2 for i in seen)
        Y0 = k * sum(lam[i] * bc[i] / v[i] ** 2 for i in seen)
        Y1 = k * sum(lam[i] * bc[i] * e[i] / v[i] ** 3 for i in seen)
        if X > 0:
            quad = 2 * X * X / (n * u) * ((alpha - 2 * P1 / X - W1 / u) ** 2 + 2 * P2 / X - 2 * (P1 / X) ** 2
                                          + W2 / u + (W1 / u) ** 2)
            lin = (X * Z + Y0 ** 2) / (n * u)
            cov = -2 / (n * u) * (X * Y0 * alpha - P1 * Y0 - X * Y1 - X * Y0 * W1 / u)
            total += quad + 4 * lin - 4 * cov
        w = st.share
        a2 = [th[i] ** 2 * a[i] + alpha * k * k * lam[i] / v[i] ** 2 if i in seen else alpha * st.full[i]
              for i in range(len(a))]
        B = [w * th[i] * B[i] - w * (1 - w) * a2[i] * beta[i] for i in range(len(a))]
        a = [w * w * x for x in a2]
    return total


def power(alpha, p):
    return [mpf(i) ** -mpf(alpha) for i in range(1, p + 1)]


def cases():
    full = lambda p: [True] * p
    def one(name, lam, beta, *stages, noise=0):
        p = len(beta)
        yield name, lam, beta, mpf(noise), [
            dict(lam=st.get("lam", None), n=st["n"], r=st.get("r", "0"), sigma=st.get("sigma", "0"),
                 mask=st.get("mask", full(p)), share=st.get("share", "1")) for st in stages]
    yield from one("ridge", power("1.5", 60), power("0.8", 60), dict(n="30", r="0.05", sigma="0.3"))
    yield from one("isotropic", power("0", 60), power("0.5", 60), dict(n="40", r="0.3", sigma="0.5"))
    yield from one("noiseless", power("2", 50), power("0.5", 50), dict(n="25", r="0.001"))
    yield from one("ridgeless", power("1.5", 60), power("0.8", 60), dict(n="30", sigma="0.3"))
    yield from one("least squares", power("1", 12), power("0.5", 12), dict(n="50", sigma="0.3"))
    yield from one("two stages", power("1.2", 40), power("0.7", 40), dict(n="30", r="0.05", sigma="0.4"), dict(n="25", sigma="0.2"))
    half = [i % 2 == 0 or i < 6 for i in range(40)]
    yield from one("masks, shares, spectra", power("1.2", 40), power("0.7", 40),
                   dict(n="30", r="0.05", sigma="0.4", mask=half),
                   dict(n="24", sigma="0.2", share="0.6", lam=("0.9", 40)),
                   dict(n="64", r="0.01", sigma="0.1", lam=("1.6", 40), mask=[i < 30 for i in range(40)]), noise="0.3")
    yield from one("contradicted", power("1", 30), power("0.6", 30),
                   dict(n="45", sigma="0.3"), dict(n="20.5", r="0.02", sigma="0.1", share="-0.4"), noise="0.2")


print("# written by generate-finite-size.py")
print("# name\tlambda\tbeta\tp\tnoise\tstages\texcess\tcorrection\tvariance")
for name, lam, beta, noise, stages in cases():
    built = [Stage(power(*st["lam"]) if st["lam"] else lam, st["n"], st["r"], st["sigma"], st["mask"], st["share"])
             for st in stages]
    rows = run(lam, beta, noise, built)
    text = "; ".join(
        f"{st['n']} {st['r']} {st['sigma']} {st['share']} {st['lam'][0] if st['lam'] else '-'} "
        f"{''.join('1' if keep else '0' for keep in st['mask'])}" for st in stages)
    exponent = lambda values: mp.nstr(-log(values[1]) / log(2), 6) if values[1] != values[0] else "0"
    for s in range(len(rows)):
        part = "; ".join(text.split("; ")[: s + 1])
        print("\t".join([f"{name} {s + 1}", exponent(lam), exponent(beta), str(len(beta)), mp.nstr(noise, 10), part]
                        + [mp.nstr(x, 25) for x in rows[s]]))
