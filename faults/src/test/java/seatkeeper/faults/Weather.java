package seatkeeper.faults;

import java.time.Duration;

/**
 * What a {@link Proxy} does to the bytes that pass.
 *
 * @param cut connections are closed and new ones not let through
 * @param requestsHeld bytes towards the server wait; as on a real network they arrive once it heals
 * @param answersHeld bytes towards the client wait
 * @param requestDelay of every chunk towards the server
 * @param answerDelay of every chunk towards the client
 * @param tear what happens to a marked request: COMMIT, EVAL, produce
 * @param tears of a hundred marked requests, how many
 */
record Weather(
        boolean cut,
        boolean requestsHeld,
        boolean answersHeld,
        Duration requestDelay,
        Duration answerDelay,
        Tear tear,
        int tears) {

    static final Weather CLEAR = new Weather(false, false, false, Duration.ZERO, Duration.ZERO, Tear.NONE, 0);
    static final Weather CUT = new Weather(true, false, false, Duration.ZERO, Duration.ZERO, Tear.NONE, 0);
    static final Weather REQUESTS_HELD = new Weather(false, true, false, Duration.ZERO, Duration.ZERO, Tear.NONE, 0);
    static final Weather ANSWERS_HELD = new Weather(false, false, true, Duration.ZERO, Duration.ZERO, Tear.NONE, 0);

    static Weather slow(Duration requestDelay, Duration answerDelay) {
        return new Weather(false, false, false, requestDelay, answerDelay, Tear.NONE, 0);
    }

    static Weather tearing(Tear tear, int percent) {
        return new Weather(false, false, false, Duration.ZERO, Duration.ZERO, tear, percent);
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
