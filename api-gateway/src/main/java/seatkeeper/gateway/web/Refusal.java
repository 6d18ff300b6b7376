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
    private final int retryAfterSeconds;

    private Refusal(
            HttpStatus status,
            Code code,
            String detail,
            Map<String, Object> properties,
            int retryAfterSeconds,
            @Nullable Throwable cause) {
        super(detail, cause, false, false);
        this.status = status;
        this.code = code;
        this.properties = properties;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    private Refusal(HttpStatus status, Code code, String detail) {
        this(status, code, detail, Map.of(), 0, null);
    }

    /** 503: the same call again may succeed, after that many seconds. */
    private static Refusal passing(Code code, String detail, int retryAfterSeconds, @Nullable Throwable cause) {
        return new Refusal(HttpStatus.SERVICE_UNAVAILABLE, code, detail, Map.of(), retryAfterSeconds, cause);
    }

    /** 409, naming every seat that stood in the way. */
    public static Refusal conflict(List<Conflict> conflicts) {
        Code code = Conflict.leading(conflicts);
        String seats =
                String.join(", ", conflicts.stream().map(Conflict::seatId).toList());
        return new Refusal(
                HttpStatus.CONFLICT, code, "refused because of " + seats, Map.of("conflicts", conflicts), 0, null);
    }

    /** 409, not because of single seats. */
    public static Refusal conflict(Code code, String detail) {
        return new Refusal(HttpStatus.CONFLICT, code, detail);
    }

    /** 400, of the request as a whole. */
    public static Refusal invalid(String detail) {
        return new Refusal(HttpStatus.BAD_REQUEST, Code.INVALID_REQUEST, detail);
    }

    /** 401: nobody knows who calls. */
    public static Refusal unauthenticated() {
        return new Refusal(HttpStatus.UNAUTHORIZED, Code.UNAUTHENTICATED, "a valid bearer token is needed");
    }

    /** 403: the caller is known and may not do this. */
    public static Refusal forbidden(String detail) {
        return new Refusal(HttpStatus.FORBIDDEN, Code.FORBIDDEN, detail);
    }

    /** 429: too many calls of one user or address. */
    public static Refusal rateLimited(String of, int retryAfterSeconds) {
        return new Refusal(
                HttpStatus.TOO_MANY_REQUESTS,
                Code.RATE_LIMITED,
                "too many calls of this " + of,
                Map.of(),
                retryAfterSeconds,
                null);
    }

    /** 404. */
    public static Refusal notFound(Code code, String detail) {
        return new Refusal(HttpStatus.NOT_FOUND, code, detail);
    }

    /** 422: the request_id belongs to another payload. */
    public static Refusal requestIdReused(List<String> mismatchFields) {
        return new Refusal(
                HttpStatus.UNPROCESSABLE_CONTENT,
                Code.REQUEST_ID_REUSED,
                "the request_id was used with another payload",
                Map.of("mismatch_fields", mismatchFields),
                0,
                null);
    }

    /** 503: nothing was done; the same call again is right. */
    public static Refusal unavailable(String what, @Nullable Throwable cause) {
        return passing(Code.UNAVAILABLE, what + " is away", 1, cause);
    }

    /** 503: there is too much to do already. */
    public static Refusal overloaded(String detail) {
        return passing(Code.OVERLOADED, detail, 5, null);
    }

    /** 503: nobody knows whether it was done; the same call with the same request_id is safe, and right. */
    public static Refusal outcomeUnknown(Throwable cause) {
        return passing(
                Code.OUTCOME_UNKNOWN, "the broker did not answer in time; retry with the same request_id", 1, cause);
    }

    HttpStatus status() {
        return status;
    }

    public Code code() {
        return code;
    }

    Map<String, Object> properties() {
        return properties;
    }

    /** 0: there is nothing to wait for. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
