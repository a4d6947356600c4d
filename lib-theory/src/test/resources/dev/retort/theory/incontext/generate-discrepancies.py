"""Writes discrepancies.tsv: squared maximum mean discrepancies to 20 digits, by quadrature and by sums over samples.

Between Gaussians the means of kernel values are integrals, over the difference of two independent points where the kernel
depends on it alone, else over one point after the other's moment generating function has been put in.
"""
from mpmath import mp, mpf, exp, sqrt, pi, quad, matrix, linspace, det, inverse, fabs, diff

mp.dps = 30
rows = []


def density(z, m, s2):
    return exp(-(z - m) ** 2 / (2 * s2)) / sqrt(2 * pi * s2)


def nodes(m, s2, *breaks):
    s = sqrt(s2)
    ends = [m + k * s for k in (-14, -10, -7, -5, -3, -1, 0, 1, 3, 5, 7, 10, 14)]
    return sorted(set(ends + [mpf(b) for b in breaks if ends[0] < b < ends[-1]]))


def squared(mean, p, q):
    return mean(p, p) + mean(q, q) - 2 * mean(p, q)


def of_difference(f):
    def mean(p, q):
        m, s2 = p[0] - q[0], p[1] + q[1]
        return quad(lambda z: density(z, m, s2) * f(z), nodes(m, s2, 0))
    return mean


def softmax(p, q):
    tilted = 1 / (1 / p[1] - q[1])
    return quad(lambda x: density(x, *p) * exp(q[0] * x + q[1] * x * x / 2), nodes((p[0] / p[1] + q[0]) * tilted, tilted))


def linear_softmax(p, q):
    tilted = 1 / (1 / p[1] - q[1])
    return quad(lambda x: density(x, *p) * x * (q[0] + q[1] * x) * exp(q[0] * x + q[1] * x * x / 2),
                nodes((p[0] / p[1] + q[0]) * tilted, tilted))


def line(kernel, parameter, mean, p, q):
    p, q = tuple(map(mpf, p)), tuple(map(mpf, q))
    rows.append((kernel, parameter, [p[0]], [p[1]], [q[0]], [q[1]], squared(mean, p, q)))


for p, q in [(("0", "1"), ("1", "1")), (("0", "1"), ("1", "4")), (("-0.3", "0.5"), ("2", "0.01"))]:
    for l in ("1", "0.25", "30"):
        line("gaussian", l, of_difference(lambda z: exp(-z * z / (2 * mpf(l) ** 2))), p, q)
        line("laplace", l, of_difference(lambda z: exp(-fabs(z) / mpf(l))), p, q)
    line("energy", "1", of_difference(lambda z: -fabs(z) / 2), p, q)
for p, q in [(("0.4", "0.49"), ("-0.2", "0.25")), (("0", "0.25"), ("0.8", "0.25")), (("1", "0.81"), ("0.5", "0.04"))]:
    line("softmax", "1", softmax, p, q)
    line("linear-softmax", "1", linear_softmax, p, q)


# In the plane: the same sums with matrices, whose integrals are Gaussian; the derivative in t gives the linear factor.
def plane_gaussian(l):
    def mean(p, q):
        s = p[1] + q[1]
        m = p[0] - q[0]
        root = mp.cholesky(s)

        def value(u, v):
            z = m + root * matrix([u, v])
            return exp(-(u * u + v * v) / 2 - (z.T * z)[0] / (2 * l * l)) / (2 * pi)
        ends = linspace(-12, 12, 9)
        return quad(lambda u: quad(lambda v: value(u, v), ends), ends)
    return mean


def plane_softmax(t):
    """E exp(t x.y): the integral over x of a Gaussian with the precision S1^-1 - t^2 S2."""
    def mean(p, q):
        precision = inverse(p[1]) - t * t * q[1]
        linear = inverse(p[1]) * p[0] + t * q[0]
        exponent = (linear.T * inverse(precision) * linear)[0] / 2 - (p[0].T * inverse(p[1]) * p[0])[0] / 2
        return exp(exponent) / sqrt(det(precision) * det(p[1]))
    return mean


P = (matrix(["0.2", "-0.1"]), matrix([["0.3", "0.1"], ["0.1", "0.4"]]))
Q = (matrix(["-0.3", "0.5"]), matrix([["0.6", "-0.2"], ["-0.2", "0.3"]]))


def flat(p):
    return list(p[0]), [p[1][i, j] for i in range(2) for j in range(2)]


def plane(kernel, parameter, value):
    rows.append((kernel, parameter, *flat(P), *flat(Q), value))


mp.dps = 18
gaussian = squared(plane_gaussian(mpf("0.8")), P, Q)
mp.dps = 30
plane("gaussian", "0.8", gaussian)
plane("softmax", "1", squared(plane_softmax(mpf(1)), P, Q))
plane("linear-softmax", "1", diff(lambda t: squared(plane_softmax(t), P, Q), 1))
means = P[0] - Q[0]
plane("linear", "1", (means.T * means)[0])
moments = P[1] + P[0] * P[0].T - Q[1] - Q[0] * Q[0].T
plane("polynomial", "1.5", sum(x ** 2 for x in moments) + 3 * (means.T * means)[0])

with open("discrepancies.tsv", "w") as out:
    out.write("# written by generate-discrepancies.py\n")
    out.write("# kernel\tparameter\tfirstMean\tfirstCovariance\tsecondMean\tsecondCovariance\tsquared\n")
    for kernel, parameter, *arrays, value in rows:
        cells = [" ".join(mp.nstr(x, 20) for x in array) for array in arrays]
        out.write("\t".join([kernel, parameter, *cells, mp.nstr(value, 20)]) + "\n")
