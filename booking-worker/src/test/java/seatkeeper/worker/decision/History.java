package seatkeeper.worker.decision;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.CommandCodec.Decoded;
import seatkeeper.contract.Fingerprint;

/** A random log of commands in a small world, where everything that can meet does. */
record History(long seed, List<String> shows, int seatsPerShow, List<Submission> log) {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    static History random(long seed) {
        Random random = new Random(seed);
        List<String> shows = IntStream.rangeClosed(1, 1 + random.nextInt(3))
                .mapToObj(i -> "show_" + i)
                .toList();
        int seats = 1 + random.nextInt(8);
        List<Submission> log = new ArrayList<>();
        int length = 1 + random.nextInt(40);
        for (int offset = 0; offset < length; offset++) {
            log.add(next(random, shows, seats, log, offset));
        }
        return new History(seed, shows, seats, log);
    }

    private static Submission next(Random random, List<String> shows, int seats, List<Submission> log, int offset) {
        int kind = random.nextInt(100);
        if (kind < 20 && !log.isEmpty()) {
            return again(random, log.get(random.nextInt(log.size())), offset);
        }
        UUID requestId = kind < 28 && !log.isEmpty()
                ? log.get(random.nextInt(log.size())).requestId()
                : new UUID(random.nextLong(), random.nextLong());
        if (kind >= 28 && kind < 33) {
            Decoded invalid = new Decoded.Invalid(Code.INVALID_COMMAND, "rubbish", requestId, shows.getFirst());
            byte[] bytes = ("rubbish " + random.nextInt(3)).getBytes(StandardCharsets.UTF_8);
            return new Submission(requestId, Fingerprint.ofBytes(bytes), invalid, 0, offset, at(offset));
        }
        String show = kind < 37 ? "nowhere" : shows.get(random.nextInt(shows.size()));
        Instant expiresAt = random.nextInt(4) == 0 ? at(offset + random.nextInt(5) - 2) : null;
        return valid(
                new ConfirmBooking(
                        requestId, show, seats(random, seats), new UUID(0, random.nextInt(3)), START, expiresAt),
                offset);
    }

    /** The same request once more: as it was, or with its seats in another order. */
    private static Submission again(Random random, Submission first, int offset) {
        if (first.decoded() instanceof Decoded.Valid(Command command) && command instanceof ConfirmBooking confirm) {
            List<String> seats = new ArrayList<>(confirm.seatIds());
            Collections.shuffle(seats, random);
            return valid(
                    new ConfirmBooking(
                            confirm.requestId(),
                            confirm.showId(),
                            seats,
                            confirm.userId(),
                            at(offset),
                            confirm.expiresAt()),
                    offset);
        }
        return new Submission(
                first.requestId(), first.fingerprint(), first.decoded(), first.partition(), offset, at(offset));
    }

    private static Submission valid(ConfirmBooking confirm, int offset) {
        int partition = Math.floorMod(confirm.showId().hashCode(), 4);
        return new Submission(
                confirm.requestId(), confirm.fingerprint(), new Decoded.Valid(confirm), partition, offset, at(offset));
    }

    /** One to four distinct seats; now and then one that does not exist. */
    private static List<String> seats(Random random, int seats) {
        List<String> ids = new ArrayList<>(
                IntStream.rangeClosed(1, seats).mapToObj(i -> "A" + i).toList());
        if (random.nextInt(12) == 0) {
            ids.add("none");
        }
        Collections.shuffle(ids, random);
        return List.copyOf(ids.subList(0, 1 + random.nextInt(Math.min(4, ids.size()))));
    }

    private static Instant at(int offset) {
        return START.plusSeconds(offset);
    }
}
