package dev.retort.theory.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An axis with a known range: the position of a value between the two ends, and the values named along it. The ends of a logarithmic scale
 * are kept as logarithms, so that any range of doubles works.
 */
record Scale(boolean log, double low, double high) {

    private static final double TEXT = 13;
    private static final int MOST_LABELS = 8;

    /** A mark on the axis, at a fraction of its length; marks between the named ones have an empty name. */
    record Tick(double at, String name) {

        boolean isNamed() {
            return !name.isEmpty();
        }

        double length(double ofNamed) {
            return isNamed() ? ofNamed : ofNamed / 2;
        }
    }

    /** The position of a value: 0 at the low end, 1 at the high end, NaN if the scale cannot show it. */
    double fraction(double value) {
        return log ? between(value > 0 ? Math.log10(value) : Double.NaN) : between(value);
    }

    private double between(double position) {
        // The distance between two doubles can overflow; that between their halves cannot.
        double unit = Double.isInfinite(high - low) ? 0.5 : 1;
        double fraction = (position * unit - low * unit) / (high * unit - low * unit);
        return Double.isFinite(position) ? fraction : Double.NaN;
    }

    /** The marks for an axis of a given length in pixels, in order; their names do not touch. */
    List<Tick> ticks(double pixels, boolean horizontal) {
        if (log && high - low >= 1.5 && Math.floor(high) - Math.ceil(low) >= 1) {
            return Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
                    .map(every -> decadeTicks(pixels / (high - low), every))
                    .filter(ticks -> clear(ticks, pixels, horizontal))
                    .findFirst()
                    .orElse(List.of());
        }
        List<Tick> ticks = log ? digitTicks() : List.of();
        boolean enough = ticks.stream().filter(Tick::isNamed).count() >= 3;
        return enough && clear(ticks, pixels, horizontal) ? ticks : decimalTicks(pixels, horizontal);
    }

    // Exact decimals, so that a tick at 0.3 reads 0.3 and a range of a few ulps still has different names.
    private List<Tick> decimalTicks(double pixels, boolean horizontal) {
        BigDecimal from = BigDecimal.valueOf(log ? Math.pow(10, low) : low);
        BigDecimal to = BigDecimal.valueOf(log ? Math.pow(10, high) : high);
        int magnitude = magnitude(from.abs().max(to.abs()));
        for (int k = 0; ; k++) {
            int power = magnitude(to.subtract(from)) - 1 + k / 3;
            BigDecimal step = BigDecimal.valueOf(new int[] {1, 2, 5}[k % 3]).scaleByPowerOfTen(power);
            BigDecimal last = to.divide(step, 0, RoundingMode.FLOOR);
            List<Tick> ticks = new ArrayList<>();
            for (BigDecimal i = from.divide(step, 0, RoundingMode.CEILING);
                    i.compareTo(last) <= 0;
                    i = i.add(BigDecimal.ONE)) {
                BigDecimal value = step.multiply(i);
                double at = log
                        ? fraction(value.doubleValue())
                        : value.subtract(from)
                                .divide(to.subtract(from), MathContext.DECIMAL64)
                                .doubleValue();
                ticks.add(new Tick(at, name(value, magnitude, power)));
            }
            if (ticks.size() <= MOST_LABELS && clear(ticks, pixels, horizontal)) {
                return ticks;
            }
        }
    }

    private static int magnitude(BigDecimal value) {
        return value.signum() == 0 ? 0 : value.precision() - value.scale() - 1;
    }

    private static String name(BigDecimal value, int magnitude, int power) {
        if (value.signum() == 0) {
            return "0";
        }
        boolean plain = magnitude >= -4 && magnitude <= 5;
        int shift = plain ? 0 : magnitude;
        String digits = value.movePointLeft(shift)
                .setScale(Math.max(0, shift - power), RoundingMode.HALF_EVEN)
                .toPlainString();
        return (plain ? digits : digits + "×10^{" + magnitude + "}").replace('-', '−');
    }

    private List<Tick> decadeTicks(double perDecade, int every) {
        List<Tick> ticks = new ArrayList<>();
        for (int k = (int) Math.floor(low); k <= high + 1e-9; k++) {
            boolean named = Math.floorMod(k, every) == 0;
            if (named || perDecade >= 4) {
                mark(ticks, k, named ? "10^{" + k + "}" : "");
            }
            for (int digit = 2; every == 1 && perDecade >= 20 && digit <= 9; digit++) {
                mark(ticks, k + Math.log10(digit), "");
            }
        }
        return ticks;
    }

    private List<Tick> digitTicks() {
        List<Tick> ticks = new ArrayList<>();
        for (int k = (int) Math.floor(low); k <= high; k++) {
            for (int digit = 1; digit <= 9; digit++) {
                BigDecimal value = BigDecimal.valueOf(digit).scaleByPowerOfTen(k);
                boolean named = digit == 1 || digit == 2 || digit == 5;
                mark(ticks, k + Math.log10(digit), named ? name(value, k, k) : "");
            }
        }
        return ticks;
    }

    private void mark(List<Tick> ticks, double position, String name) {
        double at = between(position);
        if (at > -1e-9 && at < 1 + 1e-9) {
            ticks.add(new Tick(at, name.replace('-', '−')));
        }
    }

    private static boolean clear(List<Tick> ticks, double pixels, boolean horizontal) {
        double end = Double.NEGATIVE_INFINITY;
        for (Tick tick : ticks) {
            if (tick.isNamed()) {
                double half = (horizontal ? Label.of(tick.name()).width(TEXT) + 8 : 2 * TEXT) / 2;
                if (tick.at() * pixels - half < end) {
                    return false;
                }
                end = tick.at() * pixels + half;
            }
        }
        return true;
    }
}
