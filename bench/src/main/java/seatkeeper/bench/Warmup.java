package seatkeeper.bench;

import java.util.concurrent.Callable;

/**
 * Work that is done before anything is measured, until it gets no faster: for the first ten thousands of calls the JIT
 * compiler takes half of a core.
 *
 * @param most how often at most; 0 when nobody looks at the rates
 * @param scale of the benchmark
 */
record Warmup(int most, double scale) {

    private static final double NO_FASTER = 1.05;

    /** The amount of work for one time: from a fifth of the full size on always the same. */
    int of(int full) {
        return (int) (full * Math.min(1, 5 * scale));
    }

    /**
     * Does the work again and again.
     *
     * @param work what answers how much was done a second
     */
    void until(Callable<Double> work) throws Exception {
        double before = 0;
        for (int times = 0; times < most; times++) {
            double now = work.call();
            if (now < before * NO_FASTER) {
                return;
            }
            before = now;
        }
    }
}
