package seatkeeper.faults;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import seatkeeper.faults.Evidence.DeadLetter;
import seatkeeper.faults.Evidence.Logged;
import seatkeeper.faults.Evidence.Seat;
import seatkeeper.faults.Journal.Lease;
import tools.jackson.databind.JsonNode;

/** Compares what clients saw with what is left in the logs and the tables; the numbers are those of the invariants. */
final class Checker {

    /** Enough to see what is wrong. */
    private static final int SHOWN = 12;

    private final Journal journal;
    private final Evidence evidence;
    private final List<String> violations = new ArrayList<>();
    private final Map<UUID, JsonNode> rows = new HashMap<>();

    private Checker(Journal journal, Evidence evidence) {
        this.journal = journal;
        this.evidence = evidence;
        evidence.rows().forEach((id, same) -> rows.put(id, same.getFirst()));
    }

    /** Everything that is wrong, or nothing. */
    static List<String> violations(Journal journal, Evidence evidence) throws SQLException {
        Checker checker = new Checker(journal, evidence);
        checker.violations.addAll(journal.violations);
        checker.seatsAreSoldOnce();
        checker.requestsAreWhole();
        checker.acceptedIsDecided();
        checker.answersAgree();
        checker.outcomesAgree();
        checker.leasesDoNotOverlap();
        checker.deadLettersAreDeserved();
        checker.replayGivesTheSame();
        checker.mapsAreRight();
        return checker.violations;
    }

    private void seatsAreSoldOnce() {
        require(
                "1: seats with two bookings",
                evidence.sold().entrySet().stream().filter(seat -> seat.getValue() > 1));
        require(
                "1: seats whose status lies",
                evidence.statuses().entrySet().stream()
                        .filter(seat -> seat.getValue().equals("BOOKED")
                                != evidence.sold().containsKey(seat.getKey())));
    }

    private void requestsAreWhole() {
        require(
                "3: requests with two outcomes",
                evidence.rows().entrySet().stream()
                        .filter(request -> request.getValue().size() > 1)
                        .map(Map.Entry::getKey));
        require(
                "2, 4: requests whose bookings are not what their outcome says",
                rows.entrySet().stream().filter(request -> {
                    JsonNode row = request.getValue();
                    Set<Seat> seats = new HashSet<>();
                    if (row.path("status").asString().equals("CONFIRMED") && takesSeats(row)) {
                        row.path("seat_ids")
                                .forEach(seat ->
                                        seats.add(new Seat(row.path("show_id").asString(), seat.asString())));
                    }
                    return !seats.equals(evidence.booked().getOrDefault(request.getKey(), Set.of()));
                }));
        require(
                "4: bookings without an outcome",
                evidence.booked().keySet().stream().filter(id -> !rows.containsKey(id)));
    }

    private static boolean takesSeats(JsonNode row) {
        return !row.path("type").asString("confirm_booking").endsWith("block_seats");
    }

    private void acceptedIsDecided() {
        Set<UUID> logged = evidence.commands().stream().map(Logged::id).collect(Collectors.toCollection(HashSet::new));
        require("3: accepted and not in the log", journal.accepted.stream().filter(id -> !logged.contains(id)));
        require("3: accepted and without an outcome", journal.accepted.stream().filter(id -> !rows.containsKey(id)));
        require(
                "3: in the log and without an outcome",
                logged.stream().filter(id -> id != null && !rows.containsKey(id)));
        require("an outcome of nothing", rows.keySet().stream().filter(id -> !logged.contains(id)));
    }

    private void answersAgree() {
        require(
                "3, 6: clients were told something else",
                journal.told.stream()
                        .filter(told -> !told.result().equals(result(rows.get(told.id()))))
                        .map(told -> told + ", but it is " + result(rows.get(told.id()))));
    }

    private void outcomesAgree() {
        Set<String> published = new HashSet<>();
        List<String> different = new ArrayList<>();
        for (JsonNode outcome : evidence.outcomes()) {
            String id = outcome.path("request_id").asString();
            published.add(id);
            JsonNode row = rows.get(UUID.fromString(id));
            if (!content(outcome).equals(row == null ? "nothing" : content(row))) {
                different.add(outcome + ", but it is " + row);
            }
        }
        require("3: published otherwise than decided", different.stream());
        require(
                "3: decided and not published",
                rows.keySet().stream().filter(id -> !published.contains(id.toString())));
    }

    /** What the topic and the table have in common. */
    private static String content(JsonNode node) {
        return Stream.of("status", "reason", "show_id", "user_id", "seat_ids", "released_seat_ids", "show_version")
                        .map(field -> node.path(field).isMissingNode()
                                ? ""
                                : node.path(field).toString())
                        .collect(Collectors.joining("|"))
                + "|" + node.path(node.has("partition") ? "partition" : "command_partition")
                + "|" + node.path(node.has("offset") ? "offset" : "command_offset");
    }

    private void leasesDoNotOverlap() {
        Map<Seat, List<Lease>> bySeat = new HashMap<>();
        journal.leases.stream()
                .filter(lease -> !journal.recycledShows.contains(lease.show()))
                .map(this::untilRedisForgot)
                .filter(lease -> lease.from() < lease.until())
                .forEach(lease -> bySeat.computeIfAbsent(new Seat(lease.show(), lease.seat()), _ -> new ArrayList<>())
                        .add(lease));
        List<String> overlaps = new ArrayList<>();
        bySeat.values().forEach(leases -> {
            leases.sort(Comparator.comparingLong(Lease::from));
            Lease last = leases.getFirst();
            for (Lease lease : leases.subList(1, leases.size())) {
                if (lease.from() < last.until() && !lease.user().equals(last.user())) {
                    overlaps.add(last + " and " + lease);
                }
                last = lease.until() > last.until() ? lease : last;
            }
        });
        require("5: two users with a lease", overlaps.stream());
    }

    private Lease untilRedisForgot(Lease lease) {
        long forgot = journal.redisLosses.stream()
                .filter(loss -> loss.since() <= lease.from() && lease.from() <= loss.until())
                .mapToLong(Journal.RedisLoss::from)
                .min()
                .orElse(Long.MAX_VALUE);
        return new Lease(lease.show(), lease.seat(), lease.user(), lease.from(), Math.min(lease.until(), forgot));
    }

    /** Rubbish and contradictions, all of them, and nothing else. */
    private void deadLettersAreDeserved() {
        Map<String, String> deserved = new TreeMap<>();
        Map<UUID, String> decided = new HashMap<>();
        for (Logged record : evidence.commands()) {
            UUID id = record.id();
            JsonNode row = id == null ? null : rows.get(id);
            if (row != null
                    && row.path("command_partition").asInt() == record.partition()
                    && row.path("command_offset").asLong() == record.offset()) {
                decided.put(id, payload(record));
            }
        }
        for (Logged record : evidence.commands()) {
            String place = record.partition() + "/" + record.offset();
            UUID id = record.id();
            String invalid = Replay.invalid(record);
            if (!invalid.isEmpty()) {
                deserved.put(place, invalid.replace("{} v0", ""));
            } else if (decided.containsKey(id) && !payload(record).equals(decided.get(id))) {
                deserved.put(place, "REQUEST_ID_REUSED");
            }
        }
        Map<String, String> got = new TreeMap<>();
        for (DeadLetter letter : evidence.deadLetters()) {
            got.put(letter.partition() + "/" + letter.offset(), letter.code());
        }
        require(
                "6: dead letters that should not be, or are missing",
                Stream.concat(got.keySet().stream(), deserved.keySet().stream())
                        .distinct()
                        .filter(place -> !String.valueOf(got.get(place)).equals(deserved.get(place)))
                        .map(place -> place + ": " + got.get(place) + " instead of " + deserved.get(place)));
    }

    private static String payload(Logged record) {
        return Stream.of("type", "show_id", "user_id", "booking_request_id", "order_ref")
                        .map(record::text)
                        .collect(Collectors.joining("|"))
                + sorted(record, "seat_ids")
                + sorted(record, "give_seat_ids")
                + sorted(record, "take_seat_ids")
                + (Replay.invalid(record).isEmpty() ? "" : record.json());
    }

    private static Set<String> sorted(Logged record, String field) {
        Set<String> texts = new TreeSet<>();
        record.json().path(field).forEach(text -> texts.add(text.asString()));
        return texts;
    }

    private void replayGivesTheSame() {
        Map<UUID, String> expected = Replay.results(journal.shows, evidence.commands(), rows);
        require(
                "the log replayed gives something else",
                expected.entrySet().stream()
                        .filter(request -> !request.getValue().equals(full(rows.get(request.getKey()))))
                        .map(request -> "%s should be %s, is %s"
                                .formatted(request.getKey(), request.getValue(), full(rows.get(request.getKey())))));
    }

    /** The head of a map has the version in its first 16 characters, and no layout before it is loaded. */
    private void mapsAreRight() {
        Map<String, Map<String, Long>> expected = evidence.statuses().entrySet().stream()
                .collect(Collectors.groupingBy(
                        seat -> seat.getKey().show(),
                        Collectors.groupingBy(Map.Entry::getValue, Collectors.counting())));
        require(
                "maps that are not what the tables say",
                evidence.maps().entrySet().stream()
                        .filter(map -> map.getValue().length() > 72)
                        .filter(map -> {
                            Map<String, Long> statuses = expected.getOrDefault(map.getKey(), Map.of());
                            String letters = map.getValue().substring(72);
                            return Long.parseLong(map.getValue().substring(0, 16))
                                            != evidence.versions().get(map.getKey())
                                    || count(letters, 'B') != statuses.getOrDefault("BOOKED", 0L)
                                    || count(letters, 'X') != statuses.getOrDefault("BLOCKED", 0L);
                        })
                        .map(map -> map.getKey() + " at " + evidence.versions().get(map.getKey()) + ": "
                                + expected.get(map.getKey()) + ", but in Redis " + map.getValue()));
    }

    private static long count(String letters, char letter) {
        return letters.chars().filter(one -> one == letter).count();
    }

    private static String result(JsonNode row) {
        if (row == null) {
            return "undecided";
        }
        return row.path("reason").isString()
                ? row.path("reason").asString()
                : row.path("status").asString();
    }

    private static String full(JsonNode row) {
        if (row == null) {
            return "undecided";
        }
        Map<String, String> conflicts = new TreeMap<>();
        row.path("conflicts")
                .forEach(conflict -> conflicts.put(
                        conflict.path("seat_id").asString(),
                        conflict.path("code").asString()));
        Set<String> freed = new TreeSet<>();
        row.path("released_seat_ids").forEach(seat -> freed.add(seat.asString()));
        return result(row)
                + (result(row).equals("CONFIRMED") ? freed : conflicts)
                + " v" + row.path("show_version").asLong()
                + " at " + row.path("command_partition").asInt()
                + "/" + row.path("command_offset").asLong();
    }

    private void require(String rule, Stream<?> offenders) {
        List<?> all = offenders.toList();
        if (!all.isEmpty()) {
            violations.add("%s (%d): %s"
                    .formatted(
                            rule,
                            all.size(),
                            all.stream().limit(SHOWN).map(String::valueOf).collect(Collectors.joining("\n    "))));
        }
    }
}
