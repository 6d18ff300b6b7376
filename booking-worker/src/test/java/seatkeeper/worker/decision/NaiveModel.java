package seatkeeper.worker.decision;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;

/**
 * The contract in its plainest form, knowing nothing of the decider: one command after the other, strings in maps. What
 * it says of a request is {@code CONFIRMED} and what became free, or the code of the rejection with the seats it is
 * about; the version of the show; the booking it is about and the order.
 */
final class NaiveModel {

    private static final List<String> ORDER = List.of(
            "SHOW_NOT_FOUND",
            "SHOW_CLOSED",
            "SEAT_NOT_FOUND",
            "SEAT_BOOKED",
            "SEAT_BLOCKED",
            "SEAT_LIMIT_EXCEEDED",
            "COMMAND_EXPIRED",
            "BOOKING_NOT_FOUND",
            "NOT_BOOKING_OWNER");

    private final History history;
    private final Map<UUID, String> payloads = new HashMap<>();
    private final Map<UUID, String> results = new LinkedHashMap<>();
    private final Map<String, Long> versions = new HashMap<>();
    /** By show/seat: the version at which it last changed hands. */
    private final Map<String, Long> seatVersions = new HashMap<>();
    /** By show/seat: the booking that has it, named by its first request. */
    private final Map<String, UUID> sold = new HashMap<>();

    private final Set<String> blocked = new HashSet<>();
    /** By every request that made or changed a booking: the booking. */
    private final Map<UUID, UUID> bookings = new HashMap<>();

    private final Map<UUID, Command> makers = new HashMap<>();

    NaiveModel(History history) {
        this.history = history;
        history.shows().forEach((id, show) -> versions.put(id, show.version()));
        history.log().forEach(this::take);
    }

    Map<UUID, String> results() {
        return results;
    }

    Map<String, Long> versions() {
        return versions;
    }

    Map<String, Long> seatVersions() {
        return seatVersions;
    }

    private void take(Submission submission) {
        String payload = payload(submission);
        if (payloads.putIfAbsent(submission.requestId(), payload) == null) {
            Command command = submission.command();
            results.put(
                    submission.requestId(),
                    command == null ? "INVALID_COMMAND{} v0 null null" : told(submission, command));
        }
    }

    private String told(Submission submission, Command command) {
        UUID named = submission.bookingRequestId();
        UUID booking = named == null ? null : bookingIn(command.showId(), named);
        String order = booking == null ? orderOf(command) : orderOf(makers.get(booking));
        return result(submission, command) + " " + (booking == null ? named : booking) + " " + order;
    }

    private static String orderOf(Command command) {
        return switch (command.action()) {
            case ConfirmBooking(var _, var order) -> order;
            case BookDirect(var _, var order) -> order;
            default -> null;
        };
    }

    boolean isFirstPayload(Submission submission) {
        return payload(submission).equals(payloads.get(submission.requestId()));
    }

    private static String payload(Submission submission) {
        Command command = submission.command();
        if (command == null) {
            return submission.fingerprint().toString();
        }
        String who = command.showId() + " " + command.userId() + " ";
        return who
                + switch (command.action()) {
                    case ConfirmBooking(var seats, var order) -> "confirm " + new TreeSet<>(seats) + order;
                    case BookDirect(var seats, var order) -> "direct " + new TreeSet<>(seats) + order;
                    case CancelBooking(var booking, var seats) -> "cancel " + booking + new TreeSet<>(seats);
                    case SwapBooking(var booking, var given, var taken) ->
                        "swap " + booking + new TreeSet<>(given) + new TreeSet<>(taken);
                    case BlockSeats(var seats) -> "block " + new TreeSet<>(seats);
                    case UnblockSeats(var seats) -> "unblock " + new TreeSet<>(seats);
                };
    }

    private String result(Submission submission, Command command) {
        String show = command.showId();
        if (!history.shows().containsKey(show)) {
            return "SHOW_NOT_FOUND{} v0";
        }
        String version = " v" + versions.merge(show, 1L, Long::sum);
        if (history.shows().get(show).archived()) {
            return "SHOW_CLOSED{}" + version;
        }
        Map<String, String> trouble = new LinkedHashMap<>();
        Set<String> troubles = new HashSet<>();
        List<String> free = new ArrayList<>();
        int more = 0;
        UUID booking = null;
        switch (command.action()) {
            case ConfirmBooking(var seats, var _) -> {
                wanted(show, seats, trouble);
                more = seats.size();
            }
            case BookDirect(var seats, var _) -> wanted(show, seats, trouble);
            case BlockSeats(var seats) -> wanted(show, seats, trouble);
            case UnblockSeats(var seats) -> {
                for (String seat : seats) {
                    if (seat.equals("none")) {
                        trouble.put(seat, "SEAT_NOT_FOUND");
                    } else if (sold.containsKey(show + "/" + seat)) {
                        trouble.put(seat, "SEAT_BOOKED");
                    }
                }
                free.addAll(seats);
            }
            case CancelBooking(var id, var seats) -> {
                booking = bookingIn(show, id);
                free.addAll(seats.isEmpty() ? seatsOf(show, booking) : seats);
                given(show, booking, command, free, trouble, troubles);
            }
            case SwapBooking(var id, var given, var taken) -> {
                booking = bookingIn(show, id);
                free.addAll(given);
                given(show, booking, command, free, trouble, troubles);
                wanted(show, taken, trouble);
                more = taken.size() - given.size();
            }
        }
        Integer limit = history.shows().get(show).seatLimit();
        if (limit != null && more > 0 && seatsOfUser(show, command.userId()) + more > limit) {
            troubles.add("SEAT_LIMIT_EXCEEDED");
        }
        if ((command.expiresAt() != null && command.expiresAt().isBefore(submission.loggedAt()))
                || !submission.loggedAt().isAfter(history.horizon())) {
            troubles.add("COMMAND_EXPIRED");
        }
        troubles.addAll(trouble.values());
        for (String code : ORDER) {
            if (troubles.contains(code)) {
                return code + trouble + version;
            }
        }
        apply(show, command, booking, free);
        command.action().seatIds().forEach(seat -> seatVersions.put(show + "/" + seat, versions.get(show)));
        free.forEach(seat -> seatVersions.put(show + "/" + seat, versions.get(show)));
        return "CONFIRMED{}" + (free.isEmpty() ? "" : new TreeSet<>(free)) + version;
    }

    private void wanted(String show, List<String> seats, Map<String, String> trouble) {
        for (String seat : seats) {
            if (seat.equals("none")) {
                trouble.put(seat, "SEAT_NOT_FOUND");
            } else if (sold.containsKey(show + "/" + seat)) {
                trouble.put(seat, "SEAT_BOOKED");
            } else if (blocked.contains(show + "/" + seat)) {
                trouble.put(seat, "SEAT_BLOCKED");
            }
        }
    }

    private void given(
            String show,
            UUID booking,
            Command command,
            List<String> seats,
            Map<String, String> trouble,
            Set<String> troubles) {
        if (seats.isEmpty()) {
            troubles.add("BOOKING_NOT_FOUND");
        }
        if (booking != null && !makers.get(booking).userId().equals(command.userId())) {
            troubles.add("NOT_BOOKING_OWNER");
        }
        for (String seat : seats) {
            if (seat.equals("none") || seatNumber(seat) > history.seatsPerShow()) {
                trouble.put(seat, "SEAT_NOT_FOUND");
            } else if (booking == null || !booking.equals(sold.get(show + "/" + seat))) {
                trouble.put(seat, "BOOKING_NOT_FOUND");
            }
        }
    }

    private static int seatNumber(String seat) {
        return Integer.parseInt(seat.substring(1));
    }

    private UUID bookingIn(String show, UUID id) {
        UUID booking = bookings.get(id);
        return booking != null && makers.get(booking).showId().equals(show) ? booking : null;
    }

    private List<String> seatsOf(String show, UUID booking) {
        return sold.entrySet().stream()
                .filter(seat -> seat.getValue().equals(booking) && seat.getKey().startsWith(show + "/"))
                .map(seat -> seat.getKey().substring(show.length() + 1))
                .toList();
    }

    private int seatsOfUser(String show, UUID user) {
        return (int) sold.entrySet().stream()
                .filter(seat -> seat.getKey().startsWith(show + "/"))
                .filter(seat -> makers.get(seat.getValue()).userId().equals(user))
                .count();
    }

    private void apply(String show, Command command, UUID booking, List<String> free) {
        UUID id = command.requestId();
        switch (command.action()) {
            case ConfirmBooking(var seats, var _) -> sell(show, command, id, seats);
            case BookDirect(var seats, var _) -> sell(show, command, id, seats);
            case CancelBooking _ -> free.forEach(seat -> sold.remove(show + "/" + seat));
            case SwapBooking(var _, var _, var taken) -> {
                free.forEach(seat -> sold.remove(show + "/" + seat));
                taken.forEach(seat -> sold.put(show + "/" + seat, booking));
                bookings.put(id, booking);
            }
            case BlockSeats(var seats) -> seats.forEach(seat -> blocked.add(show + "/" + seat));
            case UnblockSeats(var seats) -> seats.forEach(seat -> blocked.remove(show + "/" + seat));
        }
    }

    private void sell(String show, Command command, UUID id, List<String> seats) {
        makers.put(id, command);
        bookings.put(id, id);
        seats.forEach(seat -> sold.put(show + "/" + seat, id));
    }
}
