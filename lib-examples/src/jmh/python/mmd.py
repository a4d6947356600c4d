"""Times NumPy and scikit-learn on the samples of MmdBenchmark and MmdDimensionBenchmark, and prints Markdown tables and the values.

    OPENBLAS_NUM_THREADS=1 python3 mmd.py

Computes whole kernel matrices from inner products by BLAS; the kernel of scikit-learn is sklearn.metrics.pairwise.rbf_kernel. Samples are
drawn before, as in those classes. Reports the best of five runs after a warm-up run, in wall-clock and processor time.
"""

import platform
import time

import numpy
import sklearn
from sklearn.metrics.pairwise import rbf_kernel

DIMENSION = 10
GOLDEN = 0.6180339887498949
PERMUTATIONS = 199


def points(count, start, shift, dimension=DIMENSION):
    index = numpy.arange(start, start + count)[:, None] * float(dimension) + numpy.arange(1, dimension + 1)
    fraction = index * GOLDEN - numpy.floor(index * GOLDEN)
    return fraction ** (numpy.arange(dimension) % 10 + 1) + shift


def squared_distances(a, b):
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * a @ b.T
    return numpy.maximum(squares, 0, out=squares)


def kernel(a, b):
    """A Gaussian kernel whose squared width is a tenth of the dimension."""
    values = squared_distances(a, b)
    values *= -0.5 * DIMENSION / a.shape[1]
    return numpy.exp(values, out=values)


def kernel_of_scikit_learn(a, b):
    return rbf_kernel(a, b, gamma=0.5 * DIMENSION / a.shape[1])


def estimate(x, y, k):
    n = len(x)
    xx, yy, xy = k(x, x), k(y, y), k(x, y)
    off = (xx.sum() - numpy.trace(xx) + yy.sum() - numpy.trace(yy)) / (n * (n - 1))
    return off - 2 * xy.mean()


def unbiased(x, y):
    return estimate(x, y, kernel)


def unbiased_by_scikit_learn(x, y):
    return estimate(x, y, kernel_of_scikit_learn)


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


def timed(what, count, dimension):
    x, y = points(count, 0, 0, dimension), points(count, count, 0.02, dimension)
    times = []
    for _ in range(6):
        start = time.perf_counter(), time.process_time()
        value = what(x, y)
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return value, [min(each) for each in zip(*times[1:])]


def print_table(name, sizes, methods):
    print(f"\n| {name} | " + " | ".join(what.__name__ for what in methods) + " |\n|---:|" + "---:|" * len(methods))
    values = []
    for count, dimension in sizes:
        cells = [f"{count:,}" if name == "n" else str(dimension)]
        for what in methods:
            value, (clock, processor) = timed(what, count, dimension)
            cells.append(f"{1e3 * clock:.3g}, {1e3 * processor:.3g} ms")
            values.append(f"{what.__name__}, n = {count}, {dimension} coordinates: {value:.17g}")
        print("| " + " | ".join(cells) + " |", flush=True)
    print("\n" + "\n".join(values))


print(f"Python {platform.python_version()}, NumPy {numpy.__version__}, scikit-learn {sklearn.__version__}")
estimates = [unbiased, unbiased_by_scikit_learn]
print_table("coordinates", [(2000, 10), (2000, 100), (2000, 784)], estimates)
print_table("n", [(500, DIMENSION), (5000, DIMENSION)], estimates + [permutation_test, median])
