package dev.retort.core.internal;

/**
 * A complex number.
 *
 * @param real its real part
 * @param imaginary its imaginary part
 */
public record Complex(double real, double imaginary) {

    /** {@return the number with this absolute value and this argument, in radians} */
    public static Complex polar(double size, double angle) {
        return new Complex(size * Math.cos(angle), size * Math.sin(angle));
    }

    /** {@return the sum} */
    public Complex plus(Complex other) {
        return new Complex(real + other.real, imaginary + other.imaginary);
    }

    /** {@return this number plus a real one} */
    public Complex plus(double other) {
        return new Complex(real + other, imaginary);
    }

    /** {@return the difference} */
    public Complex minus(Complex other) {
        return new Complex(real - other.real, imaginary - other.imaginary);
    }

    /** {@return this number times a real one} */
    public Complex times(double factor) {
        return new Complex(real * factor, imaginary * factor);
    }

    /** {@return the product} */
    public Complex times(Complex other) {
        return new Complex(
                real * other.real - imaginary * other.imaginary, real * other.imaginary + imaginary * other.real);
    }

    /** {@return the quotient; computed in units of the larger part of the divisor, so that no square overflows or underflows} */
    public Complex over(Complex other) {
        double unit = Math.max(Math.abs(other.real), Math.abs(other.imaginary));
        double c = other.real / unit;
        double d = other.imaginary / unit;
        double norm = c * c + d * d;
        return new Complex((real * c + imaginary * d) / norm / unit, (imaginary * c - real * d) / norm / unit);
    }

    /** {@return the absolute value} */
    public double size() {
        return Math.hypot(real, imaginary);
    }

    /** {@return the argument, in radians, from −π to π} */
    public double angle() {
        return Math.atan2(imaginary, real);
    }

    /** {@return e to the power of this number} */
    public Complex exp() {
        return polar(Math.exp(real), imaginary);
    }

    /** {@return the logarithm whose imaginary part is from −π to π} */
    public Complex log() {
        return new Complex(Math.log(size()), angle());
    }

    /** {@return the complex conjugate} */
    public Complex conjugate() {
        return new Complex(real, -imaginary);
    }

    /** {@return the square root whose real part is not negative} */
    public Complex root() {
        return polar(Math.sqrt(size()), angle() / 2);
    }

    /** {@return a power} */
    public Complex power(int exponent) {
        return polar(Math.pow(size(), exponent), exponent * angle());
    }

    /** {@return whether the imaginary part is 0} */
    public boolean isReal() {
        return imaginary == 0;
    }
}
