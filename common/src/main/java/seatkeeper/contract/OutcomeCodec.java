package seatkeeper.contract;

/** Outcomes as JSON: the fields of {@link Outcome} in snake_case. */
public final class OutcomeCodec {

    /** Header of a record: the request_id, so that who waits for one outcome need not read the others. */
    public static final String REQUEST_ID = "request_id";

    /** Header of an outcome that is told again because its request_id came with another payload. */
    public static final String REUSED = "reused";

    private OutcomeCodec() {}

    public static byte[] encode(Outcome outcome) {
        return Json.MAPPER.writeValueAsBytes(outcome);
    }

    /**
     * Of a record of {@link Topics#OUTCOMES}.
     *
     * @throws tools.jackson.core.JacksonException when these bytes are no outcome
     */
    public static Outcome decode(byte[] json) {
        return Json.UNLIMITED.readValue(json, Outcome.class);
    }
}
