"""Writes npy-files.tsv: files of NumPy, one a line, in base64, with the values that they hold.

    python3 generate-npy-files.py > npy-files.tsv
"""
import base64
import io

import numpy as np

print("# Written by generate-npy-files.py with NumPy " + np.__version__)
print("# name\tbase64 of the file\trows\tvalues, row after row")


def line(name, array, version):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    flat = " ".join(repr(float(v)) for v in np.asarray(array, dtype=object).reshape(array.shape).ravel())
    print("\t".join([name, base64.b64encode(out.getvalue()).decode(), str(array.shape[0]), flat]))


values = np.array([[0, 1, 2], [3, 100, 127]])
for kind in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    for order in "<>" if kind[1] != "1" else "|":
        table = values.astype(order + kind)
        if kind[0] == "i":
            table[0, 0] = np.iinfo(kind).min
        if kind[0] == "u":
            table[0, 0] = np.iinfo(kind).max if kind != "u8" else 2**64 - 2048
        if kind[0] == "f":
            table[0] = [-np.finfo(kind).smallest_subnormal, 1 / 3, np.finfo(kind).max]
        for memory in "CF":
            for version in [(1, 0), (2, 0), (3, 0)]:
                name = f"{order}{kind} {memory} {version[0]}.{version[1]}"
                line(name, np.array(table, order=memory), version)
line("one column", np.array([1.5, -2.5, 3.5]), (1, 0))
line("a transposed view", np.arange(6.0).reshape(2, 3).T, (1, 0))
line("every other row, backwards", np.arange(12.0).reshape(6, 2)[::-2], (1, 0))
line("one row", np.array([[1.0, 2.0]]), (1, 0))
line("one entry", np.array([[7.0]]), (1, 0))
