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
import seatkeeper.faults.Evidence.Logged;
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
    private final Map<UUID, Logged> deciding = new HashMap<>();
    private final Map<UUID, String> results = new HashMap<>();

    private Replay(Map<String, Set<String>> shows, Map<UUID, JsonNode> rows) {
        this.shows = shows;
        this.rows = rows;
    }

    /**
     * What the log makes of every request: {@code CONFIRMED} and what it frees, or the reason and the seats it is about;
     * the version of the show; and the place of the record that decided it.
     *
     * @param shows with their seats, there before any of their commands
     * @param log in the order of partition and offset
     * @param rows only for what the log cannot order
     */
    static Map<UUID, String> results(Map<String, Set<String>> shows, List<Logged> log, Map<UUID, JsonNode> rows) {
        Replay replay = new Replay(shows, rows);
        log.forEach(replay::find);
        Map<String, List<Logged>> byShow = new TreeMap<>();
        replay.deciding.forEach((id, record) -> byShow.computeIfAbsent(
                        isValid(record) ? record.text("show_id") : "", _ -> new ArrayList<>())
                .add(record));
        byShow.values().forEach(replay::decide);
        return replay.results;
    }

    /** A valid command, or not but with a readable request_id: somebody waits for its outcome. */
    private void find(Logged record) {
        UUID id = record.id();
        if (id == null) {
            return;
        }
        Logged first = deciding.get(id);
        int decidedOn =
                rows.containsKey(id) ? rows.get(id).path("command_partition").asInt() : -1;
        if (first == null || (first.partition() != decidedOn && record.partition() == decidedOn)) {
            deciding.put(id, record);
        }
    }

    private void decide(List<Logged> records) {
        boolean inOrder = records.stream().map(Logged::partition).distinct().count() == 1;
        records.sort(Comparator.comparingLong(record -> inOrder ? record.offset() : showVersion(record)));
        Show show = new Show(shows.get(records.getFirst().text("show_id")));
        for (Logged record : records) {
            String result = isValid(record) ? show.result(record) : invalid(record);
            results.put(
                    Objects.requireNonNull(record.id()), result + " at " + record.partition() + "/" + record.offset());
        }
    }

    private long showVersion(Logged record) {
        JsonNode row = rows.get(record.id());
        return row == null ? Long.MAX_VALUE : row.path("show_version").asLong();
    }

    private static boolean isValid(Logged record) {
        return invalid(record).isEmpty();
    }

    /** The rules our clients break on purpose. */
    static String invalid(Logged record) {
        if (record.json().path("version").isInt()
                && record.json().path("version").asInt() != 1) {
            return "UNSUPPORTED_VERSION{} v0";
        }
        boolean whole = Stream.of("user_id", "show_id", "type", "submitted_at")
                .noneMatch(field -> record.text(field).isEmpty());
        boolean seated = record.text("type").equals("cancel_booking")
                || record.text("type").equals("swap_booking")
                || !record.json().path("seat_ids").isEmpty();
        return whole && seated && record.key().equals(record.text("show_id")) ? "" : "INVALID_COMMAND{} v0";
    }

    /** One show, its commands taken one after the other. */
    private static final class Show {

        private static final List<String> CODES = List.of(
                "SEAT_NOT_FOUND",
                "SEAT_BOOKED",
                "SEAT_BLOCKED",
                "COMMAND_EXPIRED",
                "BOOKING_NOT_FOUND",
                "NOT_BOOKING_OWNER");

        private final @Nullable Set<String> seats;
        /** By seat, the booking that has it. */
        private final Map<String, UUID> sold = new HashMap<>();

        private final Set<String> blocked = new HashSet<>();
        /** By request, the booking it made or changed; by booking, whose it is. */
        private final Map<UUID, UUID> bookings = new HashMap<>();

        private final Map<UUID, String> owners = new HashMap<>();
        /** Its seats came with the first one. */
        private int version = 1;

        private Show(@Nullable Set<String> seats) {
            this.seats = seats;
        }

        String result(Logged record) {
            if (seats == null) {
                return "SHOW_NOT_FOUND{} v0";
            }
            version++;
            String type = record.text("type");
            boolean isOnBooking = type.equals("cancel_booking") || type.equals("swap_booking");
            UUID id = Objects.requireNonNull(record.id());
            UUID booking = isOnBooking ? bookings.get(UUID.fromString(record.text("booking_request_id"))) : id;
            Set<String> taken = switch (type) {
                case "swap_booking" -> texts(record, "take_seat_ids");
                case "cancel_booking", "unblock_seats" -> Set.of();
                default -> texts(record, "seat_ids");
            };
            Set<String> given = switch (type) {
                case "swap_booking" -> texts(record, "give_seat_ids");
                case "cancel_booking", "unblock_seats" -> texts(record, "seat_ids");
                default -> Set.of();
            };
            if (isOnBooking && given.isEmpty()) {
                given = live(booking);
            }

            Map<String, String> trouble = new TreeMap<>();
            Set<String> codes = new HashSet<>();
            for (String seat : taken) {
                note(
                        trouble,
                        seat,
                        sold.containsKey(seat) ? "SEAT_BOOKED" : blocked.contains(seat) ? "SEAT_BLOCKED" : "");
            }
            for (String seat : given) {
                boolean isGone = isOnBooking && (booking == null || !booking.equals(sold.get(seat)));
                boolean isSold = !isOnBooking && sold.containsKey(seat);
                note(trouble, seat, isGone ? "BOOKING_NOT_FOUND" : isSold ? "SEAT_BOOKED" : "");
            }
            if (isOnBooking && given.isEmpty()) {
                codes.add("BOOKING_NOT_FOUND");
            }
            if (isOnBooking && booking != null && !record.text("user_id").equals(owners.get(booking))) {
                codes.add("NOT_BOOKING_OWNER");
            }
            if (isExpired(record)) {
                codes.add("COMMAND_EXPIRED");
            }
            codes.addAll(trouble.values());
            for (String code : CODES) {
                if (codes.contains(code)) {
                    return code + trouble + " v" + version;
                }
            }

            given.forEach(sold::remove);
            blocked.removeAll(given);
            if (type.equals("block_seats")) {
                blocked.addAll(taken);
            } else if (booking != null) {
                taken.forEach(seat -> sold.put(seat, booking));
                bookings.put(id, booking);
                owners.putIfAbsent(booking, record.text("user_id"));
            }
            return CONFIRMED + given + " v" + version;
        }

        private void note(Map<String, String> trouble, String seat, String code) {
            String found = seats != null && seats.contains(seat) ? code : "SEAT_NOT_FOUND";
            if (!found.isEmpty()) {
                trouble.put(seat, found);
            }
        }

        private Set<String> live(@Nullable UUID booking) {
            Set<String> live = new TreeSet<>();
            sold.forEach((seat, by) -> {
                if (by.equals(booking)) {
                    live.add(seat);
                }
            });
            return live;
        }

        private static boolean isExpired(Logged record) {
            return record.json().hasNonNull("expires_at")
                    && Instant.ofEpochMilli(record.timestamp()).isAfter(Instant.parse(record.text("expires_at")));
        }

        private static Set<String> texts(Logged record, String field) {
            Set<String> texts = new TreeSet<>();
            record.json().path(field).forEach(text -> texts.add(text.asString()));
            return texts;
        }
    }
}
