package dev.retort.examples.validation;

import static dev.retort.core.internal.Arguments.refusal;

import dev.retort.core.SampleMean;
import dev.retort.examples.validation.Check.Run;
import dev.retort.examples.validation.ReferenceTables.Row;
import dev.retort.theory.progressive.BooleanFunction;
import dev.retort.theory.progressive.DistillationLoss;
import dev.retort.theory.progressive.DotProductKernel;
import dev.retort.theory.progressive.FourierExpansion;
import dev.retort.theory.progressive.FourierGap;
import dev.retort.theory.progressive.FourierSample;
import dev.retort.theory.progressive.HierarchicalParity;
import dev.retort.theory.progressive.LabelSmoothing;
import dev.retort.theory.progressive.NGramCurriculum;
import dev.retort.theory.progressive.NGramWindow;
import dev.retort.theory.progressive.NeuronGradient;
import dev.retort.theory.progressive.OneStepTeacher;
import dev.retort.theory.progressive.ParityLearning;
import dev.retort.theory.progressive.ProbabilisticGrammar;
import dev.retort.theory.progressive.SoftLabels;
import dev.retort.theory.progressive.SparseParity;
import dev.retort.theory.progressive.SupportRecovery;
import dev.retort.theory.progressive.ThresholdUnit;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Why unfinished teachers teach better. */
final class ProgressiveFormulas {

    private static final String PANIGRAHI = "Panigrahi et al., arXiv 2410.05464";
    private static final String DOCUMENT = "lib-theory/docs/progressive-distillation.md";

    /** All sentences have four or five tokens. */
    private static final ProbabilisticGrammar TREE = ProbabilisticGrammar.parse("""
            S -> A B 0.6 | B A 0.4
            A -> C D 0.7 | D E 0.3
            B -> C C 0.5 | D C 0.5
            E -> C D 1
            C -> a 0.8 | b 0.2
            D -> b 0.7 | c 0.3
            """);

    /** Sentences of any length. */
    private static final ProbabilisticGrammar BRACKETS = ProbabilisticGrammar.parse("""
            S -> L S R 0.3 | S S 0.15 | L R 0.25 | x 0.3
            L -> ( 0.9 | [ 0.1
            R -> ) 0.8 | ] 0.2
            """);

    private ProgressiveFormulas() {}

    static List<Formula> all() {
        return List.of(units(), functions(), recovery(), gradients(), teacher(), losses(), softLabels(), grammars());
    }

    private static double fraction(String text) {
        String[] parts = text.split("/", -1);
        BigDecimal denominator = new BigDecimal(parts.length == 1 ? "1" : parts[1]);
        return new BigDecimal(parts[0])
                .divide(denominator, MathContext.DECIMAL128)
                .doubleValue();
    }

    private static Formula units() {
        return Formula.of(
                        "threshold and ReLU units, and the Fourier gap",
                        PANIGRAHI + ", the gap; coefficients O'Donnell (2014), 5.3, and derived, " + DOCUMENT,
                        ThresholdUnit.class,
                        FourierGap.class)
                .withDigits("progressive/units.tsv", 4e-16, (row, worst) -> {
                    int d = row.whole("d");
                    int s = row.whole("s");
                    ThresholdUnit unit = ThresholdUnit.of(d, row.number("b"));
                    worst.compare(unit.coefficientOfSize(s), fraction(row.text("H")));
                    worst.compare(unit.reluCoefficient(IntStream.range(0, s).toArray()), fraction(row.text("R")));
                    if (row.has("gap")) {
                        worst.compare(FourierGap.of(d, s, row.number("b")).gap(), fraction(row.text("gap")));
                    }
                })
                .withOrder("leading order of the gap, k = 4", 1, 0.1, (run, worst) -> {
                    FourierGap small = FourierGap.of(101, 4);
                    FourierGap large = FourierGap.of(1001, 4);
                    worst.add(Math.log10(
                            (small.leadingOrder() / small.gap() - 1) / (large.leadingOrder() / large.gap() - 1)));
                })
                .withLimit("majority of nine, by all points", 1e-15, worst -> {
                    BooleanFunction all = BooleanFunction.of(9, ThresholdUnit.of(9, 0)::value);
                    worst.compare(ThresholdUnit.of(9, 0).coefficientOfSize(3), all.coefficient(0, 1, 2));
                });
    }

    private static Formula functions() {
        return Formula.of(
                        "Boolean functions, parities and samples of them",
                        "O'Donnell, Analysis of Boolean Functions (2014); hierarchical ones " + PANIGRAHI,
                        BooleanFunction.class,
                        FourierExpansion.class,
                        FourierSample.class,
                        SparseParity.class,
                        HierarchicalParity.class)
                .withSimulation("coefficients of a majority of 101 from samples", (run, worst) -> {
                    ThresholdUnit majority = ThresholdUnit.of(101, 0);
                    FourierSample sample = FourierSample.draw(101, run.trials(20_000), 7, majority::value);
                    List<SampleMean> measured = sample.degreeOne();
                    for (int i = 0; i < 10; i++) {
                        worst.measure(measured.get(i), majority.coefficient(i));
                    }
                })
                .withLimit("indicators of classes by all points; noise stability of a parity", 1e-14, worst -> {
                    HierarchicalParity tree = HierarchicalParity.of(6, 2, 2);
                    BooleanFunction third = BooleanFunction.of(6, x -> tree.label(x) == 3 ? 1 : 0);
                    tree.indicator(3)
                            .terms()
                            .forEach(term -> worst.compare(
                                    third.coefficient(
                                            term.set().stream().mapToInt(i -> i).toArray()),
                                    term.coefficient()));
                    worst.compare(SparseParity.of(6, 3).expansion().noiseStability(0.5), Math.pow(0.5, 3));
                    worst.compare(
                            BooleanFunction.of(6, SparseParity.of(6, 3)::label).noiseStability(0.5), 0.125);
                });
    }

    private static Formula recovery() {
        return Formula.of(
                        "sample counts of parities",
                        PANIGRAHI + ", the exponents; bounds derived, " + DOCUMENT,
                        SupportRecovery.class,
                        ParityLearning.class,
                        OneStepTeacher.class,
                        DotProductKernel.class)
                .withDigits(
                        "progressive/predictions.tsv",
                        1e-12,
                        (row, worst) -> worst.compare(prediction(row.text("what"), row), row.number("value")))
                .withLimit("failure probability at the samples required for it", 1e-13, worst -> {
                    SupportRecovery problem = SupportRecovery.of(50, 6, 0.2, 1);
                    worst.compare(problem.hoeffdingFailure(problem.hoeffdingSamples(0.03)), 0.03);
                    worst.compare(problem.bernsteinFailure(problem.bernsteinSamples(0.03)), 0.03);
                });
    }

    private static double prediction(String what, Row row) {
        double[] arguments = row.numbers("arguments");
        int d = (int) arguments[0];
        int k = (int) arguments[1];
        return switch (what) {
            case "hoeffding" ->
                SupportRecovery.of(d, k, arguments[2], arguments[3]).hoeffdingSamples(arguments[4]);
            case "oneShotHoeffding" ->
                SupportRecovery.oneShot(FourierGap.of(d, k)).hoeffdingSamples(arguments[2]);
            case "oneShotBernstein" ->
                SupportRecovery.oneShot(FourierGap.of(d, k)).bernsteinSamples(arguments[2]);
            case "oneHotHoeffding" -> SupportRecovery.oneHot(d, k).hoeffdingSamples(arguments[2]);
            case "l1Leakage" -> SupportRecovery.of(d, k, 1, 1).l1LeakageSamples(arguments[2], arguments[3]);
            case "gaussian" -> SupportRecovery.gaussianProbability(FourierGap.of(d, k, arguments[2]), arguments[3]);
            case "ordered" -> OneStepTeacher.of(FourierGap.of(d, k), 100).orderedProbability();
            case "queries" -> ParityLearning.of(d, k).statisticalQueries(arguments[2], arguments[3]);
            case "exhaustive" -> ParityLearning.of(d, k).exhaustiveSearchSamples(arguments[2]);
            case "exponentialEigenvalue" -> DotProductKernel.exponential(d).eigenvalue(k);
            default ->
                DotProductKernel.exponential(d).eigenvalue(k)
                        / DotProductKernel.exponential(d).eigenvalue((int) arguments[2]);
        };
    }

    private static Formula gradients() {
        return Formula.of("gradient of a neuron", "derived, " + DOCUMENT, NeuronGradient.class)
                .withLimit("the mean over all points of the cube", 1e-13, worst -> {
                    ThresholdUnit unit = ThresholdUnit.of(new int[] {3, -1, 2, 2, 1, -3, 1}, 1);
                    FourierExpansion labels = FourierExpansion.parity(7, 0, 2).plus(0.5, 4);
                    NeuronGradient gradient = NeuronGradient.of(unit, 0.7, labels);
                    for (int i = 0; i < 7; i++) {
                        int at = i;
                        double mean = BooleanFunction.of(7, x -> unit.value(x) * labels.value(x) * x[at])
                                .coefficient();
                        worst.compare(gradient.weight(i), -0.7 * mean, 0.1);
                    }
                    worst.compare(
                            gradient.outputWeight(),
                            -BooleanFunction.of(7, x -> unit.reluValue(x) * labels.value(x))
                                    .coefficient());
                });
    }

    private static Formula teacher() {
        return Formula.of("teacher after one step", "derived, " + DOCUMENT, OneStepTeacher.class)
                .withSimulation("squared coefficients of drawn teachers, mean over draws", (run, worst) -> {
                    OneStepTeacher teacher = OneStepTeacher.of(FourierGap.of(21, 4), 64);
                    double[] squares = IntStream.range(0, run.trials(2000))
                            .mapToDouble(seed -> Math.pow(teacher.draw(seed).coefficients()[0], 2))
                            .toArray();
                    worst.measure(SampleMean.of(squares), Math.pow(teacher.supportDeviation(), 2));
                })
                .withLimit(
                        "chance that all exceed one deviation: 0.3173…^4",
                        1e-12,
                        worst -> worst.compare(
                                OneStepTeacher.of(FourierGap.of(49, 4), 256).exceedanceProbability(1),
                                Math.pow(0.31731050786291415, 4)));
    }

    private static Formula losses() {
        double[] student = {1, -0.5, 0.25};
        double[] teacher = {2, 0, -1};
        return Formula.of(
                        "losses of distillation and their gradients",
                        "Hinton, Vinyals and Dean, arXiv 1503.02531; Yuan et al., arXiv 1909.11723, label smoothing",
                        DistillationLoss.class,
                        LabelSmoothing.class)
                .withLimit("sums of the definition; slopes by differences; a smoothed label", 1e-8, worst -> {
                    worst.compare(DistillationLoss.of(2).value(student, teacher), 4 * divergence(teacher, student, 2));
                    DistillationLoss mixed = DistillationLoss.of(2).withTrueLabels(0.3);
                    double[] gradient = mixed.gradient(student, teacher, 0);
                    for (int i = 0; i < 3; i++) {
                        double[] above = student.clone();
                        double[] below = student.clone();
                        above[i] += 1e-5;
                        below[i] -= 1e-5;
                        double slope = (mixed.value(above, teacher, 0) - mixed.value(below, teacher, 0)) / 2e-5;
                        worst.compare(gradient[i], slope, 0.1);
                    }
                    LabelSmoothing smoothing = LabelSmoothing.of(0.1);
                    worst.compare(
                            smoothing.value(student, 0),
                            smoothing.asDistillation().value(student, new double[3], 0) + 0.1 * Math.log(3));
                });
    }

    /** KL(softmax(q/τ) ‖ softmax(p/τ)). */
    private static double divergence(double[] q, double[] p, double tau) {
        double sumQ = 0;
        double sumP = 0;
        for (int i = 0; i < q.length; i++) {
            sumQ += Math.exp(q[i] / tau);
            sumP += Math.exp(p[i] / tau);
        }
        double divergence = Math.log(sumP / sumQ);
        for (int i = 0; i < q.length; i++) {
            divergence += Math.exp(q[i] / tau) / sumQ * (q[i] - p[i]) / tau;
        }
        return divergence;
    }

    private static Formula softLabels() {
        return Formula.of(
                        "soft labels in an empirical risk",
                        "Menon et al., arXiv 2005.10419, as an identity; " + DOCUMENT,
                        SoftLabels.class)
                .withLimit("variance and bias of two inputs, by hand", 1e-13, worst -> {
                    SoftLabels labels = SoftLabels.of(
                            new double[] {0.5, 0.5},
                            new double[][] {{0.9, 0.1}, {0.3, 0.7}},
                            new double[][] {{1, 0}, {0.5, 0.5}},
                            new double[][] {{0.1, 2.0}, {1.2, 0.4}});
                    // Soft: 0.1 and 0.8. Truth: 0.29 and 0.64.
                    worst.compare(labels.risk(), 0.465);
                    worst.compare(labels.bias(), 0.45 - 0.465);
                    worst.compare(labels.meanSquareError(10), 0.35 * 0.35 / 10 + 0.015 * 0.015);
                    double second = (0.9 * 0.01 + 0.1 * 4 + 0.3 * 1.44 + 0.7 * 0.16) / 2;
                    worst.compare(labels.oneHotMeanSquareError(10), (second - 0.465 * 0.465) / 10);
                });
    }

    private static ProbabilisticGrammar grammar(Row row) {
        String name = row.text("grammar");
        return switch (name) {
            case "tree" -> TREE;
            case "brackets" -> BRACKETS;
            default -> throw refusal("grammar", name, "is unknown");
        };
    }

    /** Rows of one masked token, or, without a sentence, of the mean over all sentences of at most so many tokens. */
    private static void compareWindows(Run run, Worst worst) {
        Map<String, NGramCurriculum> means = new HashMap<>();
        List<Row> rows = run.tables().rows("progressive/n-grams.tsv");
        rows.stream()
                .filter(row -> row.text("sentence").isEmpty())
                .forEach(row -> row.read(mean -> {
                    String name = mean.text("grammar");
                    int n = mean.whole("n");
                    NGramCurriculum curriculum = means.computeIfAbsent(
                            name,
                            key -> NGramCurriculum.of(
                                    grammar(mean), key.equals("tree") ? 9 : 7, mean.whole("position")));
                    worst.compare(curriculum.loss(n).mean(), mean.number("loss"), 1);
                    worst.compare(curriculum.close(n).mean(), mean.number("close"), 1);
                    worst.compare(curriculum.robust(n).mean(), mean.number("robust"), 1);
                }));
        run.forEachRow("progressive/n-grams.tsv", row -> {
            if (row.has("sentence")) {
                ProbabilisticGrammar grammar = grammar(row);
                NGramWindow window = new NGramWindow(row.whole("n"));
                List<String> sentence = List.of(row.text("sentence").split(" ", -1));
                int position = row.whole("position");
                worst.compare(window.close(grammar, sentence, position), row.number("close"), 1);
                worst.compare(window.robust(grammar, sentence, position), row.number("robust"), 1);
                double[] law = grammar.prediction(window.kept(sentence, position), position);
                double seen = law[grammar.terminals().indexOf(sentence.get(position))];
                worst.compare(-Math.log(seen), row.number("loss"), 1);
            }
        });
    }

    private static Formula grammars() {
        return Formula.of(
                        "masked tokens of a grammar, and n-grams",
                        PANIGRAHI + ", the distances; exact laws derived, " + DOCUMENT,
                        ProbabilisticGrammar.class,
                        NGramWindow.class,
                        NGramCurriculum.class)
                .withDigitsOf("progressive/n-grams.tsv", 1e-13, ProgressiveFormulas::compareWindows)
                .withLimit("predictions are ratios of probabilities of sentences", 1e-14, worst -> {
                    ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("""
                            S -> A B 0.6 | B A 0.4
                            A -> C D 0.7 | D C 0.3
                            B -> C C 0.5 | D C 0.5
                            C -> a 0.8 | b 0.2
                            D -> b 0.7 | c 0.3
                            """);
                    double[] law = grammar.prediction(List.of("a", "?", "b", "b"), 1);
                    double whole = grammar.probability(List.of("a", "?", "b", "b"));
                    for (int i = 0; i < law.length; i++) {
                        String token = grammar.terminals().get(i);
                        worst.compare(law[i], grammar.probability(List.of("a", token, "b", "b")) / whole);
                    }
                    worst.compare(grammar.probability(List.of("?", "?", "?", "?")), 1);
                })
                .withLimit("sentences ab and ba: loss ln 2 from one token, half of it from two", 1e-14, worst -> {
                    ProbabilisticGrammar grammar = ProbabilisticGrammar.parse("""
                            S -> A B 0.5 | B A 0.5
                            A -> a 1
                            B -> b 1
                            """);
                    NGramCurriculum stair = NGramCurriculum.of(grammar, 3, 2);
                    worst.compare(stair.loss(1).mean(), Math.log(2));
                    worst.compare(stair.loss(2).mean(), Math.log(2) / 2);
                    worst.compare(new NGramWindow(2).robust(grammar, List.of("a", "b"), 1), 0.5);
                });
    }
}
