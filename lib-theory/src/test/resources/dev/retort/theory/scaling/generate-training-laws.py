"""Losses, their derivatives and inverses by the supervised and the distillation law, with 60 digits.

The derivatives are differences of the losses themselves, and the best teacher is the root of such a derivative next to the
smallest of 2000 losses, so that no closed form of the library is used.
Run: python3 generate-training-laws.py > training-laws.tsv
"""
import random

from mpmath import diff, exp, findroot, log, mp, mpf

mp.dps = 60
random.seed(7)

COLUMNS = (
    "E A alpha B beta gamma A' alpha' B' beta' gamma' c0 c1 d1 f1 N D LT "
    "loss lossByN lossByD tokens parameters flops bestN "
    "student studentByN studentByD studentByLT bestTeacher bestStudent"
).split()


def constants(case):
    """Rounded to doubles, as the library reads them."""
    if case == 0:
        e, law = 1.220, (3355.0, 0.408, 18186.0, 0.431, 0.452)
    else:
        e = round(random.uniform(0.3, 2.0), 3)
        law = (
            round(10 ** random.uniform(2, 4), 1),
            round(random.uniform(0.25, 0.5), 3),
            round(10 ** random.uniform(2, 4.5), 1),
            round(random.uniform(0.25, 0.6), 3),
            1.0 if case % 3 == 0 else round(random.uniform(0.4, 1.2), 3),
        )
    student = (
        round(10 ** random.uniform(2, 3.6), 1),
        round(random.uniform(0.25, 0.45), 3),
        round(10 ** random.uniform(2.5, 4.4), 1),
        round(random.uniform(0.35, 0.65), 3),
        round(random.uniform(0.6, 1.1), 3),
    )
    bend = (
        round(random.uniform(1.0, 3.0), 3),
        0.0 if case == 5 else round(10 ** random.uniform(0, 2.7), 2),
        round(random.uniform(0.8, 1.4), 3),
        round(random.uniform(0.07, 0.4), 3),
    )
    n = float(round(10 ** random.uniform(8, 10.3)))
    d = float(round(10 ** random.uniform(9.3, 12)))
    return e, law, student, bend, n, d


print("# written by generate-training-laws.py")
print("# " + "\t".join(COLUMNS))
for case in range(24):
    e, law, student, bend, n, d = constants(case)
    a, al, b, be, ga = map(mpf, law)
    a2, al2, b2, be2, ga2 = map(mpf, student)
    c0, c1, d1, f1 = map(mpf, bend)
    E, N, D = mpf(e), mpf(n), mpf(d)

    def loss(N, D):
        return E + (a / N**al + b / D**be) ** ga

    teacher = float(loss(N, D)) * random.uniform(0.8, 1.2)
    teacher = max(teacher, e * 1.01)
    T = mpf(teacher)

    def distilled(N, D, T):
        bent = (1 + (T / (loss(N, D) * d1)) ** (1 / f1)) ** (-c1 * f1)
        return T + T ** (-c0) * bent * (a2 / N**al2 + b2 / D**be2) ** ga2

    flops = 6 * N * D
    # the best size: a root of the derivative along the line of equal compute
    best_n = exp(findroot(lambda x: diff(lambda y: loss(exp(y), flops / 6 / exp(y)), x), log(N)))
    # between the losses of this size with a third and with three times the tokens
    target = mpf(float(loss(N, D / 3)))
    tokens = exp(findroot(lambda x: loss(N, exp(x)) - target, log(D / 3)))
    parameters = exp(findroot(lambda x: loss(exp(x), D) - target, log(N / 2)))

    along = lambda x: distilled(N, D, exp(x))
    low, high = log(E), log(distilled(N, D, loss(N, D)))
    grid = [low + (high - low) * i / 2000 for i in range(2001)]
    place = min(range(2001), key=lambda i: along(grid[i]))
    if place == 0:
        best = low
    else:
        slope = lambda x: diff(along, x)
        best = findroot(slope, (grid[place - 1], grid[place + 1]), solver="anderson", tol=1e-50)
    values = [
        *(mpf(v) for v in (e, *law, *student, *bend, n, d, teacher)),
        loss(N, D),
        diff(lambda x: loss(x, D), N),
        diff(lambda x: loss(N, x), D),
        tokens,
        parameters,
        flops,
        best_n,
        distilled(N, D, T),
        diff(lambda x: distilled(x, D, T), N),
        diff(lambda x: distilled(N, x, T), D),
        diff(lambda x: distilled(N, D, x), T),
        exp(best),
        along(best),
    ]
    print("\t".join(mp.nstr(v, 20) for v in values))
