package seatkeeper.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.cluster.SlotHash;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A Redis Cluster spreads shows over its nodes, and keeps each of them on one. */
class HashSlotTest {

    @Test
    void allKeysOfAShowShareASlot() {
        assertThat(ShowScripts.keys("gala-2026", List.of("A1", "stalls-10-2", "x")))
                .hasSize(7)
                .extracting(SlotHash::getSlot)
                .containsOnly(SlotHash.getSlot("gala-2026"));
    }

    @Test
    void showsAreSpread() {
        assertThat(IntStream.range(0, 1_000)
                        .map(n -> SlotHash.getSlot(
                                ShowScripts.keys("show-" + n, List.of()).getFirst()))
                        .distinct())
                .hasSizeGreaterThan(900);
    }
}
