package seatkeeper.worker.decision;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import seatkeeper.contract.Outcome;
import seatkeeper.worker.decision.LedgerState.Show;

/** A {@link History} and what the {@link NaiveModel} makes of it, for the simulation of the whole worker. */
public final class Scenario {

    private final History history;
    private final NaiveModel model;

    private Scenario(History history) {
        this.history = history;
        this.model = new NaiveModel(history);
    }

    public static Scenario random(long seed) {
        return new Scenario(History.random(seed));
    }

    public Map<String, Show> shows() {
        return history.shows();
    }

    public int seatsPerShow() {
        return history.seatsPerShow();
    }

    public Instant horizon() {
        return history.horizon();
    }

    public List<Submission> log() {
        return history.log();
    }

    /** Without the records that came too late on another partition: where an id is decided first is a race. */
    public Scenario withLog(List<Submission> log) {
        return new Scenario(
                new History(history.seed(), history.shows(), history.seatsPerShow(), history.horizon(), log));
    }

    public Map<UUID, String> results() {
        return model.results();
    }

    public boolean isFirstPayload(Submission submission) {
        return model.isFirstPayload(submission);
    }

    public static String describe(Outcome outcome) {
        return Simulation.describe(outcome);
    }
}
