package seatkeeper.gateway.booking;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long the oldest undecided command of a partition has waited, from looks at two offsets: that up to which all is
 * decided, and the log's end. A command is as old as the first look that saw the log end behind it. So no clocks of
 * two machines are compared, and no record is read.
 */
final class PartitionBacklog {

    /** Of looks that are kept; a backlog that grows longer seems younger than it is. */
    private static final int MAX_LOOKS = 3_600;

    private final Duration max;
    private final Deque<Look> looks = new ArrayDeque<>();
    private Duration age = Duration.ZERO;
    private long commands;
    private boolean tooOld;

    PartitionBacklog(Duration max) {
        this.max = max;
    }

    private record Look(long end, long atNanos) {}

    /** Takes in what a look saw. */
    void seen(long decided, long end, long nowNanos) {
        while (!looks.isEmpty() && looks.getFirst().end() <= decided) {
            looks.removeFirst();
        }
        boolean grown = looks.isEmpty() || looks.getLast().end() < end;
        if (end > decided && grown && looks.size() < MAX_LOOKS) {
            looks.addLast(new Look(end, nowNanos));
        }
        age = looks.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(nowNanos - looks.getFirst().atNanos());
        commands = Math.max(0, end - decided);
        // Once too old, it has to become half as old before more is accepted: one state for a while, not both in turns.
        tooOld = max.isPositive() && age.compareTo(tooOld ? max.dividedBy(2) : max) > 0;
    }

    /** Undecided when last looked at. */
    long commands() {
        return commands;
    }

    Duration age() {
        return age;
    }

    boolean isTooOld() {
        return tooOld;
    }
}
