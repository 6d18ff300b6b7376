package seatkeeper.worker.decision;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.Action;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Command.CancelBooking;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Command.SwapBooking;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Fingerprint;
import seatkeeper.worker.decision.LedgerState.Show;

/**
 * A random log of commands in a small world, where everything that can meet does.
 *
 * @param shows as they are before the first command
 * @param horizon records up to it count as forgotten
 */
record History(long seed, Map<String, Show> shows, int seatsPerShow, Instant horizon, List<Submission> log) {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    static History random(long seed) {
        Random random = new Random(seed);
        Map<String, Show> shows = new LinkedHashMap<>();
        int count = 1 + random.nextInt(3);
        for (int i = 1; i <= count; i++) {
            Integer limit = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : null;
            shows.put("show_" + i, new Show(random.nextInt(5), limit, i > 1 && random.nextInt(8) == 0));
        }
        int seats = 1 + random.nextInt(8);
        List<Submission> log = new ArrayList<>();
        int length = 1 + random.nextInt(40);
        for (int offset = 0; offset < length; offset++) {
            log.add(new Writer(random, List.copyOf(shows.keySet()), seats, log).next());
        }
        return new History(seed, shows, seats, random.nextInt(10) == 0 ? at(random.nextInt(5)) : Instant.MIN, log);
    }

    boolean hasSeat(String id) {
        return !id.equals("none");
    }

    private record Writer(Random random, List<String> shows, int seats, List<Submission> log) {

        Submission next() {
            int kind = random.nextInt(100);
            if (kind < 15 && !log.isEmpty()) {
                return again(earlier());
            }
            UUID requestId = kind < 20 && !log.isEmpty() ? earlier().requestId() : uuid();
            if (kind >= 20 && kind < 24) {
                Decoded invalid = new Decoded.Invalid(Code.INVALID_COMMAND, "rubbish", requestId, shows.getFirst());
                byte[] bytes = ("rubbish " + random.nextInt(3)).getBytes(StandardCharsets.UTF_8);
                return new Submission(requestId, Fingerprint.ofBytes(bytes), invalid, 0, offset(), at(offset()));
            }
            Instant expiresAt = random.nextInt(6) == 0 ? at(offset() + random.nextInt(5) - 2) : null;
            Command first = log.isEmpty() ? null : earlier().command();
            if (kind >= 60 && first != null) {
                UUID booking = random.nextInt(15) == 0 ? uuid() : first.requestId();
                UUID user = random.nextInt(12) == 0 ? user() : first.userId();
                String show = random.nextInt(12) == 0 ? show() : first.showId();
                Action action = kind < 80
                        ? new CancelBooking(
                                booking,
                                random.nextBoolean()
                                        ? List.of()
                                        : some(first.action().seatIds()))
                        : swap(booking, some(first.action().seatIds()));
                return valid(new Command(requestId, show, user, START, expiresAt, action));
            }
            Action action = switch (random.nextInt(10)) {
                case 0 -> new BlockSeats(seatIds());
                case 1 -> new UnblockSeats(seatIds());
                case 2 -> new BookDirect(seatIds(), "order");
                default -> new ConfirmBooking(seatIds(), random.nextBoolean() ? null : "order-" + random.nextInt(2));
            };
            return valid(new Command(requestId, show(), user(), START, expiresAt, action));
        }

        private Action swap(UUID booking, List<String> given) {
            List<String> taken =
                    seatIds().stream().filter(seat -> !given.contains(seat)).toList();
            return taken.isEmpty() ? new CancelBooking(booking, given) : new SwapBooking(booking, given, taken);
        }

        /** The same request once more: as it was, or with its seats in another order. */
        private Submission again(Submission first) {
            Command command = first.command();
            if (command == null) {
                return new Submission(
                        first.requestId(),
                        first.fingerprint(),
                        first.decoded(),
                        first.partition(),
                        offset(),
                        at(offset()));
            }
            Action action = command.action() instanceof ConfirmBooking confirm
                    ? new ConfirmBooking(shuffled(confirm.taken()), confirm.orderRef())
                    : command.action();
            return valid(new Command(
                    command.requestId(),
                    command.showId(),
                    command.userId(),
                    at(offset()),
                    command.expiresAt(),
                    action));
        }

        private Submission valid(Command command) {
            int partition = Math.floorMod(command.showId().hashCode(), 4);
            return new Submission(
                    command.requestId(),
                    command.fingerprint(),
                    new Decoded.Valid(command),
                    partition,
                    offset(),
                    at(offset()));
        }

        private Submission earlier() {
            return log.get(random.nextInt(log.size()));
        }

        private int offset() {
            return log.size();
        }

        private String show() {
            return random.nextInt(20) == 0 ? "nowhere" : shows.get(random.nextInt(shows.size()));
        }

        private UUID user() {
            return new UUID(0, random.nextInt(3));
        }

        private UUID uuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        /** One to four distinct seats; now and then one that does not exist. */
        private List<String> seatIds() {
            List<String> ids = new ArrayList<>(
                    IntStream.rangeClosed(1, seats).mapToObj(i -> "A" + i).toList());
            if (random.nextInt(12) == 0) {
                ids.add("none");
            }
            return some(ids);
        }

        private List<String> some(List<String> ids) {
            return ids.isEmpty()
                    ? List.of("A1")
                    : shuffled(ids).subList(0, 1 + random.nextInt(Math.min(4, ids.size())));
        }

        private List<String> shuffled(List<String> ids) {
            List<String> shuffled = new ArrayList<>(ids);
            Collections.shuffle(shuffled, random);
            return shuffled;
        }
    }

    private static Instant at(int offset) {
        return START.plusSeconds(offset);
    }
}
