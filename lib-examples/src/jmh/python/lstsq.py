"""Times NumPy and SciPy on the fits of FitBenchmark and PrecisionBenchmark and prints Markdown tables.

    python3 lstsq.py            # all cores
    OPENBLAS_NUM_THREADS=1 python3 lstsq.py
"""

import os
import platform
import statistics
import time

import numpy
import scipy
from scipy.linalg import blas, lapack

FITS = [(125, 50), (500, 200), (2000, 800)]
SIZES = (500, 1000, 2000, 4000)
TRIALS = [(p, [50] * 10, 1.0) for p in SIZES]
TRIALS += [(p, [50] * 3, noise) for noise in (1.0, 3.0) for p in SIZES]
TRIALS += [(p, [50], 1.0) for p in SIZES]
TRIALS += [(p, [p // 10], 1.0) for p in SIZES[1:]]


def median_milliseconds(work, seconds=2.0):
    work()
    times = []
    while sum(times) < 1e3 * seconds or len(times) < 5:
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def through_gram(features, labels):
    """The minimum-norm fit by NumPy alone: X X^T (computed by dsyrk), Cholesky, two solves."""
    lower = numpy.linalg.cholesky(features @ features.T)
    return features.T @ numpy.linalg.solve(lower.T, numpy.linalg.solve(lower, labels))


class Task:
    def __init__(self, p, noise, decay, source):
        rank = numpy.arange(1, p + 1, dtype=float)
        self.eigenvalues = rank**-decay
        self.truth = numpy.sqrt(rank**-source / self.eigenvalues)
        self.noise = noise

    def draw(self, random, n, teacher):
        features = random.standard_normal((n, len(teacher))) * numpy.sqrt(self.eigenvalues)
        return features, features @ teacher + self.noise * random.standard_normal(n)

    def excess(self, coefficients):
        return numpy.sum(self.eigenvalues * (coefficients - self.truth) ** 2)


def fits(p, n):
    random = numpy.random.default_rng(1)
    task = Task(p, 0.1, 1.5, 1.5)
    features, labels = task.draw(random, n, task.truth)
    return {
        "SciPy lstsq": median_milliseconds(lambda: scipy.linalg.lstsq(features, labels)),
        "NumPy lstsq": median_milliseconds(lambda: numpy.linalg.lstsq(features, labels, rcond=None)),
        "NumPy pinv": median_milliseconds(lambda: numpy.linalg.pinv(features) @ labels),
        "NumPy Gram": median_milliseconds(lambda: through_gram(features, labels)),
        "NumPy draw": median_milliseconds(lambda: task.draw(random, n, task.truth)),
    }


def rates(p, n):
    """Gflop/s of the symmetric product and of Cholesky, n^2 p and n^3/3 multiplications and additions, in place."""
    random = numpy.random.default_rng(1)
    features = numpy.asfortranarray(random.standard_normal((p, n)))
    gram = numpy.asfortranarray(numpy.zeros((n, n)))
    product = median_milliseconds(lambda: blas.dsyrk(1.0, features, c=gram, trans=1, lower=1, overwrite_c=1))
    definite = features.T @ features
    work = numpy.empty((n, n), order="F")

    def factor():
        numpy.copyto(work, definite)
        lapack.dpotrf(work, lower=1, overwrite_a=1, clean=0)

    copy = median_milliseconds(lambda: numpy.copyto(work, definite))
    cholesky = median_milliseconds(factor) - copy
    return n * n * p / product / 1e6, n**3 / 3 / cholesky / 1e6


def naive(p, samples, noise, seconds=6.0):
    """A literal trial with SciPy's lstsq, each training on labels of the model before: its time, and the scatter of the
    final excess risk divided by its mean."""
    task = Task(p, noise, 1.1, 2.5)
    random = numpy.random.default_rng(2)
    risks = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds or len(risks) < 200:
        model = task.truth
        for n in samples:
            model = scipy.linalg.lstsq(*task.draw(random, n, model))[0]
        risks.append(task.excess(model))
    milliseconds = 1e3 * (time.perf_counter() - start) / len(risks)
    return milliseconds, statistics.stdev(risks) / statistics.mean(risks)


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, NumPy {numpy.__version__}, SciPy {scipy.__version__}, "
        f"OPENBLAS_NUM_THREADS={os.environ.get('OPENBLAS_NUM_THREADS', 'unset')}\n"
    )
    print("| p, n | SciPy lstsq | NumPy lstsq | NumPy pinv | NumPy Gram | NumPy draw |\n|---:|---:|---:|---:|---:|---:|")
    for p, n in FITS:
        row = fits(p, n)
        print(f"| {p:,}, {n:,} | " + " | ".join(f"{value:.3g} ms" for value in row.values()) + " |", flush=True)
    print("\n| p, n | dsyrk | dpotrf |\n|---:|---:|---:|")
    for p, n in FITS[1:]:
        product, cholesky = rates(p, n)
        print(f"| {p:,}, {n:,} | {product:.3g} Gflop/s | {cholesky:.3g} Gflop/s |", flush=True)
    print("\n| p, trainings x n | noise | a naive trial | scatter | trials to 1 % | time to 1 % |\n|---:|---:|---:|---:|---:|---:|")
    for p, samples, noise in TRIALS:
        milliseconds, scatter = naive(p, samples, noise)
        trials = (scatter / 0.01) ** 2
        print(
            f"| {p:,}, {len(samples)} x {samples[0]} | {noise:g} | {milliseconds:.3g} ms | {scatter:.3g} | {trials:.0f} "
            f"| {trials * milliseconds / 1e3:.3g} s |",
            flush=True,
        )
