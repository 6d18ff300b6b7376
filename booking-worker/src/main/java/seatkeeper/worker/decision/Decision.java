package seatkeeper.worker.decision;

import java.util.List;

/** One verdict per submission of a batch, in their order, and what all of them together change. */
public record Decision(List<Verdict> verdicts, Changes changes) {}
