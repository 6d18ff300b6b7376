package seatkeeper.worker.decision;

import java.util.UUID;
import seatkeeper.contract.Outcome;

/** What one submission of a batch leads to. */
public sealed interface Verdict {

    Submission submission();

    /** The outcome that stands for the submission's request_id. */
    Outcome outcome();

    default UUID requestId() {
        return submission().requestId();
    }

    /** Decided here and now: to be written, then published. */
    record Decided(Submission submission, Outcome outcome) implements Verdict {}

    /** The same request again: its outcome is published again, nothing is written. */
    record Replayed(Submission submission, Outcome outcome) implements Verdict {}

    /** Another payload under a known request_id: refused, the first outcome stands. */
    record Reused(Submission submission, Outcome outcome) implements Verdict {}
}
