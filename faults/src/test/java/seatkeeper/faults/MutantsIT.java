package seatkeeper.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import seatkeeper.faults.Run.Pace;
import seatkeeper.faults.Run.Plan;
import seatkeeper.faults.Run.Verdict;
import seatkeeper.faults.Workload.Load;

/** A suite that never fails proves nothing: without any one of the guards it does. */
class MutantsIT {

    /** What every booking rests on: the transaction, the constraints, the fingerprint. */
    @ParameterizedTest
    @EnumSource(names = {"OUTCOME_OUTSIDE_THE_TRANSACTION", "NO_UNIQUE_CONSTRAINTS", "NO_FINGERPRINT"})
    @Tag("long")
    void isCaught(Mutant mutant) throws Exception {
        judge(mutant);
    }

    @ParameterizedTest
    @EnumSource(
            names = {"OUTCOME_OUTSIDE_THE_TRANSACTION", "NO_UNIQUE_CONSTRAINTS", "NO_FINGERPRINT"},
            mode = EnumSource.Mode.EXCLUDE)
    @Tag("mutants")
    void isCaughtToo(Mutant mutant) throws Exception {
        judge(mutant);
    }

    private static void judge(Mutant mutant) throws Exception {
        Plan plan = new Plan(
                1, Duration.ZERO, List.of(), mutant.rounds, Pace.SHORT, new Load(16, Duration.ofMillis(15), 0, 12));
        Verdict verdict;
        Disk disk = new Disk(false);
        try (disk;
                Cluster cluster = new Cluster(disk.folder(), disk.postgres(), mutant.patches(disk.folder()))) {
            if (!mutant.sql.isEmpty()) {
                try (Connection database = cluster.database();
                        Statement statement = database.createStatement()) {
                    statement.execute(mutant.sql);
                }
            }
            verdict = Run.of(plan, cluster, disk);
        }
        assertThat(verdict.violations())
                .as(verdict.report())
                .anySatisfy(violation -> assertThat(violation).contains(mutant.caughtBy));
        System.out.println(mutant + " is caught");
        disk.delete();
    }
}
