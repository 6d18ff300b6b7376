package seatkeeper.worker.decision;

import java.util.Comparator;

/** A seat of a show; ordered as rows are locked. */
public record Seat(String showId, String id) implements Comparable<Seat> {

    private static final Comparator<Seat> ORDER =
            Comparator.comparing(Seat::showId).thenComparing(Seat::id);

    @Override
    public int compareTo(Seat other) {
        return ORDER.compare(this, other);
    }
}
