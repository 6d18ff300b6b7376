package seatkeeper.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;

class RecentRefusalsTest {

    private static final String HOLDER = "holder";
    private static final Conflict LEASED = new Conflict("A1", Code.SEAT_LEASED);
    private static final Conflict BOOKED = new Conflict("A2", Code.SEAT_BOOKED);

    private final long now = System.nanoTime();
    private final AtomicLong clock = new AtomicLong(now);
    private final RecentRefusals refusals = new RecentRefusals(clock::get);

    private List<Conflict> of(String user, long at, String... seats) {
        clock.set(at);
        return refusals.of("show", List.of(seats), user);
    }

    @Test
    void repeatsWhatWasRefused() {
        refusals.refused("show", LEASED, HOLDER, now);
        refusals.refused("show", BOOKED, "", now);
        assertThat(of("other", now, "A1")).containsExactly(LEASED);
        assertThat(of("other", now, "A2", "A1")).containsExactly(BOOKED, LEASED);
        assertThat(refusals.of("another show", List.of("A1"), "other")).isEmpty();
    }

    @Test
    void asksForWhoHoldsTheLease() {
        refusals.refused("show", LEASED, HOLDER, now);
        refusals.refused("show", BOOKED, "", now);
        assertThat(of(HOLDER, now, "A1")).isEmpty();
        assertThat(of(HOLDER, now, "A1", "A2")).isEmpty();
        assertThat(of(HOLDER, now, "A2")).containsExactly(BOOKED);
    }

    /** A refusal names every seat that is in the way: of this one nobody knows. */
    @Test
    void asksWhenOneSeatIsNotKnown() {
        refusals.refused("show", LEASED, HOLDER, now);
        assertThat(of("other", now, "A1", "A2")).isEmpty();
    }

    /** Counted from when Redis was asked, however long its answer took. */
    @Test
    void forgetsAfterAQuarterOfASecond() {
        clock.set(now + Duration.ofMillis(100).toNanos());
        refusals.refused("show", LEASED, HOLDER, now);
        assertThat(of("other", now + Duration.ofMillis(250).toNanos(), "A1")).containsExactly(LEASED);
        assertThat(of("other", now + Duration.ofMillis(251).toNanos(), "A1")).isEmpty();
    }

    @Test
    void forgetsAtOnceWhatIsFreed() {
        refusals.refused("show", LEASED, HOLDER, now);
        clock.set(now + 1);
        refusals.forget("show", List.of("A1"));
        assertThat(of("other", now + 2, "A1")).isEmpty();
    }

    /** Its answer from Redis comes after the seat was freed, and was true before. */
    @Test
    void keepsNoRefusalOfACallThatWasUnderWayWhenItWasFreed() {
        clock.set(now + 1);
        refusals.forget("show", List.of("A1"));
        refusals.refused("show", LEASED, HOLDER, now);
        assertThat(of("other", now + 2, "A1")).isEmpty();
        refusals.refused("show", LEASED, HOLDER, now + 2);
        assertThat(of("other", now + 3, "A1")).containsExactly(LEASED);
    }
}
