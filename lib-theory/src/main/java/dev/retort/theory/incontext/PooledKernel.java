package dev.retort.theory.incontext;

import dev.retort.core.internal.Parallel;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The kernel matrix of two samples taken together, in square tiles that are computed when needed and never kept: memory grows with the
 * number of points and not with its square. No tile spans both samples. Threads share the tiles, and sums are taken in an order that does
 * not depend on the threads.
 */
final class PooledKernel {

    /** The side of a tile, which takes half a megabyte and fits into a second-level cache. */
    private static final int SIDE = 256;

    private final Kernel kernel;
    private final Points points;
    private final PairSource pairs;

    /** The number of points in the first sample. */
    private final int first;

    /** The first points of the tiles; the last entry is the number of points. */
    private final int[] edges;

    /** The values k(z, z); computing them also checks that the kernel fits the points. */
    private final double[] diagonal;

    private PooledKernel(Kernel kernel, Points points, PairSource pairs, int first, int[] edges) {
        this.kernel = kernel;
        this.points = points;
        this.pairs = pairs;
        this.first = first;
        this.edges = edges;
        this.diagonal = new double[points.count()];
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = kernel.onDiagonal(points.row(i));
        }
    }

    /**
     * The matrix of a kernel, which must fit the points.
     *
     * @param points both samples, the first sample first
     * @param pairs their pairs
     * @param first the number of points in the first sample
     */
    static PooledKernel of(Kernel kernel, Points points, PairSource pairs, int first) {
        int[] edges = IntStream.concat(
                        IntStream.concat(starts(0, first), starts(first, points.count())), IntStream.of(points.count()))
                .toArray();
        return new PooledKernel(kernel, points, pairs, first, edges);
    }

    private static IntStream starts(int from, int to) {
        return IntStream.iterate(from, at -> at < to, at -> at + SIDE);
    }

    int firstCount() {
        return first;
    }

    int secondCount() {
        return points.count() - first;
    }

    double diagonal(int i) {
        return diagonal[i];
    }

    /** Processes a tile: the values of rows from..to and columns from..to, row by row. */
    private interface TileWork {
        void accept(int rowBlock, int columnBlock, double[][] tile);
    }

    /** Processes the tiles on and below the diagonal. */
    private void forTiles(TileWork work) {
        int blocks = edges.length - 1;
        Parallel.forEach(blocks * (blocks + 1) / 2, index -> {
            int rowBlock = (int) ((Math.sqrt(8.0 * index + 1) - 1) / 2);
            // The root may be off by rounding.
            while (rowBlock * (rowBlock + 1) / 2 > index) {
                rowBlock--;
            }
            while ((rowBlock + 1) * (rowBlock + 2) / 2 <= index) {
                rowBlock++;
            }
            int columnBlock = index - rowBlock * (rowBlock + 1) / 2;
            int column = edges[columnBlock];
            int columnEnd = edges[columnBlock + 1];
            double[][] tile = new double[edges[rowBlock + 1] - edges[rowBlock]][columnEnd - column];
            pairs.forRows(
                    edges[rowBlock],
                    edges[rowBlock + 1],
                    column,
                    columnEnd,
                    (beside, i) -> kernel.fill(beside, tile[i]));
            work.accept(rowBlock, columnBlock, tile);
        });
    }

    /** For every point, the sums of its kernel values with the first and with the second sample, including itself. */
    RowSums rowSums() {
        OfRows ofRows = new OfRows();
        forTiles(ofRows);
        return ofRows.sums();
    }

    /** Sums of every row, collected from the tiles. */
    private final class OfRows implements TileWork {

        private final double[][] sums = new double[edges.length - 1][points.count()];

        @Override
        public void accept(int rowBlock, int columnBlock, double[][] tile) {
            double[] ofRows = sums[columnBlock];
            double[] ofColumns = rowBlock == columnBlock ? new double[points.count()] : sums[rowBlock];
            for (int i = 0; i < tile.length; i++) {
                double sum = 0;
                for (int j = 0; j < tile[i].length; j++) {
                    sum += tile[i][j];
                    ofColumns[edges[columnBlock] + j] += tile[i][j];
                }
                ofRows[edges[rowBlock] + i] = sum;
            }
        }

        RowSums sums() {
            double[] withFirst = new double[points.count()];
            double[] withSecond = new double[points.count()];
            for (int block = 0; block < sums.length; block++) {
                double[] into = edges[block] < first ? withFirst : withSecond;
                for (int i = 0; i < into.length; i++) {
                    into[i] += sums[block][i];
                }
            }
            for (int i = 0; i < withFirst.length; i++) {
                kernel.checkValue(withFirst[i] + withSecond[i]);
            }
            return new RowSums(withFirst, withSecond);
        }
    }

    /** Sums over rows of the kernel matrix. */
    static final class RowSums {

        private final double[] withFirst;
        private final double[] withSecond;

        private RowSums(double[] withFirst, double[] withSecond) {
            this.withFirst = withFirst;
            this.withSecond = withSecond;
        }

        /** Σ k(z_i, x_j) over the first sample. */
        double withFirst(int i) {
            return withFirst[i];
        }

        /** Σ k(z_i, y_j) over the second. */
        double withSecond(int i) {
            return withSecond[i];
        }
    }

    /**
     * The sums of all values inside sets of points, wᵀKw for indicators w, and the row sums, from one pass over the kernel's values.
     *
     * @param sets one set per row: whether it contains point i
     */
    SetSums sumsWithin(boolean[][] sets) {
        OfRows ofRows = new OfRows();
        OfSets ofSets = new OfSets(sets);
        forTiles((rowBlock, columnBlock, tile) -> {
            ofRows.accept(rowBlock, columnBlock, tile);
            ofSets.accept(rowBlock, columnBlock, tile);
        });
        return new SetSums(ofRows.sums(), ofSets.sums());
    }

    /** The sums of all rows, and for each set the sum of k(z_i, z_j) over all i and j in it. */
    static final class SetSums {

        final RowSums rows;
        final double[] within;

        private SetSums(RowSums rows, double[] within) {
            this.rows = rows;
            this.within = within;
        }
    }

    /** Sums inside sets, collected from the tiles. */
    private final class OfSets implements TileWork {

        private final boolean[][] sets;
        private final double[][] sums = new double[(edges.length - 1) * edges.length / 2][];

        OfSets(boolean[][] sets) {
            this.sets = sets;
        }

        @Override
        public void accept(int rowBlock, int columnBlock, double[][] tile) {
            double[] ofTile = new double[sets.length];
            for (int from = 0; from < sets.length; from += SetsAtOnce.COUNT) {
                SetsAtOnce some = new SetsAtOnce(sets, from);
                some.addSums(tile, edges[rowBlock], edges[columnBlock], ofTile);
            }
            double times = rowBlock == columnBlock ? 1 : 2;
            for (int b = 0; b < ofTile.length; b++) {
                ofTile[b] *= times;
            }
            sums[rowBlock * (rowBlock + 1) / 2 + columnBlock] = ofTile;
        }

        double[] sums() {
            double[] totals = new double[sets.length];
            for (double[] ofTile : sums) {
                for (int b = 0; b < totals.length; b++) {
                    totals[b] += ofTile[b];
                }
            }
            return totals;
        }
    }

    /** A group of sets that fits into the cache together with its sums. */
    private static final class SetsAtOnce {

        static final int COUNT = 128;

        private final boolean[][] sets;
        private final int from;
        private final int count;

        SetsAtOnce(boolean[][] sets, int from) {
            this.sets = sets;
            this.from = from;
            this.count = Math.min(COUNT, sets.length - from);
        }

        /** The indicators of some points: for each point, which sets contain it. */
        private double[][] indicators(int at, int points) {
            double[][] indicators = new double[points][count];
            for (int b = 0; b < count; b++) {
                boolean[] set = sets[from + b];
                for (int j = 0; j < points; j++) {
                    indicators[j][b] = set[at + j] ? 1 : 0;
                }
            }
            return indicators;
        }

        void addSums(double[][] tile, int row, int column, double[] sums) {
            double[][] rows = indicators(row, tile.length);
            double[][] columns = indicators(column, tile[0].length);
            double[] ofRow = new double[count];
            for (int i = 0; i < tile.length; i++) {
                Arrays.fill(ofRow, 0);
                addProduct(tile[i], columns, ofRow);
                for (int b = 0; b < count; b++) {
                    sums[from + b] += rows[i][b] * ofRow[b];
                }
            }
        }

        /** Adds Σ_j values[j] · w[j][b] for all b. */
        private static void addProduct(double[] values, double[][] w, double[] sums) {
            int j = 0;
            for (; j + 4 <= values.length; j += 4) {
                addFour(
                        sums,
                        values[j],
                        w[j],
                        values[j + 1],
                        w[j + 1],
                        values[j + 2],
                        w[j + 2],
                        values[j + 3],
                        w[j + 3]);
            }
            for (; j < values.length; j++) {
                for (int b = 0; b < sums.length; b++) {
                    sums[b] += values[j] * w[j][b];
                }
            }
        }

        /** Four at a time, each in its own array: the compiler turns this form of the loop, and no other, into vector instructions. */
        private static void addFour(
                double[] sums,
                double k0,
                double[] w0,
                double k1,
                double[] w1,
                double k2,
                double[] w2,
                double k3,
                double[] w3) {
            for (int b = 0; b < sums.length; b++) {
                sums[b] += (k0 * w0[b] + k1 * w1[b]) + (k2 * w2[b] + k3 * w3[b]);
            }
        }
    }
}
