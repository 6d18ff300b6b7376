package seatkeeper.gateway.web;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;

/** A call that is refused; becomes the problem details of RFC 9457, with the code beside the detail. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final HttpStatus status;
    private final Code code;
    private final transient Map<String, Object> properties;

    private Refusal(
            HttpStatus status, Code code, String detail, Map<String, Object> properties, @Nullable Throwable cause) {
        super(detail, cause, false, false);
        this.status = status;
        this.code = code;
        this.properties = properties;
    }

    /** 409, naming every seat that stood in the way. */
    public static Refusal conflict(List<Conflict> conflicts) {
        Code code = Conflict.leading(conflicts);
        String seats =
                String.join(", ", conflicts.stream().map(Conflict::seatId).toList());
        return new Refusal(
                HttpStatus.CONFLICT, code, "refused because of " + seats, Map.of("conflicts", conflicts), null);
    }

    /** 409, not because of single seats. */
    public static Refusal conflict(Code code, String detail) {
        return new Refusal(HttpStatus.CONFLICT, code, detail, Map.of(), null);
    }

    /** 403: only operators may. */
    static Refusal operatorsOnly() {
        return new Refusal(HttpStatus.FORBIDDEN, Code.INVALID_REQUEST, "only operators may do this", Map.of(), null);
    }

    /** 404. */
    public static Refusal notFound(Code code, String detail) {
        return new Refusal(HttpStatus.NOT_FOUND, code, detail, Map.of(), null);
    }

    /** 422: the request_id belongs to another payload. */
    public static Refusal requestIdReused(List<String> mismatchFields) {
        return new Refusal(
                HttpStatus.UNPROCESSABLE_CONTENT,
                Code.REQUEST_ID_REUSED,
                "the request_id was used with another payload",
                Map.of("mismatch_fields", mismatchFields),
                null);
    }

    /** 503: nothing was done; the same call again is right. */
    public static Refusal unavailable(String what, @Nullable Throwable cause) {
        return new Refusal(HttpStatus.SERVICE_UNAVAILABLE, Code.UNAVAILABLE, what + " is away", Map.of(), cause);
    }

    /** 503: there is too much to do already. */
    public static Refusal overloaded(String detail) {
        return new Refusal(HttpStatus.SERVICE_UNAVAILABLE, Code.OVERLOADED, detail, Map.of(), null);
    }

    /** 503: nobody knows whether it was done; the same call with the same request_id is safe, and right. */
    public static Refusal outcomeUnknown(Throwable cause) {
        return new Refusal(
                HttpStatus.SERVICE_UNAVAILABLE,
                Code.OUTCOME_UNKNOWN,
                "the broker did not answer in time; retry with the same request_id",
                Map.of(),
                cause);
    }

    HttpStatus status() {
        return status;
    }

    Code code() {
        return code;
    }

    Map<String, Object> properties() {
        return properties;
    }
}
