package seatkeeper.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One row of the table: the work and its limit, round by round, measured in turns.
 *
 * @param unit of both
 * @param target what the ratio should at least be, or at most
 */
record Measured(String row, String unit, List<Double> work, List<Double> limit, double target, boolean atMost) {

    static final String HEADER =
            "%-34s %4s %10s %10s %7s %9s".formatted("row", "unit", "work", "limit", "ratio", "target");

    /** Rates, of which more is better. */
    Measured(String row, List<Double> work, List<Double> limit, double target) {
        this(row, "/s", work, limit, target, false);
    }

    /** Something of which less is better. */
    static Measured atMost(String row, String unit, List<Double> work, List<Double> limit, double target) {
        return new Measured(row, unit, work, limit, target, true);
    }

    double ratio() {
        return median(work) / median(limit);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%-34s %4s %10s %10s %7.2f %9s",
                row,
                unit,
                number(median(work)),
                number(median(limit)),
                ratio(),
                (atMost ? "<= " : ">= ") + String.format(Locale.ROOT, "%.2f", target));
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"row\":\"%s\",\"unit\":\"%s\",\"work\":%s,\"limit\":%s,\"ratio\":%.3f,\"%s\":%.2f}",
                row,
                unit,
                numbers(work),
                numbers(limit),
                ratio(),
                atMost ? "at_most" : "at_least",
                target);
    }

    private static String numbers(List<Double> values) {
        return values.stream().map(Measured::number).collect(Collectors.joining(",", "[", "]"));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
    }

    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
