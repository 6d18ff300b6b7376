package seatkeeper.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import seatkeeper.faults.Evidence.Record;
import tools.jackson.databind.JsonNode;

/**
 * The log-replay oracle: the contract once more, in its plainest form, from the bytes of the command topic alone. It reads
 * every partition from offset 0 and says what each request's outcome must be, knowing no class of the product.
 *
 * <p>The partition is the order of a show. Two things have no order in the log, and are read from the tables: which of two
 * partitions had a request_id first, and the order of a show whose commands lie on several partitions, which is that of
 * its show_version.
 */
final class Replay {

    private static final String CONFIRMED = "CONFIRMED";

    private final Map<String, Set<String>> shows;
    private final Map<UUID, JsonNode> rows;
    private final Map<UUID, Record> deciding = new HashMap<>();
    private final Map<UUID, String> results = new HashMap<>();

    private Replay(Map<String, Set<String>> shows, Map<UUID, JsonNode> rows) {
        this.shows = shows;
        this.rows = rows;
    }

    /**
     * What the log makes of every request: {@code CONFIRMED}, or the reason and the seats it is about; and the place of
     * the record that decided it.
     *
     * @param shows with their seats, there before any of their commands
     * @param log in the order of partition and offset
     * @param rows only for what the log cannot order
     */
    static Map<UUID, String> results(Map<String, Set<String>> shows, List<Record> log, Map<UUID, JsonNode> rows) {
        Replay replay = new Replay(shows, rows);
        log.forEach(replay::find);
        Map<String, List<Record>> byShow = new TreeMap<>();
        replay.deciding.forEach((id, record) -> byShow.computeIfAbsent(
                        isValid(record) ? record.text("show_id") : "", _ -> new ArrayList<>())
                .add(record));
        byShow.values().forEach(replay::decide);
        return replay.results;
    }

    /** A valid command, or not but with a readable request_id: somebody waits for its outcome. */
    private void find(Record record) {
        UUID id = record.id();
        if (id == null) {
            return;
        }
        Record first = deciding.get(id);
        int decidedOn = rows.containsKey(id) ? rows.get(id).path("command_partition").asInt() : -1;
        if (first == null || (first.partition() != decidedOn && record.partition() == decidedOn)) {
            deciding.put(id, record);
        }
    }

    private void decide(List<Record> records) {
        boolean inOrder = records.stream().map(Record::partition).distinct().count() == 1;
        records.sort(Comparator.comparingLong(record -> inOrder ? record.offset() : showVersion(record)));
        Show show = new Show(shows.get(records.getFirst().text("show_id")));
        for (Record record : records) {
            String result = isValid(record) ? show.result(record) : invalid(record);
            results.put(
                    Objects.requireNonNull(record.id()),
                    result + " at " + record.partition() + "/" + record.offset());
        }
    }

    private long showVersion(Record record) {
        JsonNode row = rows.get(record.id());
        return row == null ? Long.MAX_VALUE : row.path("show_version").asLong();
    }

    private static boolean isValid(Record record) {
        return invalid(record).isEmpty();
    }

    /** The rules our clients break on purpose. */
    static String invalid(Record record) {
        if (record.json().path("version").isInt() && record.json().path("version").asInt() != 1) {
            return "UNSUPPORTED_VERSION{}";
        }
        boolean whole = Stream.of("user_id", "show_id", "type", "submitted_at")
                .noneMatch(field -> record.text(field).isEmpty());
        boolean seated = record.text("type").equals("cancel_booking")
                || record.text("type").equals("swap_booking")
                || !record.json().path("seat_ids").isEmpty();
        return whole && seated && record.key().equals(record.text("show_id")) ? "" : "INVALID_COMMAND{}";
    }

    /** One show, its commands taken one after the other. */
    private static final class Show {

        private final @Nullable Set<String> seats;
        /** Who has a seat, and of which booking; a blocked one has no owner. */
        private final Map<String, Ticket> tickets = new HashMap<>();

        private final Set<String> blocked = new HashSet<>();
        private final Map<UUID, Ticket> bookings = new HashMap<>();

        private record Ticket(UUID booking, String user) {}

        private Show(@Nullable Set<String> seats) {
            this.seats = seats;
        }

        String result(Record record) {
            if (seats == null) {
                return "SHOW_NOT_FOUND{}";
            }
            Map<String, String> trouble = new TreeMap<>();
            Set<String> taken = texts(record, record.text("type").equals("swap_booking") ? "take_seat_ids" : "seat_ids");
            Set<String> released =
                    texts(record, record.text("type").equals("swap_booking") ? "give_seat_ids" : "seat_ids");
            UUID id = Objects.requireNonNull(record.id());
            return switch (record.text("type")) {
                case "confirm_booking", "book_direct" -> {
                    taken.forEach(seat -> takeable(seat, trouble));
                    yield done(trouble, record, () -> take(taken, new Ticket(id, record.text("user_id"))));
                }
                case "cancel_booking" -> {
                    Ticket booking = booking(record);
                    Set<String> all = released.isEmpty() ? live(booking) : released;
                    if (booking == null || all.isEmpty()) {
                        yield "BOOKING_NOT_FOUND{}";
                    }
                    all.forEach(seat -> returnable(seat, booking, trouble));
                    yield owned(booking, trouble, record, () -> all.forEach(tickets::remove));
                }
                case "swap_booking" -> {
                    Ticket booking = booking(record);
                    if (booking == null || live(booking).isEmpty()) {
                        taken.forEach(seat -> takeable(seat, trouble));
                        yield trouble.isEmpty() ? "BOOKING_NOT_FOUND{}" : named(trouble);
                    }
                    released.forEach(seat -> returnable(seat, booking, trouble));
                    taken.forEach(seat -> takeable(seat, trouble));
                    yield owned(booking, trouble, record, () -> {
                        released.forEach(tickets::remove);
                        take(taken, booking);
                        bookings.put(id, booking);
                    });
                }
                case "block_seats" -> {
                    taken.forEach(seat -> takeable(seat, trouble));
                    yield done(trouble, record, () -> blocked.addAll(taken));
                }
                case "unblock_seats" -> {
                    taken.stream().filter(seat -> !blocked.contains(seat)).forEach(seat -> takeable(seat, trouble));
                    yield done(trouble, record, () -> blocked.removeAll(taken));
                }
                default -> "INVALID_COMMAND{}";
            };
        }

        private void takeable(String seat, Map<String, String> trouble) {
            if (!Objects.requireNonNull(seats).contains(seat)) {
                trouble.put(seat, "SEAT_NOT_FOUND");
            } else if (tickets.containsKey(seat)) {
                trouble.put(seat, "SEAT_BOOKED");
            } else if (blocked.contains(seat)) {
                trouble.put(seat, "SEAT_BLOCKED");
            }
        }

        private void returnable(String seat, Ticket booking, Map<String, String> trouble) {
            if (!booking.equals(tickets.get(seat))) {
                trouble.put(seat, "BOOKING_NOT_FOUND");
            }
        }

        private @Nullable Ticket booking(Record record) {
            return bookings.get(UUID.fromString(record.text("booking_request_id")));
        }

        private Set<String> live(@Nullable Ticket booking) {
            Set<String> live = new TreeSet<>();
            tickets.forEach((seat, ticket) -> {
                if (ticket.equals(booking)) {
                    live.add(seat);
                }
            });
            return live;
        }

        private void take(Set<String> taken, Ticket ticket) {
            taken.forEach(seat -> tickets.put(seat, ticket));
            bookings.putIfAbsent(ticket.booking, ticket);
        }

        private static String owned(Ticket booking, Map<String, String> trouble, Record record, Runnable effect) {
            return trouble.isEmpty() && !isExpired(record) && !booking.user.equals(record.text("user_id"))
                    ? "NOT_BOOKING_OWNER{}"
                    : done(trouble, record, effect);
        }

        private static String done(Map<String, String> trouble, Record record, Runnable effect) {
            if (!trouble.isEmpty()) {
                return named(trouble);
            }
            if (isExpired(record)) {
                return "COMMAND_EXPIRED{}";
            }
            effect.run();
            return CONFIRMED + "{}";
        }

        private static boolean isExpired(Record record) {
            return record.json().hasNonNull("expires_at")
                    && Instant.ofEpochMilli(record.timestamp()).isAfter(Instant.parse(record.text("expires_at")));
        }

        /** The first code in the order of the contract, and every seat with its own. */
        private static String named(Map<String, String> trouble) {
            return Stream.of("SEAT_NOT_FOUND", "SEAT_BOOKED", "SEAT_BLOCKED", "BOOKING_NOT_FOUND")
                            .filter(trouble::containsValue)
                            .findFirst()
                            .orElseThrow()
                    + trouble;
        }

        private static Set<String> texts(Record record, String field) {
            Set<String> texts = new TreeSet<>();
            record.json().path(field).forEach(text -> texts.add(text.asString()));
            return texts;
        }
    }
}
