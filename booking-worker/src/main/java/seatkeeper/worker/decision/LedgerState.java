package seatkeeper.worker.decision;

import java.util.Map;
import java.util.Set;
import java.util.UUID;
import seatkeeper.contract.Fingerprint;
import seatkeeper.contract.Outcome;

/**
 * What the tables say about everything a batch mentions.
 *
 * @param requests the batch's requests that are already decided
 * @param shows those of the batch's shows that exist
 * @param booked for each of the batch's seats that exist, whether it is booked
 */
public record LedgerState(Map<UUID, Recorded> requests, Set<String> shows, Map<Seat, Boolean> booked) {

    /** A decided request, as it is kept. */
    public record Recorded(Fingerprint fingerprint, Outcome outcome) {}
}
