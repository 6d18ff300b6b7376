package seatkeeper.gateway.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command.BlockSeats;
import seatkeeper.contract.Command.UnblockSeats;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.show.Places;
import seatkeeper.gateway.web.Refusal;

/** Brings leases and the map of a show in line with its outcomes. */
@Component
public class Settlement {

    /** Keeps each call to Redis far below its timeout. */
    private static final int CHUNK = 500;

    /** As long as another gateway usually needs. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

    private static final int ATTEMPTS = 10;

    private final ShowScripts scripts;
    private final SeatMaps maps;
    private final RecentRefusals refusals;

    Settlement(ShowScripts scripts, SeatMaps maps, RecentRefusals refusals) {
        this.scripts = scripts;
        this.maps = maps;
        this.refusals = refusals;
    }

    /**
     * Settles outcomes of one show; safe to repeat, in any order. What the map lacks before them is filled from Postgres.
     */
    public CompletableFuture<Void> settle(String showId, List<Outcome> outcomes) {
        List<Outcome> inOrder = outcomes.stream()
                .filter(outcome -> outcome.userId() != null)
                .sorted(Comparator.comparingLong(Outcome::showVersion))
                .toList();
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (List<Outcome> chunk : chunks(inOrder)) {
            done = done.thenCompose(_ -> settleChunk(showId, chunk));
        }
        return done.whenComplete((_, _) -> outcomes.forEach(outcome -> {
            refusals.forget(showId, outcome.seatIds());
            refusals.forget(showId, outcome.releasedSeatIds());
        }));
    }

    /**
     * Makes sure that an outcome is settled, which another gateway may be doing at this moment: outcomes before it, which
     * this one has not seen, are waited for a little while.
     */
    public CompletableFuture<Void> makeSure(String showId, Outcome outcome) {
        return outcome.userId() == null
                ? CompletableFuture.completedFuture(null)
                : makeSure(showId, List.of(outcome), 1).whenComplete((_, _) -> {
                    refusals.forget(showId, outcome.seatIds());
                    refusals.forget(showId, outcome.releasedSeatIds());
                });
    }

    private CompletableFuture<Void> makeSure(String showId, List<Outcome> outcome, int attempt) {
        return call(showId, outcome)
                .thenCompose(answer -> !answer.is("GAP")
                        ? CompletableFuture.<Void>completedFuture(null)
                        : attempt == ATTEMPTS
                                ? fill(showId, outcome)
                                : CompletableFuture.supplyAsync(() -> null, LATER)
                                        .thenCompose(_ -> makeSure(showId, outcome, attempt + 1)));
    }

    /** Gives up the map of a show and loads it from Postgres: an outcome could not be settled, whyever. */
    public void giveUp(String showId) {
        try {
            maps.anew(showId);
        } catch (Refusal e) {
            if (e.code() != Code.SHOW_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static List<List<Outcome>> chunks(List<Outcome> outcomes) {
        List<List<Outcome>> chunks = new ArrayList<>();
        List<Outcome> chunk = new ArrayList<>();
        int seats = 0;
        for (Outcome outcome : outcomes) {
            chunk.add(outcome);
            seats += outcome.seatIds().size() + outcome.releasedSeatIds().size();
            if (seats >= CHUNK || chunk.size() == CHUNK) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                seats = 0;
            }
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk);
        }
        return chunks;
    }

    private CompletableFuture<Void> settleChunk(String showId, List<Outcome> outcomes) {
        return call(showId, outcomes).thenCompose(answer -> {
            return answer.is("GAP") ? fill(showId, outcomes) : CompletableFuture.<Void>completedFuture(null);
        });
    }

    private CompletableFuture<Void> fill(String showId, List<Outcome> outcomes) {
        // Answers from Redis come on a thread that must not wait for Postgres.
        return CompletableFuture.runAsync(() -> maps.refresh(showId), Thread::startVirtualThread)
                .thenCompose(_ -> call(showId, outcomes))
                .thenAccept(again -> {
                    if (again.is("GAP")) {
                        throw new IllegalStateException("Postgres does not know of an outcome of " + showId);
                    }
                });
    }

    private CompletableFuture<Answer> call(String showId, List<Outcome> outcomes) {
        List<String> taken =
                outcomes.stream().flatMap(outcome -> outcome.seatIds().stream()).toList();
        return scripts.call(Script.SETTLE, showId, taken, places -> arguments(places, outcomes));
    }

    private static List<String> arguments(Places places, List<Outcome> outcomes) {
        List<String> arguments = new ArrayList<>();
        arguments.add(MapHead.layout(places.version()));
        for (Outcome outcome : outcomes) {
            boolean blocks = BlockSeats.TYPE.equals(outcome.type());
            arguments.addAll(List.of(
                    outcome.requestId().toString(),
                    outcome.confirmed() ? "1" : "0",
                    String.valueOf(outcome.showVersion()),
                    String.valueOf(outcome.userId()),
                    blocks ? "X" : "B",
                    blocks ? "blocked" : "booked",
                    UnblockSeats.TYPE.equals(outcome.type()) ? "unblocked" : "cancelled",
                    String.valueOf(outcome.seatIds().size())));
            outcome.seatIds().forEach(seat -> arguments.add(ShowScripts.place(places, seat)));
            List<Runs> released = outcome.confirmed() ? Runs.of(places, outcome.releasedSeatIds()) : List.of();
            arguments.add(String.valueOf(released.size()));
            released.forEach(run -> arguments.addAll(List.of(run.places(), run.names())));
        }
        return arguments;
    }
}
