package seatkeeper.contract;

/** Outcomes as JSON: the fields of {@link Outcome} in snake_case. */
public final class OutcomeCodec {

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
        return Json.MAPPER.readValue(json, Outcome.class);
    }
}
