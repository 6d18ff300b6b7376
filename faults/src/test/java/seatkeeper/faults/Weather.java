package seatkeeper.faults;

import java.time.Duration;

/**
 * What a {@link Proxy} does to the bytes that pass.
 *
 * @param cut connections are closed and new ones not let through
 * @param requestsHeld bytes towards the server wait; as on a real network they arrive once it heals
 * @param answersHeld bytes towards the client wait
 * @param delay of every chunk, each way
 * @param tear what happens to a marked request: COMMIT, EVAL, produce
 * @param tears of a hundred marked requests, how many
 */
record Weather(boolean cut, boolean requestsHeld, boolean answersHeld, Duration delay, Tear tear, int tears) {

    static final Weather CLEAR = new Weather(false, false, false, Duration.ZERO, Tear.NONE, 0);
    static final Weather CUT = new Weather(true, false, false, Duration.ZERO, Tear.NONE, 0);
    static final Weather REQUESTS_HELD = new Weather(false, true, false, Duration.ZERO, Tear.NONE, 0);
    static final Weather ANSWERS_HELD = new Weather(false, false, true, Duration.ZERO, Tear.NONE, 0);

    static Weather slow(Duration delay) {
        return new Weather(false, false, false, delay, Tear.NONE, 0);
    }

    static Weather tearing(Tear tear, int percent) {
        return new Weather(false, false, false, Duration.ZERO, tear, percent);
    }

    /** The ends a marked request can come to; each closes the client's connection. */
    enum Tear {
        NONE,
        /** The server has carried it out and answered; the answer is lost. */
        ANSWER_LOST,
        /** It never reaches the server. */
        REQUEST_LOST,
        /** It reaches the server seconds after the client has lost its connection. */
        LATE
    }
}
