package seatkeeper.worker.decision;

import java.util.Comparator;
import java.util.List;

/** A seat of a show; ordered as rows are locked. */
public record Seat(String showId, String id) implements Comparable<Seat> {

    private static final Comparator<Seat> ORDER =
            Comparator.comparing(Seat::showId).thenComparing(Seat::id);

    static List<Seat> of(String showId, List<String> ids) {
        return ids.stream().map(id -> new Seat(showId, id)).toList();
    }

    @Override
    public int compareTo(Seat other) {
        return ORDER.compare(this, other);
    }
}
