package seatkeeper.worker.decision;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.CommandCodec.Decoded;

/**
 * The contract in its plainest form, knowing nothing of the decider: one command after the other, strings in maps. What
 * it says of a request is {@code CONFIRMED}, or the code of the rejection with the seats it is about.
 */
final class NaiveModel {

    private final History history;
    private final Map<UUID, String> payloads = new HashMap<>();
    private final Map<UUID, String> results = new LinkedHashMap<>();
    private final Set<String> sold = new HashSet<>();

    NaiveModel(History history) {
        this.history = history;
        history.log().forEach(this::take);
    }

    Map<UUID, String> results() {
        return results;
    }

    private void take(Submission submission) {
        String payload = payload(submission);
        if (payloads.putIfAbsent(submission.requestId(), payload) == null) {
            results.put(submission.requestId(), result(submission));
        }
    }

    boolean isFirstPayload(Submission submission) {
        return payload(submission).equals(payloads.get(submission.requestId()));
    }

    private static String payload(Submission submission) {
        if (submission.decoded() instanceof Decoded.Valid(Command command) && command instanceof ConfirmBooking c) {
            return c.showId() + " " + c.userId() + " "
                    + new HashSet<>(c.seatIds()).stream().sorted().toList();
        }
        return submission.fingerprint().toString();
    }

    private String result(Submission submission) {
        if (!(submission.decoded() instanceof Decoded.Valid(Command command)
                && command instanceof ConfirmBooking confirm)) {
            return "INVALID_COMMAND{}";
        }
        if (!history.shows().contains(confirm.showId())) {
            return "SHOW_NOT_FOUND{}";
        }
        Map<String, String> trouble = new LinkedHashMap<>();
        for (String seat : confirm.seatIds()) {
            if (seat.equals("none")) {
                trouble.put(seat, "SEAT_NOT_FOUND");
            } else if (sold.contains(confirm.showId() + "/" + seat)) {
                trouble.put(seat, "SEAT_BOOKED");
            }
        }
        if (trouble.containsValue("SEAT_NOT_FOUND")) {
            return "SEAT_NOT_FOUND" + trouble;
        }
        if (!trouble.isEmpty()) {
            return "SEAT_BOOKED" + trouble;
        }
        if (confirm.expiresAt() != null && confirm.expiresAt().isBefore(submission.loggedAt())) {
            return "COMMAND_EXPIRED{}";
        }
        confirm.seatIds().forEach(seat -> sold.add(confirm.showId() + "/" + seat));
        return "CONFIRMED{}";
    }
}
