package seatkeeper.gateway.lease;

import static seatkeeper.gateway.lease.ShowScripts.millis;
import static seatkeeper.gateway.lease.ShowScripts.withPlaces;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.web.Refusal;

/** Leases that confirms under way have pinned, so that they cannot end meanwhile. */
@Component
public class Pins {

    private final ShowScripts scripts;
    private final RecentRefusals refusals;

    Pins(ShowScripts scripts, RecentRefusals refusals) {
        this.scripts = scripts;
        this.refusals = refusals;
    }

    /**
     * What became of a hold.
     *
     * @param notHeld the seats whose lease the user does not hold, or holds for another confirm; when there are any,
     *     nothing was pinned
     * @param pinned the seats this call has pinned; a repeated one has none
     * @param until when the pins end, by the clock of Redis; null when nothing was held
     */
    public record Hold(
            List<Conflict> notHeld,
            List<String> pinned,
            @Nullable Instant until) {}

    /**
     * Pins leases to a confirm.
     *
     * @param late whether seats that nobody holds are to be leased, too
     */
    public CompletableFuture<Hold> hold(
            String showId, List<String> seatIds, UUID userId, UUID requestId, Duration deadline, boolean late) {
        return scripts.call(
                        Script.HOLD,
                        showId,
                        seatIds,
                        withPlaces(
                                seatIds, userId.toString(), requestId.toString(), millis(deadline), late ? "1" : "0"))
                .thenApply(answer -> hold(answer, seatIds))
                .exceptionally(Pins::unlessThereIsNoShow);
    }

    /** Of a show that does not exist nothing can be pinned; that there is none is decided by Postgres. */
    private static Hold unlessThereIsNoShow(Throwable e) {
        if (e.getCause() instanceof Refusal refusal && refusal.code() == Code.SHOW_NOT_FOUND) {
            return new Hold(List.of(), List.of(), null);
        }
        throw e instanceof CompletionException failure ? failure : new CompletionException(e);
    }

    private static Hold hold(Answer answer, List<String> seatIds) {
        List<Object> parts = answer.parts();
        return answer.is("OK") && parts.get(1) instanceof Long until
                ? new Hold(
                        List.of(),
                        parts.stream()
                                .skip(2)
                                .map(index -> seatIds.get(ShowScripts.number(index) - 1))
                                .toList(),
                        Instant.ofEpochMilli(until))
                : new Hold(ShowScripts.conflicts(answer, seatIds), List.of(), null);
    }

    /** Undoes a {@link #hold} of these seats: the confirm was never published. */
    public void unhold(String showId, List<String> seatIds, UUID requestId) {
        scripts.ask(Script.UNHOLD, showId, seatIds, withPlaces(seatIds, requestId.toString()));
        refusals.forget(showId, seatIds);
    }
}
