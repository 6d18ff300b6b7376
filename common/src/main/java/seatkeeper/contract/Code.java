package seatkeeper.contract;

/**
 * Why something was refused: the same strings in HTTP problems, request status, outcomes and dead letters. When several
 * apply, the first in this order is the one named; {@code docs/contracts.md} lists them for integrators.
 */
public enum Code {
    UNAUTHENTICATED(Retry.SAME_ID),
    FORBIDDEN(Retry.NEVER),
    INVALID_REQUEST(Retry.NEVER),
    INVALID_COMMAND(Retry.NEVER),
    UNSUPPORTED_VERSION(Retry.NEVER),
    REQUEST_ID_REUSED(Retry.NEW_ID),
    SHOW_NOT_FOUND(Retry.NEVER),
    SHOW_CLOSED(Retry.NEVER),
    SEAT_NOT_FOUND(Retry.NEVER),
    SEAT_LEASED(Retry.SAME_ID),
    SEAT_BOOKED(Retry.NEVER),
    SEAT_BLOCKED(Retry.NEVER),
    LEASE_NOT_HELD(Retry.SAME_ID),
    LEASE_LIFETIME_EXCEEDED(Retry.NEVER),
    SEAT_LIMIT_EXCEEDED(Retry.NEVER),
    COMMAND_EXPIRED(Retry.NEW_ID),
    BOOKING_NOT_FOUND(Retry.NEVER),
    NOT_BOOKING_OWNER(Retry.NEVER),
    NOT_ENOUGH_SEATS(Retry.NEVER),
    NOT_ENOUGH_TOGETHER(Retry.NEVER),
    RATE_LIMITED(Retry.SAME_ID),
    OVERLOADED(Retry.SAME_ID),
    UNAVAILABLE(Retry.SAME_ID),
    OUTCOME_UNKNOWN(Retry.SAME_ID);

    /** What a client may do after a refusal; a terminal outcome always needs a new request_id. */
    public enum Retry {
        SAME_ID,
        NEW_ID,
        NEVER
    }

    private final Retry retry;

    Code(Retry retry) {
        this.retry = retry;
    }

    public Retry retry() {
        return retry;
    }
}
