#!/usr/bin/env python3
"""Writes units.tsv: Fourier coefficients of threshold and ReLU units of weights 1, as fractions.

    python3 generate-units.py > units.tsv        (Python 3.11 was used; a second)

From the definition: a point with m minus signs has <w, x> = d - 2m, and the sum of chi_A over all of these is the Krawtchouk
number K_m(s; d), |A| = s. The library has closed forms instead, which sum over m.
Columns: H = E[1{<w, x> + b >= 0} chi_A], R = E[(<w, x> + b)_+ chi_A], gap = |H(s - 1)| - |H(s + 1)|, empty outside 1..d-1.
"""
from fractions import Fraction
from math import comb


def krawtchouk(m, s, d):
    return sum((-1) ** j * comb(s, j) * comb(d - s, m - j) for j in range(max(0, m - d + s), min(s, m) + 1))


def coefficients(d, b, s):
    on = [m for m in range(d + 1) if d - 2 * m + b >= 0]
    h = sum(krawtchouk(m, s, d) for m in on)
    r = sum(krawtchouk(m, s, d) * (d - 2 * m + b) for m in on)
    return Fraction(h, 2 ** d), Fraction(r) / 2 ** d


print("# written by generate-units.py")
print("# d\tb\ts\tH\tR\tgap")
for d, biases, sizes in [(1, [0, -1, -3, 1, 2.5], range(2)),
                         (2, [0, -0.5, 0.5, -2], range(3)),
                         (5, [0, -1, 1, 2, -3.5], range(6)),
                         (11, [0, -1, 0.75, 3], range(12)),
                         (12, [0, -5, -1, 1.5, -2, 11.5, 12, -12, -12.5], range(13)),
                         (20, [0, -1e-17, -7, 4], range(21)),
                         (49, [0, -6], [0, 1, 2, 3, 5, 6, 7, 24, 25, 48, 49]),
                         (50, [0, -2, 9.25], [0, 1, 4, 5, 6, 7, 25, 49, 50]),
                         (100, [0, -15], [0, 1, 2, 3, 5, 7, 50, 99, 100]),
                         (1100, [0, -41], [0, 1, 3, 4, 5, 550, 1099, 1100])]:
    for b in biases:
        exact = Fraction(b)
        for s in sizes:
            h, r = coefficients(d, exact, s)
            gap = ""
            if 1 <= s <= d - 1:
                gap = abs(coefficients(d, exact, s - 1)[0]) - abs(coefficients(d, exact, s + 1)[0])
            print(f"{d}\t{b}\t{s}\t{h}\t{r}\t{gap}")
