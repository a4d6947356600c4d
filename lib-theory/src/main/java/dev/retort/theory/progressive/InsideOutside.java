package dev.retort.theory.progressive;

import dev.retort.theory.progressive.ProbabilisticGrammar.Pair;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The inside–outside algorithm on one sentence with masked tokens. The inside probability of a symbol over a part of the sentence is the
 * probability that the symbol derives the tokens of the part; the outside probability is that of the tokens around the part. The
 * probabilities of each part are stored in units of a power of two of its own, so that none underflows.
 */
final class InsideOutside {

    /** The exponent of a part that no symbol derives; two of them add up without overflow. */
    private static final int IMPOSSIBLE = Integer.MIN_VALUE / 4;

    private static final int START = 0;

    private final ProbabilisticGrammar grammar;
    private final int[] tokens;
    private final Pair[] pairs;
    private final int length;
    private final int symbols;

    /** Indexed by part and symbol; the part of tokens a to b − 1 has the number a · length + b − 1. */
    private final double[] inside;

    private final int[] units;

    /**
     * @param tokens their numbers, −1 where they are masked
     */
    InsideOutside(ProbabilisticGrammar grammar, int[] tokens) {
        this.grammar = grammar;
        this.tokens = tokens;
        this.pairs = grammar.pairs().toArray(Pair[]::new);
        this.length = tokens.length;
        this.symbols = grammar.symbols();
        this.inside = new double[length * length * symbols];
        this.units = new int[length * length];
        Arrays.fill(units, IMPOSSIBLE);
        for (int i = 0; i < length; i++) {
            int at = part(i, i + 1) * symbols;
            for (int symbol = 0; symbol < symbols; symbol++) {
                double[] emissions = grammar.emissions(symbol);
                inside[at + symbol] = tokens[i] < 0 ? Arrays.stream(emissions).sum() : emissions[tokens[i]];
            }
            units[part(i, i + 1)] = normalise(inside, at, 0);
        }
        for (int size = 2; size <= length; size++) {
            for (int from = 0; from + size <= length; from++) {
                combine(from, from + size);
            }
        }
    }

    private int part(int from, int to) {
        return from * length + to - 1;
    }

    private void combine(int from, int to) {
        int unit = IMPOSSIBLE;
        for (int middle = from + 1; middle < to; middle++) {
            unit = Math.max(unit, units[part(from, middle)] + units[part(middle, to)]);
        }
        int at = part(from, to) * symbols;
        for (int middle = from + 1; middle < to; middle++) {
            double factor = factor(units[part(from, middle)] + units[part(middle, to)], unit);
            if (factor > 0) {
                int left = part(from, middle) * symbols;
                int right = part(middle, to) * symbols;
                for (Pair pair : pairs) {
                    inside[at + pair.parent()] +=
                            factor * pair.probability() * inside[left + pair.left()] * inside[right + pair.right()];
                }
            }
        }
        units[part(from, to)] = normalise(inside, at, unit);
    }

    /** 2 to the difference of two exponents; 0 if the first is that of an impossible part, or is so small that it does not count. */
    private static double factor(int unit, int largest) {
        return unit <= IMPOSSIBLE / 2 ? 0 : Math.scalb(1.0, Math.max(unit - largest, -2000));
    }

    /** Scales a part so that its largest number is from 1 to less than 2, and returns the exponent of its new unit. */
    private int normalise(double[] of, int at, int unit) {
        double largest = 0;
        for (int symbol = 0; symbol < symbols; symbol++) {
            largest = Math.max(largest, of[at + symbol]);
        }
        if (largest == 0) {
            return IMPOSSIBLE;
        }
        int exponent = Math.getExponent(largest);
        for (int symbol = 0; symbol < symbols; symbol++) {
            of[at + symbol] = Math.scalb(of[at + symbol], -exponent);
        }
        return unit + exponent;
    }

    double probability() {
        int whole = part(0, length);
        return units[whole] == IMPOSSIBLE ? 0 : Math.scalb(inside[whole * symbols + START], units[whole]);
    }

    double logProbability() {
        int whole = part(0, length);
        return units[whole] == IMPOSSIBLE
                ? Double.NEGATIVE_INFINITY
                : Math.log(inside[whole * symbols + START]) + units[whole] * Math.log(2);
    }

    /** For each terminal, the joint probability of the terminal at a position and of all other tokens, up to a common factor. */
    double[] law(int position) {
        double[] outside = new double[inside.length];
        int[] outsideUnits = new int[units.length];
        Arrays.fill(outsideUnits, IMPOSSIBLE);
        outside[part(0, length) * symbols + START] = 1;
        outsideUnits[part(0, length)] = 0;
        for (int size = length - 1; size >= 1; size--) {
            for (int from = Math.max(0, position - size + 1); from <= Math.min(position, length - size); from++) {
                surround(from, from + size, outside, outsideUnits);
            }
        }
        double[] law = new double[grammar.terminals().size()];
        int at = part(position, position + 1) * symbols;
        for (int symbol = 0; symbol < symbols; symbol++) {
            double[] emissions = grammar.emissions(symbol);
            for (int token = 0; token < law.length; token++) {
                law[token] += outside[at + symbol] * emissions[token];
            }
        }
        return law;
    }

    private void surround(int from, int to, double[] outside, int[] outsideUnits) {
        int unit = IMPOSSIBLE;
        for (int end = to + 1; end <= length; end++) {
            unit = Math.max(unit, outsideUnits[part(from, end)] + units[part(to, end)]);
        }
        for (int begin = 0; begin < from; begin++) {
            unit = Math.max(unit, outsideUnits[part(begin, to)] + units[part(begin, from)]);
        }
        int at = part(from, to) * symbols;
        for (int end = to + 1; end <= length; end++) {
            double factor = factor(outsideUnits[part(from, end)] + units[part(to, end)], unit);
            if (factor > 0) {
                int parent = part(from, end) * symbols;
                int sibling = part(to, end) * symbols;
                for (Pair pair : pairs) {
                    outside[at + pair.left()] += factor
                            * pair.probability()
                            * outside[parent + pair.parent()]
                            * inside[sibling + pair.right()];
                }
            }
        }
        for (int begin = 0; begin < from; begin++) {
            double factor = factor(outsideUnits[part(begin, to)] + units[part(begin, from)], unit);
            if (factor > 0) {
                int parent = part(begin, to) * symbols;
                int sibling = part(begin, from) * symbols;
                for (Pair pair : pairs) {
                    outside[at + pair.right()] += factor
                            * pair.probability()
                            * outside[parent + pair.parent()]
                            * inside[sibling + pair.left()];
                }
            }
        }
        outsideUnits[part(from, to)] = normalise(outside, at, unit);
    }

    /** Draws the tokens that are masked. */
    int[] sample(RandomGenerator random) {
        int[] drawn = new int[length];
        become(START, 0, length, random, drawn);
        return drawn;
    }

    private void become(int symbol, int from, int to, RandomGenerator random, int[] drawn) {
        if (to - from == 1) {
            drawn[from] = tokens[from] < 0 ? chosen(grammar.emissions(symbol), random) : tokens[from];
            return;
        }
        List<Pair> rules = grammar.pairs(symbol);
        double[] weights = new double[(to - from - 1) * rules.size()];
        int unit = IMPOSSIBLE;
        for (int middle = from + 1; middle < to; middle++) {
            unit = Math.max(unit, units[part(from, middle)] + units[part(middle, to)]);
        }
        for (int middle = from + 1; middle < to; middle++) {
            double factor = factor(units[part(from, middle)] + units[part(middle, to)], unit);
            for (int rule = 0; factor > 0 && rule < rules.size(); rule++) {
                Pair pair = rules.get(rule);
                weights[(middle - from - 1) * rules.size() + rule] = factor
                        * pair.probability()
                        * inside[part(from, middle) * symbols + pair.left()]
                        * inside[part(middle, to) * symbols + pair.right()];
            }
        }
        int choice = chosen(weights, random);
        int middle = from + 1 + Math.floorDiv(choice, rules.size());
        Pair pair = rules.get(choice % rules.size());
        become(pair.left(), from, middle, random, drawn);
        become(pair.right(), middle, to, random, drawn);
    }

    /** Draws an index with a probability in proportion to its weight; at least one weight is positive. */
    private static int chosen(double[] weights, RandomGenerator random) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        double left = random.nextDouble() * sum;
        int choice = -1;
        for (int i = 0; i < weights.length && left >= 0; i++) {
            choice = weights[i] > 0 ? i : choice;
            left -= weights[i];
        }
        return choice;
    }
}
