"""Times NumPy on the trainings of NetworkBenchmark, and prints a Markdown table: microseconds per step.

    OPENBLAS_NUM_THREADS=1 python3 networks.py

The preset fast: fresh batches of 64 points of a parity of 6 among 36 coordinates, the logistic loss, plain gradient descent in double
precision, 1000 steps. The teacher has 256 neurons and is measured on 4096 held-out points every 50 steps; the student has 16
neurons and soft labels of such a teacher, and is measured every 100 steps. Medians of five runs after a warm-up run, in wall-clock and
processor time.
"""

import platform
import statistics
import time

import numpy

DIMENSION, SIZE, BATCH, HELD_OUT, STEPS = 36, 6, 64, 4096, 1000


class Network:

    def __init__(self, rng, width):
        self.w = rng.uniform(-1, 1, (width, DIMENSION)) / DIMENSION ** 0.5
        self.b = rng.uniform(-1, 1, width) / DIMENSION ** 0.5
        self.a = rng.uniform(-1, 1, width) / width ** 0.5
        self.c = 0.0

    def logits(self, x):
        return numpy.maximum(x @ self.w.T + self.b, 0) @ self.a + self.c

    def step(self, x, q, rate):
        z = x @ self.w.T + self.b
        h = numpy.maximum(z, 0)
        slopes = (1 / (1 + numpy.exp(-(h @ self.a + self.c))) - q) * (rate / BATCH)
        back = slopes[:, None] * self.a * (z >= 0)
        self.a -= slopes @ h
        self.c -= slopes.sum()
        self.w -= back.T @ x
        self.b -= back.sum(0)


def draw(rng, count):
    x = 1.0 - 2.0 * rng.integers(0, 2, (count, DIMENSION), dtype=numpy.int8)
    return x, x[:, :SIZE].prod(1)


def train(width, rate, every, teacher):
    rng = numpy.random.default_rng(1)
    network = Network(rng, width)
    held_out, labels = draw(rng, HELD_OUT)
    for step in range(1, STEPS + 1):
        x, y = draw(rng, BATCH)
        q = (1 + y) / 2 if teacher is None else 1 / (1 + numpy.exp(-teacher.logits(x)))
        network.step(x, q, rate)
        if step % every == 0:
            (network.logits(held_out) * labels > 0).mean()


def timed(*arguments):
    clock, processor = [], []
    for _ in range(6):
        begin, busy = time.perf_counter(), time.process_time()
        train(*arguments)
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    return [1e6 / STEPS * statistics.median(times[1:]) for times in (clock, processor)]


def main():
    teacher = Network(numpy.random.default_rng(2), 256)
    print("| | clock | processor |")
    print("|---|---:|---:|")
    for name, arguments in [("teacher", (256, 1.0, 50, None)), ("student", (16, 0.5, 100, teacher))]:
        print("| %s | %.0f µs | %.0f µs |" % (name, *timed(*arguments)))
    print(f"\nPython {platform.python_version()}, NumPy {numpy.__version__}")


main()
