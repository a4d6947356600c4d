"""n-gram curricula of two grammars, from the law of all their sentences in exact fractions.

No inside-outside algorithm: the law of the texts of every symbol and length is written out text by text, and predictions are
ratios of sums over all sentences that agree with what is seen. Writes n-grams.tsv; a row without a sentence is a mean over all
sentences of at most so many tokens and all their positions. Needs mpmath.
"""

from collections import defaultdict
from fractions import Fraction
from functools import lru_cache
from itertools import product

from mpmath import mp, mpf, log

mp.dps = 40

GRAMMARS = {
    "tree": (5, 9, {
        "S": [("A B", ".6"), ("B A", ".4")],
        "A": [("C D", ".7"), ("D E", ".3")],
        "B": [("C C", ".5"), ("D C", ".5")],
        "E": [("C D", "1")],
        "C": [("a", ".8"), ("b", ".2")],
        "D": [("b", ".7"), ("c", ".3")],
    }),
    "brackets": (6, 7, {
        "S": [("L S R", ".3"), ("S S", ".15"), ("L R", ".25"), ("x", ".3")],
        "L": [("(", ".9"), ("[", ".1")],
        "R": [(")", ".8"), ("]", ".2")],
    }),
}


def laws(rules, longest):
    """By length, the probability of every sentence."""

    @lru_cache(None)
    def texts(symbol, length):
        law = defaultdict(Fraction)
        for right, probability in rules[symbol]:
            words = right.split()
            if len(words) == 1:
                if length == 1:
                    law[(words[0],)] += Fraction(probability)
                continue
            for sizes in product(range(1, length), repeat=len(words)):
                if sum(sizes) == length:
                    parts = [texts(word, size) for word, size in zip(words, sizes)]
                    for choice in product(*(part.items() for part in parts)):
                        text, weight = (), Fraction(probability)
                        for more, p in choice:
                            text, weight = text + more, weight * p
                        law[text] += weight
        return dict(law)

    return {t: texts("S", t) for t in range(1, longest + 1) if texts("S", t)}


def number(x):
    return mp.nstr(mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else x, 25)


def main():
    lines = ["# written by generate-n-grams.py", "# grammar\tsentence\tposition\tn\tloss\tclose\trobust"]
    for name, (longest, largest, rules) in GRAMMARS.items():
        by_length = laws(rules, longest)
        terminals = sorted({r for rs in rules.values() for r, _ in rs if len(r.split()) == 1})
        whole = sum(sum(law.values()) for law in by_length.values())

        @lru_cache(None)
        def marginal(length, seen):
            return sum(p for text, p in by_length[length].items() if all(text[i] == v for i, v in seen))

        def prediction(length, seen, i):
            joint = [marginal(length, tuple(sorted(seen + ((i, v),)))) for v in terminals]
            return [p / sum(joint) for p in joint]

        def distance(p, q):
            return sum(abs(a - b) for a, b in zip(p, q)) / 2

        for n in range(1, largest + 1):
            mean = [mpf(0), Fraction(0), Fraction(0)]
            for length, law in by_length.items():
                for count, (text, p) in enumerate(sorted(law.items())):
                    for i in range(length):
                        window = range(i - n // 2, i - n // 2 + n)
                        rest = tuple((j, text[j]) for j in range(length) if j != i)
                        kept = tuple((j, v) for j, v in rest if j in window)
                        hidden = tuple((j, v) for j, v in rest if j not in window)
                        best = prediction(length, rest, i)
                        by_window = prediction(length, kept, i)
                        q = by_window[terminals.index(text[i])]
                        row = [
                            -log(mpf(q.numerator) / q.denominator),
                            distance(best, by_window),
                            distance(best, prediction(length, hidden, i)),
                        ]
                        weight = p / whole / length
                        mean = [
                            mean[0] + row[0] * mpf(weight.numerator) / weight.denominator,
                            mean[1] + row[1] * weight,
                            mean[2] + row[2] * weight,
                        ]
                        if count % 29 == 3 and (n + i) % 3 == 0:
                            lines.append("\t".join(
                                [name, " ".join(text), str(i), str(n)] + [number(x) for x in row]))
            lines.append("\t".join([name, "", str(longest), str(n)] + [number(x) for x in mean]))
            print(lines[-1])
    with open("n-grams.tsv", "w") as file:
        file.write("\n".join(lines) + "\n")


main()
