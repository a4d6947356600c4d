package dev.retort.theory.progressive;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * Counts of points of the cube as fractions of all 2^d points.
 *
 * <p>Commons Math does not suffice: {@link BigFraction#doubleValue()} returns 0 if only the denominator exceeds the largest double, from d
 * = 1024 on, and {@code CombinatoricsUtils} does not compute binomial coefficients beyond the range of {@code long}.
 */
final class Dyadic {

    private Dyadic() {}

    /** count / 2^exponent, rounded to the nearest double. */
    static double toDouble(BigInteger count, int exponent) {
        // Keeps 62 bits, more than a double has; the last one is set if any bit was cut off, so that rounding is
        // correct.
        int surplus = count.bitLength() - 62;
        if (surplus <= 0) {
            return Math.scalb((double) count.longValueExact(), -exponent);
        }
        BigInteger size = count.abs();
        long head = size.shiftRight(surplus).longValueExact();
        if (size.getLowestSetBit() < surplus) {
            head |= 1;
        }
        return count.signum() * Math.scalb((double) head, surplus - exponent);
    }

    /** A fraction, to within two units in the last place. */
    static double toDouble(BigFraction fraction) {
        BigInteger numerator = fraction.getNumerator();
        if (numerator.signum() == 0) {
            return 0;
        }
        BigInteger denominator = fraction.getDenominator();
        // A quotient of 64 bits or more has all the digits of a double.
        int shift = 65 - numerator.bitLength() + denominator.bitLength();
        return toDouble(shift(numerator, shift).divide(shift(denominator, -shift)), shift);
    }

    private static BigInteger shift(BigInteger number, int bits) {
        return bits > 0 ? number.shiftLeft(bits) : number;
    }

    /** count / 2^exponent, exactly. */
    static BigFraction fraction(BigInteger count, int exponent) {
        return new BigFraction(count, BigInteger.ONE.shiftLeft(exponent));
    }

    /** A finite double, exactly; the constructor of {@link BigFraction} halves subnormal ones. */
    static BigFraction fraction(double number) {
        BigDecimal decimal = new BigDecimal(number);
        return new BigFraction(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()));
    }

    /** C(n, k), which is 0 for k outside 0 … n. */
    static BigInteger binomial(int n, int k) {
        if (k < 0 || k > n) {
            return BigInteger.ZERO;
        }
        int smaller = Math.min(k, n - k);
        return product(n - smaller + 1, n).divide(product(1, smaller));
    }

    /** The product of the whole numbers first … last, split in halves, so that the two factors are of similar length. */
    private static BigInteger product(int first, int last) {
        if (last - first < 8) {
            BigInteger product = BigInteger.ONE;
            for (int i = 0; i <= last - first; i++) {
                product = product.multiply(BigInteger.valueOf(first + (long) i));
            }
            return product;
        }
        int middle = (first + last) >>> 1;
        return product(first, middle).multiply(product(middle + 1, last));
    }

    /** The sum of C(n, m) over m = 0 … k; 0 if k is negative. */
    static BigInteger cumulativeBinomial(int n, int k) {
        BigInteger binomial = BigInteger.ONE;
        BigInteger sum = BigInteger.ZERO;
        for (int m = 0; m <= Math.min(k, n); m++) {
            sum = sum.add(binomial);
            binomial = binomial.multiply(BigInteger.valueOf(n - m)).divide(BigInteger.valueOf(m + 1L));
        }
        return sum;
    }
}
