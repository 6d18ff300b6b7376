package seatkeeper.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;
import java.util.Comparator;

/** One seat that stood in the way, and why. */
public record Conflict(@JsonProperty("seat_id") String seatId, Code code) {

    /** The code that names the whole refusal: the first of theirs in the order of {@link Code}. */
    public static Code leading(Collection<Conflict> conflicts) {
        return conflicts.stream()
                .map(Conflict::code)
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalArgumentException("a refusal names at least one seat"));
    }
}
