package seatkeeper.gateway.show;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PlacesTest {

    @Test
    void seatsSideBySideHavePlacesSideBySide() {
        Places.Builder builder = new Places.Builder(7);
        builder.add("S", "A", 1, "A1");
        builder.add("S", "A", 2, "A2");
        builder.add("S", "A", 4, "A4");
        builder.add("S", "B", 5, "B5");
        builder.add("T", "B", 6, "T6");
        Places places = builder.build();
        assertThat(new String(places.line('A', '-'), StandardCharsets.US_ASCII)).isEqualTo("AA-A-A-A");
        assertThat(places.of("A4")).isEqualTo(3);
        assertThat(places.of("A3")).isEqualTo(-1);
        assertThat(places.seatAt(7)).isEqualTo("T6");
        assertThat(places.section("S")).isEqualTo(new Places.Section("S", 0, 5));
        assertThat(places.section("T")).isEqualTo(new Places.Section("T", 7, 7));
        assertThat(places.section("U")).isNull();
        assertThat(places.version()).isEqualTo(7);
    }

    /** However its seats are called; a few megabytes, made in no time. */
    @Test
    @Timeout(20)
    void keepsTheLargestShow() {
        for (String pattern : new String[] {"S-%d-%d", "seat-%03d%03d-in-a-large-arena", "%d.%d"}) {
            Places.Builder builder = new Places.Builder(1);
            for (int row = 0; row < 1000; row++) {
                for (int seat = 0; seat < 200; seat++) {
                    builder.add("S", String.valueOf(row), seat, pattern.formatted(row, seat));
                }
            }
            long began = System.nanoTime();
            Places places = builder.build();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            assertThat(places.size()).isEqualTo(200_000);
            assertThat(places.bytes()).isLessThan(11 << 20);
            for (int row = 0; row < 1000; row++) {
                String id = pattern.formatted(row, 7);
                assertThat(places.of(id)).isEqualTo(row * 201 + 7);
                assertThat(places.seatAt(row * 201 + 7)).isEqualTo(id);
            }
        }
    }

    @Test
    void anUnknownLayoutHasNoSeats() {
        assertThat(Places.UNKNOWN.of("A1")).isEqualTo(-1);
        assertThat(Places.UNKNOWN.line('A', '-')).isEmpty();
    }
}
