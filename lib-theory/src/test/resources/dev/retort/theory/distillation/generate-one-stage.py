#!/usr/bin/env python3
"""Writes one-stage.tsv: the risks of one distillation stage, at high precision.

    python3 generate-one-stage.py > one-stage.tsv        (needs mpmath; 1.3.0 was used)

Every quantity is evaluated from its definition with 400 digits and printed with 22: tau by bisection, the risks from
Ildiz et al., arXiv 2410.18837: standard and optimal surrogate by their closed forms, masked and halved (beta/2) by the
formula for an arbitrary surrogate. The optimum is also checked against the gain formula put into the latter.
"""
from mpmath import exp, log, mp, mpf, nstr, sqrt

mp.dps = 400


def eigenvalues(text):
    kind, *args = text.split()
    if kind == "powerLaw":
        return [mpf(i) ** -mpf(float(args[0])) for i in range(1, int(args[1]) + 1)]
    if kind == "exponential":
        return [exp(-mpf(float(args[0])) * i) for i in range(int(args[1]))]
    if kind == "isotropic":
        return [mpf(float(args[0]))] * int(args[1])
    if kind == "spiked":
        return [mpf(float(args[0]))] * int(args[1]) + [mpf(1)] * (int(args[2]) - int(args[1]))
    return [mpf(float(a)) for a in args]


def signal(text, lam):
    kind, *args = text.split()
    if kind == "sourcePowerLaw":
        return [sqrt(mpf(i) ** -mpf(float(args[0])) / v) for i, v in enumerate(lam, 1)]
    if kind == "constant":
        return [mpf(float(args[0]))] * len(lam)
    return [mpf(float(a)) for a in args]


def root(lam, n, r):
    rank = sum(v > 0 for v in lam)
    if r == 0 and n >= rank:
        return mpf(0)
    low, high = mpf(-1600), mpf(1600)
    for _ in range(400):
        s = (low + high) / 2
        t = exp(s)
        low, high = (s, high) if sum(v / (v + t) for v in lam) + n * r / t > n else (low, s)
    return exp((low + high) / 2)


def row(name, spectrum, n, r, sigma, source):
    lam = eigenvalues(spectrum)
    beta = signal(source, lam)
    n, r, var = mpf(n), mpf(r), mpf(sigma) ** 2
    tau = root(lam, n, r)
    theta = [v / (v + tau) if v > 0 else mpf(0) for v in lam]
    zeta = [1 - t for t in theta]
    df1, df2 = sum(theta), sum(t * t for t in theta)
    omega = df2 / n
    boost = omega / (1 - omega)
    power = [v * b * b for v, b in zip(lam, beta)]
    standard = (sum(p * z * z for p, z in zip(power, zeta)) + omega * var) / (1 - omega)
    weight = [(1 - omega) * t * t + omega * z * z for t, z in zip(theta, zeta)]
    gain = [(1 - omega) * t / w for t, w in zip(theta, weight)]
    optimal = sum(p * omega * z * z / w for p, z, w in zip(power, zeta, weight)) + boost * var

    def taught(g):
        bias = sum(p * (t * k - 1) ** 2 for p, t, k in zip(power, theta, g))
        design = boost * sum(p * z * z * k * k for p, z, k in zip(power, zeta, g))
        return bias, boost * var, design

    assert abs(sum(taught(gain)) - optimal) <= mpf(10) ** -300 * optimal
    mask = [1 if 1 - z * z > omega else 0 for z in zeta]
    halved = taught([mpf(1) / 2] * len(lam))
    values = [tau, df1, df2, omega, zeta[0], zeta[-1], -(tau - r) / (n * (1 - omega)), 1 / (1 - omega), standard,
              optimal, gain[0], gain[-1], sum(taught(mask)), sum(halved), *halved]
    print("\t".join([name, spectrum, source, nstr(n, 17), nstr(r, 17), str(sigma), str(sum(mask))]
                    + [nstr(v, 22) for v in values]))


print("# written by generate-one-stage.py")
print("\t".join("# name|spectrum|signal|samples|ridge|noise|maskSize|tau|df1|df2|omega|zetaFirst|zetaLast|dTauDSamples"
                "|dTauDRidge|standard|optimal|gainFirst|gainLast|masked|halved|halvedBias|halvedLabelNoise"
                "|halvedDesign".split("|")))
row("figure 1 of the paper", "powerLaw 2.0 500", 200, 0, 0, "sourcePowerLaw 1.5")
row("figure 1 noisy", "powerLaw 2.0 500", 200, 0, 0.3, "sourcePowerLaw 1.5")
row("ridge", "powerLaw 1.5 400", 150, 0.01, 0.5, "sourcePowerLaw 1.3")
row("ridge, more samples than features", "powerLaw 1.2 200", 500, 0.05, 0.5, "sourcePowerLaw 2.0")
row("underparameterised", "powerLaw 1.2 200", 500, 0, 0.5, "sourcePowerLaw 2.0")
row("one short of the threshold", "powerLaw 2.0 300", 299, 0, 0.1, "sourcePowerLaw 1.5")
row("a billionth short of the threshold", "powerLaw 2.0 100", 100 - 1e-7, 0, 0.0, "sourcePowerLaw 1.5")
row("one sample", "powerLaw 2.0 300", 1, 0, 0.1, "sourcePowerLaw 1.5")
row("a thousandth of a sample", "powerLaw 2.0 50", 0.001, 0, 0.1, "sourcePowerLaw 1.5")
row("fractional samples", "powerLaw 1.5 300", 17.25, 0, 0.1, "sourcePowerLaw 1.5")
row("isotropic", "isotropic 1.0 300", 120, 0, 0.7, "constant 0.1")
row("isotropic with ridge", "isotropic 4.0 50", 80, 2.5, 0.7, "constant 0.1")
row("spiked", "spiked 1000000.0 3 400", 100, 0, 0.2, "constant 0.05")
row("exponential, 260 decades", "exponential 2.0 300", 120, 0, 0, "constant 1.0")
row("exponential, ridge among the tail", "exponential 0.5 300", 40, 1e-30, 0.01, "sourcePowerLaw 2.0")
row("values with zeros", "values 3.0 1.0 0.5 0.25 0.125 0.0 0.0", 3, 0, 0.1, "values 1.0 -1.0 2.0 0.5 1.0 1.0 0.0")
row("unsorted values", "values 0.5 3.0 0.25 1.0 0.125", 2.5, 0.01, 0.1, "values 1.0 -1.0 2.0 0.5 1.0")
row("flat and steep ridge", "powerLaw 4.0 200", 30, 1e-12, 1e-3, "sourcePowerLaw 3.0")
row("ridge above every eigenvalue", "powerLaw 1.0 100", 60, 1000.0, 0.2, "sourcePowerLaw 1.2")
row("signal in the strong features only", "powerLaw 3.0 40", 39, 0, 0, "values 1.0 1.0" + " 0.0" * 38)
row("more samples, tiny ridge", "powerLaw 1.1 64", 100, 1e-9, 0.1, "sourcePowerLaw 1.8")
row("at the threshold with ridge", "powerLaw 2.0 64", 64, 1e-8, 0.1, "sourcePowerLaw 1.5")
