package dev.retort.theory.planning;

import dev.retort.core.internal.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;

/**
 * The boundary between two phases of a plane ("marching squares"): each edge of a grid whose ends are in different phases
 * contains a point of the boundary, and two such points in a cell of the grid are joined.
 */
final class Boundary {

    private final double[] x;
    private final double[] y;
    private final Phase phase;
    private final DoubleBinaryOperator function;

    /** The points by edge, numbered as in {@link #edge}. */
    private final Map<Integer, double[]> points = new HashMap<>();

    /** The edges that an edge is joined with: at most two. */
    private final Map<Integer, List<Integer>> joined = new HashMap<>();

    /** Tells which phase a point of the grid is in. */
    @FunctionalInterface
    interface Phase {
        boolean at(int i, int j);
    }

    /**
     * @param phase the phase at the points of the grid: true where the function is above zero
     * @param function a function of the plane, called by several threads
     */
    Boundary(double[] x, double[] y, Phase phase, DoubleBinaryOperator function) {
        this.x = x;
        this.y = y;
        this.phase = phase;
        this.function = function;
        List<Integer> crossed = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                if (i + 1 < x.length && phase.at(i, j) != phase.at(i + 1, j)) {
                    crossed.add(edge(i, j, 0));
                }
                if (j + 1 < y.length && phase.at(i, j) != phase.at(i, j + 1)) {
                    crossed.add(edge(i, j, 1));
                }
            }
        }
        List<double[]> roots = Parallel.values(crossed.size(), k -> root(crossed.get(k)));
        for (int k = 0; k < crossed.size(); k++) {
            points.put(crossed.get(k), roots.get(k));
            joined.put(crossed.get(k), new ArrayList<>());
        }
        for (int i = 0; i + 1 < x.length; i++) {
            for (int j = 0; j + 1 < y.length; j++) {
                joinIn(i, j);
            }
        }
    }

    /** The edge from a point of the grid to the next one along x (0) or y (1). */
    private int edge(int i, int j, int along) {
        return 2 * (i * y.length + j) + along;
    }

    private double[] root(int edge) {
        int i = edge / 2 / y.length;
        int j = edge / 2 % y.length;
        return edge % 2 == 0
                ? new double[] {Search.root(x[i], x[i + 1], at -> function.applyAsDouble(at, y[j])), y[j]}
                : new double[] {x[i], Search.root(y[j], y[j + 1], at -> function.applyAsDouble(x[i], at))};
    }

    /** Joins the points on the edges of a cell: none, two or four. */
    private void joinIn(int i, int j) {
        int below = edge(i, j, 0);
        int above = edge(i, j + 1, 0);
        int left = edge(i, j, 1);
        int right = edge(i + 1, j, 1);
        List<Integer> crossed = List.of(below, right, above, left).stream()
                .filter(points::containsKey)
                .toList();
        if (crossed.size() == 2) {
            join(crossed.get(0), crossed.get(1));
        } else if (crossed.size() == 4) {
            // Opposite corners are in the same phase; the middle of the cell decides which pair is connected.
            boolean middle = function.applyAsDouble((x[i] + x[i + 1]) / 2, (y[j] + y[j + 1]) / 2) > 0;
            boolean cutsOffFirst = middle != phase.at(i, j);
            join(below, cutsOffFirst ? left : right);
            join(above, cutsOffFirst ? right : left);
        }
    }

    private void join(int first, int second) {
        neighbours(first).add(second);
        neighbours(second).add(first);
    }

    private double[] point(int edge) {
        return Objects.requireNonNull(points.get(edge));
    }

    private List<Integer> neighbours(int edge) {
        return Objects.requireNonNull(joined.get(edge));
    }

    /** The curves, each from its end with the smaller coordinates, sorted by their first points. */
    List<List<double[]>> curves() {
        Comparator<Integer> byPoint =
                Comparator.<Integer>comparingDouble(edge -> point(edge)[0]).thenComparingDouble(edge -> point(edge)[1]);
        List<Integer> sorted = points.keySet().stream().sorted(byPoint).toList();
        List<List<double[]>> curves = new ArrayList<>();
        Map<Integer, Boolean> done = new HashMap<>();
        for (boolean closed : new boolean[] {false, true}) {
            for (int edge : sorted) {
                if (!done.containsKey(edge) && (closed || neighbours(edge).size() < 2)) {
                    curves.add(curve(edge, closed, done));
                }
            }
        }
        curves.sort(Comparator.<List<double[]>>comparingDouble(curve -> curve.get(0)[0])
                .thenComparingDouble(curve -> curve.get(0)[1]));
        return List.copyOf(curves);
    }

    private List<double[]> curve(int start, boolean closed, Map<Integer, Boolean> done) {
        List<double[]> curve = new ArrayList<>();
        int edge = start;
        boolean more = true;
        while (more) {
            done.put(edge, true);
            add(curve, point(edge));
            more = false;
            for (int next : neighbours(edge)) {
                if (!more && !done.containsKey(next)) {
                    edge = next;
                    more = true;
                }
            }
        }
        if (closed) {
            add(curve, point(start));
        }
        return List.copyOf(curve);
    }

    /** Where the function is zero at a point of the grid, several edges have the same root. */
    private static void add(List<double[]> curve, double[] point) {
        if (curve.isEmpty() || !Arrays.equals(curve.get(curve.size() - 1), point)) {
            curve.add(point.clone());
        }
    }
}
