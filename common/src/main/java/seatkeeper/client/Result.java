package seatkeeper.client;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;

/** What a request came to. */
public sealed interface Result {

    UUID requestId();

    /** Carried out; seatIds were booked, releasedSeatIds became free. */
    record Confirmed(UUID requestId, List<String> seatIds, List<String> releasedSeatIds) implements Result {}

    /** Decided against, for good: a new attempt needs a new request_id. */
    record Rejected(UUID requestId, Code reason, List<Conflict> conflicts) implements Result {}

    /**
     * Not taken at all, and not to be sent again as it is.
     *
     * @param code null when the server named none
     */
    record Refused(UUID requestId, int httpStatus, @Nullable Code code, String detail, List<Conflict> conflicts)
            implements Result {}

    /** Nobody could say in time. The same request again, under the same request_id, is safe and the way to find out. */
    record Unknown(UUID requestId, String lastTrouble) implements Result {}
}
