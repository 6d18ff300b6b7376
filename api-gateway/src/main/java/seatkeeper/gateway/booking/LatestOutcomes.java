package seatkeeper.gateway.booking;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.OutcomeCodec;

/** The latest outcomes as they came, unread until somebody asks for one; they never change. */
@Component
class LatestOutcomes {

    /** Those of half a minute at 500 a second. */
    private static final int MOST_BYTES = 12 << 20;

    private static final int OF_AN_ENTRY = 200;

    private final Map<UUID, byte[]> outcomes = new LinkedHashMap<>();
    private final Set<UUID> settled = new HashSet<>();
    private int bytes;

    synchronized void add(UUID requestId, byte[] outcome) {
        if (outcomes.putIfAbsent(requestId, outcome) == null) {
            bytes += outcome.length + OF_AN_ENTRY;
        }
        Iterator<Map.Entry<UUID, byte[]>> oldest = outcomes.entrySet().iterator();
        while (bytes > MOST_BYTES) {
            Map.Entry<UUID, byte[]> entry = oldest.next();
            bytes -= entry.getValue().length + OF_AN_ENTRY;
            settled.remove(entry.getKey());
            oldest.remove();
        }
    }

    synchronized void settled(UUID requestId) {
        if (outcomes.containsKey(requestId)) {
            settled.add(requestId);
        }
    }

    synchronized boolean isSettled(UUID requestId) {
        return settled.contains(requestId);
    }

    @Nullable Outcome find(UUID requestId) {
        byte[] outcome;
        synchronized (this) {
            outcome = outcomes.get(requestId);
        }
        return outcome == null ? null : OutcomeCodec.decode(outcome);
    }
}
