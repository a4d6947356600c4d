package dev.retort.theory.distillation;

/**
 * The derivatives of a linear functional of a stage's output with respect to everything that the stage depends on:
 *
 * <pre>  J = Σ X_k θ_k + Σ W_k a_k(P, σ²),</pre>
 *
 * where a_k is the variance that the labels' second moments P and noise of variance σ² add to one feature of node k, linear
 * in both. X, W, P and σ² are held fixed. Immutable.
 */
interface Functional {

    /** The weights and arguments of J, in the units of the nodes. */
    final class Terms {

        private final Coordinates nodes;
        private final double[] byTheta;
        private final double[] byVariance;
        private final NodePower power;
        private final double noiseVariance;

        /** Keeps the arrays X and W, for given P and σ². */
        Terms(Coordinates nodes, double[] byTheta, double[] byVariance, NodePower power, double noiseVariance) {
            this.nodes = nodes;
            this.byTheta = byTheta;
            this.byVariance = byVariance;
            this.power = power;
            this.noiseVariance = noiseVariance;
        }

        Coordinates nodes() {
            return nodes;
        }

        /** X */
        double byTheta(int k) {
            return byTheta[k];
        }

        /** W */
        double byVariance(int k) {
            return byVariance[k];
        }

        /** P */
        NodePower power() {
            return power;
        }

        /** σ² */
        double noiseVariance() {
            return noiseVariance;
        }
    }

    /** ∂J/∂P of a node. */
    double byPower(int k);

    /** ∂J/∂σ² */
    double byNoiseVariance();

    /**
     * ∂J/∂ln λ of a feature of the training, with its variance ρ in the units of the node held fixed; 0 if λ is 0 or the
     * feature is not seen.
     */
    double byFactors(int k);

    /** ∂J/∂ln ρ of a node; 0 if λ is 0. */
    double byRatio(int k);

    /** The jump of J as a feature that does not vary in the training gets variance, or a number of the same sign. */
    double jump(int k);

    /** ∂J/∂λ from above of a feature that does not vary in the training, where J does not jump. */
    double byNewEigenvalue(int k);

    /** a_k; for a feature of λ = 0 that the model would see, the limit of λ → 0. */
    double addedVariance(int k);

    /** The derivative of J with respect to a parameter of the training. */
    double by(Parameter parameter);
}
