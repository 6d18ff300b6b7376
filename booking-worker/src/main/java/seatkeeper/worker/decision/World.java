package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.worker.decision.Changes.Cancellation;
import seatkeeper.worker.decision.Changes.NewBooking;
import seatkeeper.worker.decision.Changes.SeatChange;
import seatkeeper.worker.decision.Changes.ShowChange;
import seatkeeper.worker.decision.LedgerState.Buyer;
import seatkeeper.worker.decision.LedgerState.SeatStatus;

/** The state as a batch changes it, command by command. */
final class World {

    private final LedgerState before;
    private final Instant now;
    private final Map<String, Long> versions = new HashMap<>();
    private final Map<Seat, Touched> touched = new LinkedHashMap<>();
    private final Map<UUID, Map<Seat, UUID>> bookings = new HashMap<>();
    private final Map<Buyer, Integer> holdings;
    private final List<Cancellation> cancelled = new ArrayList<>();
    private final Map<Row, NewBooking> booked = new LinkedHashMap<>();

    private record Touched(SeatStatus status, long version) {}

    private record Row(UUID requestId, Seat seat) {}

    World(LedgerState before, Instant now) {
        this.before = before;
        this.now = now;
        this.holdings = new HashMap<>(before.holdings());
        before.bookings().forEach((root, seats) -> bookings.put(root, new LinkedHashMap<>(seats)));
    }

    /** The version of the decision that comes now. */
    long nextVersion(String showId) {
        return versions.merge(showId, version(showId) + 1, (last, _) -> last + 1);
    }

    private long version(String showId) {
        return Objects.requireNonNull(before.shows().get(showId)).version();
    }

    /** Null when there is no such seat. */
    @Nullable SeatStatus status(Seat seat) {
        Touched now = touched.get(seat);
        return now == null ? before.seats().get(seat) : now.status;
    }

    Set<Seat> liveSeats(UUID bookingRequestId) {
        return bookings.getOrDefault(bookingRequestId, Map.of()).keySet();
    }

    int holding(String showId, UUID userId) {
        return holdings.getOrDefault(new Buyer(showId, userId), 0);
    }

    void set(Seat seat, SeatStatus status, long version) {
        touched.put(seat, new Touched(status, version));
    }

    void book(UUID root, Seat seat, UUID userId, UUID requestId, @Nullable String orderRef, long version) {
        set(seat, SeatStatus.BOOKED, version);
        bookings.computeIfAbsent(root, _ -> new LinkedHashMap<>()).put(seat, requestId);
        holdings.merge(new Buyer(seat.showId(), userId), 1, Integer::sum);
        booked.put(new Row(requestId, seat), new NewBooking(seat, userId, requestId, orderRef, null));
    }

    void cancel(UUID root, Seat seat, UUID userId, long version) {
        set(seat, SeatStatus.AVAILABLE, version);
        holdings.merge(new Buyer(seat.showId(), userId), -1, Integer::sum);
        UUID requestId = Objects.requireNonNull(
                Objects.requireNonNull(bookings.get(root)).remove(seat));
        NewBooking mine = booked.get(new Row(requestId, seat));
        if (mine == null) {
            cancelled.add(new Cancellation(requestId, seat, now));
        } else {
            booked.put(new Row(requestId, seat), new NewBooking(seat, mine.userId(), requestId, mine.orderRef(), now));
        }
    }

    Changes changes() {
        return new Changes(
                versions.entrySet().stream()
                        .map(show -> new ShowChange(show.getKey(), version(show.getKey()), show.getValue()))
                        .toList(),
                touched.entrySet().stream()
                        .map(seat -> new SeatChange(
                                seat.getKey(),
                                Objects.requireNonNull(before.seats().get(seat.getKey())),
                                seat.getValue().status(),
                                seat.getValue().version()))
                        .toList(),
                cancelled,
                List.copyOf(booked.values()));
    }
}
