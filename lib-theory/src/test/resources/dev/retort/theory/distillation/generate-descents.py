#!/usr/bin/env python3
"""Writes descents.tsv: excess risks of gradient descent from true labels.

    python3 generate-descents.py > descents.tsv        (needs mpmath; 1.3.0 was used; some minutes)

Contour integrals with 46 digits, on contours of another kind than the library's poles and with many more nodes: circles around
1/rate, or the hyperbola of Weideman and Trefethen where that reaches. The risk is a sum of differences of a function of one
resolvent, E + sigma^2 = sum c_k c_l kappa_k kappa_l (g_k - g_l)/(r_l - r_k) with g = sum lambda beta^2/(lambda + kappa) + sigma^2/kappa,
so that no sum over pairs is shared with the library either.
"""
from mpmath import arg, conj, cos, exp, fsum, j as i, mp, mpf, nstr, pi, sin, sqrt

mp.dps = 46

CASES = """
three features, 41 steps\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t41\t0.2\tcircle
three features, 50 steps\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t50\t0.2\tcircle
three features, near divergence\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t50\t0.25\tcircle
three features, a few fast steps\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t7\t0.22\tcircle
three features, an even few\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t12\t0.16\tcircle
a single step\tvalues 5 3 2\tvalues 1 0.6 -0.5\t0.4\t40\t1\t0.25\tcircle
few samples, 7 steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t7\t0.3\tcircle
few samples, 8 steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t8\t0.2\tcircle
few samples, 9 fast steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t9\t0.6\tcircle
few samples, 30 steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t30\t0.25\tcircle
many samples, 60 fast steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t60\t60\t0.7\tcircle
few samples, 1000 steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t1000\t0.25\thyperbola
few samples, 100000 steps\tpowerLaw 1.1 20\tsourcePowerLaw 1.5\t0.3\t12\t100000\t0.25\thyperbola
"""


def law(text):
    kind, *numbers = text.split()
    if kind == "powerLaw":
        return [mpf(k) ** -mpf(numbers[0]) for k in range(1, int(numbers[1]) + 1)]
    return [mpf(number) for number in numbers]


def kappa(ridge, spectrum, n, start):
    """The root of n = sum lambda/(lambda + kappa) + n ridge/kappa, from that of another ridge by steps of one factor."""
    from_ridge, root = start
    turns = 3 if abs(ridge - from_ridge) < abs(ridge) / 2 else 60
    for turn in range(1, turns + 1):
        at = from_ridge * (ridge / from_ridge) ** (mpf(turn) / turns)
        for _ in range(100):
            value = fsum(l / (l + root) for l in spectrum) + n * at / root - n
            step = value / (fsum(l / (l + root) ** 2 for l in spectrum) + n * at / root**2)
            root += step
            if abs(step) < abs(root) * mpf(10) ** (-8 if turn < turns else -36):
                break
        else:
            raise ArithmeticError("no root")
    assert 0 <= arg(root) / arg(ridge) <= 1 + mpf(10) ** -30
    return root


def circle(steps, rate):
    """z above the real axis in -z, and w of psi(s) = sum w/(z - s), half of the nodes."""
    radius = mpf(100) ** (mpf(1) / steps)
    count = 18 * steps + 50
    for k in range(count // 2):
        e = radius * exp(i * 2 * pi * (k + mpf(1) / 2) / count)
        yield (1 - e) / rate, -(e ** (steps + 1)) / (count * rate)


def hyperbola(steps, rate):
    pairs = 44
    h = mpf("1.081792140") / pairs
    mu = mpf("4.492075287") * pairs
    angle = mpf("1.172104229")
    for k in range(pairs):
        theta = (k + mpf(1) / 2) * h
        w = mu * (1 + sin(i * theta - angle))
        slope = mu * i * cos(i * theta - angle)
        yield (1 - exp(w / steps)) / rate, -h / (2 * pi * i) * exp(w + w / steps) * slope / steps / rate


def excess(spectrum, signal, noise, n, contour):
    ridges, weights, roots, values, own = [], [], [], [], []
    far = 1000 * spectrum[0] * (1 + i)
    start = far, far
    for z, w in contour:
        r = -z
        root = kappa(r, spectrum, n, start)
        start = r, root
        slope = -fsum(l * b**2 / (l + root) ** 2 for l, b in zip(spectrum, signal)) - noise**2 / root**2
        spare = fsum(l * root / (l + root) ** 2 for l in spectrum) / n + r / root
        ridges.append(r)
        weights.append(w / z)
        roots.append(root)
        values.append(fsum(l * b**2 / (l + root) for l, b in zip(spectrum, signal)) + noise**2 / root)
        own.append(-(root**2) * slope / spare)
    assert abs(2 * sum(weights).real - 1) < mpf(10) ** -28
    pairs = mpf(0)
    for k in range(len(ridges)):
        row = weights[k] * own[k]
        for l in range(len(ridges)):
            if l != k:
                row += weights[l] * roots[k] * roots[l] * (values[k] - values[l]) / (ridges[l] - ridges[k])
            r, root, value, weight = (conj(x[l]) for x in (ridges, roots, values, weights))
            row += weight * roots[k] * root * (values[k] - value) / (r - ridges[k])
        pairs += 2 * (weights[k] * row).real
    return pairs - noise**2


if __name__ == "__main__":
    print("# written by generate-descents.py")
    print("# name\tspectrum\tsignal\tnoise\tsamples\tsteps\trate\texcess")
    for case in CASES.strip().split("\n"):
        name, spectrum, signal, noise, samples, steps, rate, contour = case.split("\t")
        lam = law(spectrum)
        if signal.startswith("values"):
            beta = law(signal)
        else:
            beta = [sqrt(mpf(k) ** -mpf(signal.split()[1]) / lam[k - 1]) for k in range(1, len(lam) + 1)]
        nodes = {"circle": circle, "hyperbola": hyperbola}[contour](int(steps), mpf(rate))
        risk = excess(lam, beta, mpf(noise), int(samples), nodes)
        print("\t".join([name, spectrum, signal, noise, samples, steps, rate, nstr(risk, 28)]), flush=True)
