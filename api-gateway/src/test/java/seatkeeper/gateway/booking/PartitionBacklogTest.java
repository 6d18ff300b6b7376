package seatkeeper.gateway.booking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PartitionBacklogTest {

    private final PartitionBacklog backlog = new PartitionBacklog(Duration.ofSeconds(10));

    @Test
    void isAsOldAsItsOldestUndecidedCommand() {
        seen(0, 100, 100);
        assertThat(backlog.age()).isZero();
        seen(2, 100, 105);
        assertThat(backlog.age()).isZero();
        seen(5, 100, 110);
        assertThat(backlog.age()).hasSeconds(3);
        // All that the look at 2 s saw is decided; what came by the one at 5 s is not.
        seen(6, 105, 110);
        assertThat(backlog.age()).hasSeconds(1);
        seen(7, 110, 110);
        assertThat(backlog.age()).isZero();
    }

    @Test
    void isTooOldUntilItIsHalfAsOld() {
        seen(0, 0, 10);
        seen(10, 0, 10);
        assertThat(backlog.isTooOld()).isFalse();
        seen(11, 0, 20);
        assertThat(backlog.isTooOld()).isTrue();
        seen(17, 10, 20);
        assertThat(backlog.age()).hasSeconds(6);
        assertThat(backlog.isTooOld()).isTrue();
        seen(18, 20, 30);
        assertThat(backlog.isTooOld()).isFalse();
    }

    @Test
    void staysSmallHoweverLongNothingIsDecided() {
        for (int second = 0; second < 100_000; second++) {
            seen(second, 0, second + 1);
        }
        assertThat(backlog.isTooOld()).isTrue();
        seen(100_000, 100_000, 100_000);
        assertThat(backlog.isTooOld()).isFalse();
    }

    private void seen(long second, long decided, long end) {
        backlog.seen(decided, end, Duration.ofSeconds(second).toNanos());
    }
}
