"""Times NumPy on the samples of MmdBenchmark, prints a Markdown table, and the values for comparison.

    python3 mmd.py

Whole kernel matrices, from inner products by BLAS: NumPy has no blocks of its own. Medians of five runs after one.
"""

import platform
import statistics
import time

import numpy

DIMENSION = 10
GOLDEN = 0.6180339887498949
PERMUTATIONS = 199


def points(count, start, shift):
    index = numpy.arange(start, start + count)[:, None] * float(DIMENSION) + numpy.arange(1, DIMENSION + 1)
    fraction = index * GOLDEN - numpy.floor(index * GOLDEN)
    return fraction ** numpy.arange(1, DIMENSION + 1) + shift


def squared_distances(a, b):
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
    return numpy.maximum(squares, 0, out=squares)


def kernel(a, b):
    values = squared_distances(a, b)
    values *= -0.5
    return numpy.exp(values, out=values)


def unbiased(x, y):
    n = len(x)
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    off = (xx.sum() - numpy.trace(xx) + yy.sum() - numpy.trace(yy)) / (n * (n - 1))
    return off - 2 * xy.mean()


def permutation_test(x, y):
    n = len(x)
    pooled = numpy.vstack([x, y])
    values = kernel(pooled, pooled)
    rng = numpy.random.default_rng(0)
    sets = numpy.zeros((2 * n, PERMUTATIONS + 1))
    sets[:n, 0] = 1
    for b in range(1, PERMUTATIONS + 1):
        sets[rng.permutation(2 * n)[:n], b] = 1
    within = numpy.einsum("ib,ib->b", sets, values @ sets)
    between = values.sum(1) @ sets - within
    rest = values.sum() - within - 2 * between
    statistics_ = (within + rest - 2 * between) / n ** 2
    return (statistics_ >= statistics_[0] - 1e-12).mean()


def median(x, y):
    pooled = numpy.vstack([x, y])
    squares = squared_distances(pooled, pooled)
    return numpy.sqrt(numpy.median(squares[numpy.triu_indices(len(pooled), 1)]))


def timed(what, *arguments):
    times = []
    for _ in range(6):
        start = time.perf_counter()
        value = what(*arguments)
        times.append(time.perf_counter() - start)
    return value, statistics.median(times[1:])


print(f"Python {platform.python_version()}, NumPy {numpy.__version__}\n")
print("| n | unbiased | 199 permutations | median |\n|---:|---:|---:|---:|")
values = []
for count in (500, 5000):
    samples = points(count, 0, 0), points(count, count, 0.02)
    cells = [f"{count:,}"]
    for what in (unbiased, permutation_test, median):
        value, seconds = timed(what, *samples)
        cells.append(f"{1e3 * seconds:.3g} ms")
        values.append(f"{what.__name__}, n = {count}: {value:.17g}")
    print("| " + " | ".join(cells) + " |")
print()
print("\n".join(values))
