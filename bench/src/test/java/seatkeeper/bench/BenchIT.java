package seatkeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatkeeper.bench.Bench.Extent;

/** That every row is measured, in small, but those of crowds ({@link CrowdIT}); how fast is for the full run to say. */
class BenchIT {

    @Test
    void measuresABookingAndItsSteps() throws Exception {
        List<Measured> rows =
                Bench.run(Extent.SMOKE, 0.005, 1, new Warmup(0, 0.005)).rows();
        assertThat(rows).extracting(Measured::row).contains("lease", "confirm", "against the simple way, free");
        assertMeasured(rows);
    }

    @Test
    @Tag("long")
    void measuresEveryRow() throws Exception {
        Bench.Results results = Bench.run(Extent.WITHOUT_CROWDS, 0.01, 1, new Warmup(0, 0.01));
        List<Measured> rows = results.rows();
        assertThat(results.load()).hasSizeGreaterThan(10);
        assertThat(rows)
                .extracting(Measured::row)
                .containsExactly(
                        "drain",
                        "drain, one hot show",
                        "drain, contended",
                        "load generator",
                        "lease",
                        "lease, lost",
                        "lease, lost, each seat once",
                        "confirm",
                        "status",
                        "whole way",
                        "against the simple way, free",
                        "against the simple way, contended",
                        "latency, median",
                        "latency, 99 of 100",
                        "growth, lease",
                        "growth, drain",
                        "scale, 2 workers",
                        "first lease, after PUT",
                        "first lease, Redis emptied",
                        "unknown seat",
                        "memory, gateway",
                        "memory, worker");
        assertMeasured(rows);
        assertThat(Bench.table(rows)).contains("drain, one hot show", "target");
    }

    private static void assertMeasured(List<Measured> rows) {
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.work()).hasSize(1).allMatch(rate -> rate > 0);
            assertThat(row.limit()).hasSize(1).allMatch(rate -> rate > 0);
        });
    }
}
