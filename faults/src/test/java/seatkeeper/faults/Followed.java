package seatkeeper.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requests whose answer was lost, from clients of one kind to one server: each is followed until all the ids it mentions
 * have been sent there again. That it ended as it should is for the {@link Checker} to say.
 */
final class Followed {

    /** By id, what is left of the requests that mention it. */
    private final Map<String, List<Set<String>>> open = new HashMap<>();

    private long repeated;

    synchronized void lost(Set<String> ids) {
        Set<String> left = new HashSet<>(ids);
        ids.forEach(id -> open.computeIfAbsent(id, _ -> new ArrayList<>()).add(left));
    }

    synchronized void sent(Set<String> ids) {
        for (String id : ids) {
            for (Set<String> left : open.getOrDefault(id, List.of())) {
                left.remove(id);
                repeated += left.isEmpty() ? 1 : 0;
            }
            open.remove(id);
        }
    }

    /** How many were sent again, whole. */
    synchronized long repeated() {
        return repeated;
    }
}
