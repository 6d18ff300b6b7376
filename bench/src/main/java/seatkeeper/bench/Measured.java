package seatkeeper.bench;

import java.util.Arrays;
import java.util.List;

/**
 * One row of the table: rates per second of the work and of its limit, round by round, measured in turns.
 *
 * @param target what the ratio should at least be
 */
record Measured(String row, List<Double> work, List<Double> limit, double target) {

    double ratio() {
        return median(work) / median(limit);
    }

    String line() {
        return "%-22s %12.0f %12.0f %8.2f %8.2f".formatted(row, median(work), median(limit), ratio(), target);
    }

    String json() {
        return "{\"row\":\"%s\",\"work\":%s,\"limit\":%s,\"ratio\":%.3f,\"target\":%.2f}"
                .formatted(row, rounded(work), rounded(limit), ratio(), target);
    }

    private static List<Long> rounded(List<Double> rates) {
        return rates.stream().map(Math::round).toList();
    }

    private static double median(List<Double> rates) {
        double[] sorted = rates.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
