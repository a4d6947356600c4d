"""Writes singular-values.tsv: singular values of matrices that doubles hold exactly, to 30 digits.

    python3 generate-singular-values.py > singular-values.tsv

The entries are quotients of 64, times powers of two by column, from the generator x <- 48271 x mod 2147483647.
"""
import mpmath as mp

mp.mp.dps = 400
print("# Written by generate-singular-values.py with mpmath " + mp.__version__ + ", in 400 digits")
print("# rows\tcolumns\tstep of the exponents\tsingular values, descending")
for n, p, step in [(1, 1, 0), (5, 3, 0), (12, 8, 0), (12, 8, 20), (30, 10, 40), (8, 8, -30), (3, 7, 0), (10, 25, 1), (16, 16, 7)]:
    x = 17
    a = mp.matrix(n, p)
    for j in range(p):
        for i in range(n):
            x = 48271 * x % 2147483647
            a[i, j] = mp.mpf(x % 129 - 64) / 64 * mp.mpf(2) ** (step * j)
    gram = a.T * a if p <= n else a * a.T
    values = sorted((mp.sqrt(v) for v in mp.eigsy(gram, eigvals_only=True)), reverse=True)
    print("\t".join([str(n), str(p), str(step), " ".join(mp.nstr(v, 30) for v in values)]))
