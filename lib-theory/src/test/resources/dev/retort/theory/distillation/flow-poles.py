"""The poles of gradient flow: the rational function sum c/(x + r) of PAIRS pairs of poles that is nearest to (1 - exp(-x))/x on
[0, infinity) in relative terms. It interpolates in 4*PAIRS points, which are moved until the error between any two of them is the
same. Needs mpmath; takes a minute. Prints real and imaginary part of r and of c, one pole of each pair.
"""

from mpmath import cos, exp, expm1, fabs, log, lu_solve, matrix, mp, mpf, nstr, pi, polyroots, polyval

PAIRS = 7
SCALE = 8  # x = SCALE*(1 + t)/(1 - t) for t from -1 to 1
EVEN = mpf("1.05")  # the largest error over the smallest
mp.dps = 50
size = 2 * PAIRS


def x_of(t):
    return SCALE * (1 + t) / (1 - t)


def target(t):
    """(1 - exp(-x))/x/(1 - t)"""
    return -expm1(-x_of(t)) / (SCALE * (1 + t)) if t > -1 else mpf(1) / 2


def interpolant(points):
    """Numerator and denominator in powers of t."""
    system = matrix(2 * size, 2 * size)
    right = matrix(2 * size, 1)
    for i, t in enumerate(points):
        for j in range(size):
            system[i, j] = t**j
            system[i, size + j] = -target(t) * t ** (j + 1)
        right[i] = target(t)
    solution = list(lu_solve(system, right))
    return solution[:size], [mpf(1)] + solution[size:]


def error(above, below, t):
    return fabs(polyval(above[::-1], t) / polyval(below[::-1], t) / target(t) - 1)


points = [-cos(pi * (2 * i + 1) / (4 * size)) for i in range(2 * size)]
while True:
    above, below = interpolant(points)
    ends = [mpf(-1), *points, 1 - mpf(10) ** -25]
    errors = [
        max(error(above, below, start + (end - start) * j / 6) for j in range(7))
        for start, end in zip(ends, ends[1:])
    ]
    if max(errors) < EVEN * min(errors):
        break
    mean = exp(sum(log(e) for e in errors) / len(errors))
    lengths = [
        (end - start) * min(max((mean / e) ** mpf("0.05"), mpf("0.7")), mpf("1.4"))
        for start, end, e in zip(ends, ends[1:], errors)
    ]
    points = []
    at = mpf(-1)
    for length in lengths[:-1]:
        at += 2 * length / sum(lengths)
        points.append(at)

slope = [j * below[j] for j in range(1, size + 1)]
poles = []
for t in polyroots(below[::-1], maxsteps=500, extraprec=400):
    residue = polyval(above[::-1], t) / polyval(slope[::-1], t)
    poles.append((-x_of(t), residue * 2 * SCALE / (1 - t)))
for r, c in sorted(poles, key=lambda pole: pole[0].imag):
    if r.imag > 0:
        print(*(nstr(number, 25) for number in (r.real, r.imag, c.real, c.imag)))
print("largest relative error", nstr(max(errors), 3))
