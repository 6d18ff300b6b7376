package seatkeeper.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Code;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Status;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bookings over HTTP. Requests keep their request_id over every retry, wait as long as a busy server asks, and so come
 * to one outcome however often the connection breaks. Safe for any number of threads.
 */
public final class BookingClient {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http;
    private final URI gateway;
    private final @Nullable Supplier<String> token;

    /** Of a gateway, or of what stands before many of them. */
    public BookingClient(URI gateway) {
        this(gateway, HttpClient.newBuilder().connectTimeout(MARGIN).build());
    }

    public BookingClient(URI gateway, HttpClient http) {
        this(gateway, http, null);
    }

    /**
     * Of a gateway that asks for tokens.
     *
     * @param token asked for with each call, so that one that has expired can be replaced; null: there is none
     */
    public BookingClient(URI gateway, HttpClient http, @Nullable Supplier<String> token) {
        this.gateway = gateway;
        this.http = http;
        this.token = token;
    }

    /** An answer to a lease. */
    public sealed interface LeaseResult {

        /** The seats are the user's until then. */
        record Leased(List<String> seatIds, Instant expiresAt, Duration ttl) implements LeaseResult {}

        /** They are not, and nothing was leased. */
        record Refused(int httpStatus, @Nullable Code code, String detail, List<Conflict> conflicts)
                implements LeaseResult {}
    }

    /**
     * Leases seats, all or none; for their holder it renews.
     *
     * @throws IOException when there is no answer; the same call again is safe
     */
    public LeaseResult lease(String showId, List<String> seatIds, UUID userId) throws IOException {
        ObjectNode body = JSON.createObjectNode().put("show_id", showId).put("user_id", userId.toString());
        seatIds.forEach(body.putArray("seat_ids")::add);
        Answer answer = send(post("/seat-lock", body, Duration.ZERO));
        return answer.status == 200
                ? new LeaseResult.Leased(
                        texts(answer.body, "seat_ids"),
                        Instant.parse(answer.body.path("expires_at").asString()),
                        Duration.ofMillis(answer.body.path("ttl_ms").asLong()))
                : new LeaseResult.Refused(answer.status, answer.code(), answer.detail(), answer.conflicts());
    }

    /** Books leased seats, and waits for the outcome until the deadline. */
    public Result confirmAndAwait(
            UUID requestId,
            String showId,
            List<String> seatIds,
            UUID userId,
            @Nullable String orderRef,
            Duration deadline) {
        ObjectNode body = request(requestId, userId).put("show_id", showId);
        seatIds.forEach(body.putArray("seat_ids")::add);
        if (orderRef != null) {
            body.put("order_ref", orderRef);
        }
        return submitAndAwait("/booking/confirm", requestId, body, deadline);
    }

    /** Cancels a booking or, when seats are named, a part of it; waits as {@link #confirmAndAwait}. */
    public Result cancelAndAwait(
            UUID requestId, UUID bookingRequestId, UUID userId, List<String> seatIds, Duration deadline) {
        ObjectNode body = request(requestId, userId).put("booking_request_id", bookingRequestId.toString());
        if (!seatIds.isEmpty()) {
            seatIds.forEach(body.putArray("seat_ids")::add);
        }
        return submitAndAwait("/booking/cancel", requestId, body, deadline);
    }

    /** Gives seats of a booking back for others, which must be leased; waits as {@link #confirmAndAwait}. */
    public Result swapAndAwait(
            UUID requestId,
            UUID bookingRequestId,
            UUID userId,
            List<String> given,
            List<String> taken,
            Duration deadline) {
        ObjectNode body = request(requestId, userId).put("booking_request_id", bookingRequestId.toString());
        given.forEach(body.putArray("give_seat_ids")::add);
        taken.forEach(body.putArray("take_seat_ids")::add);
        return submitAndAwait("/booking/swap", requestId, body, deadline);
    }

    private static ObjectNode request(UUID requestId, UUID userId) {
        return JSON.createObjectNode().put("request_id", requestId.toString()).put("user_id", userId.toString());
    }

    private Result submitAndAwait(String path, UUID requestId, ObjectNode body, Duration deadline) {
        Instant end = Instant.now().plus(deadline);
        String trouble = "no answer yet";
        while (true) {
            Duration left = Duration.between(Instant.now(), end);
            if (!left.isPositive()) {
                return new Result.Unknown(requestId, trouble);
            }
            Duration pause = Duration.ofSeconds(1);
            try {
                // Submitting again also finds out how it stands, and is all that is needed after any trouble.
                Answer answer = send(post(path, body, left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT));
                Result result = answer.result(requestId);
                if (result != null) {
                    return result;
                }
                trouble = answer.detail();
                pause = answer.status == 202 ? Duration.ZERO : answer.retryAfter();
            } catch (IOException e) {
                trouble = e.toString();
            }
            try {
                Thread.sleep(pause.compareTo(left) < 0 ? pause : left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Result.Unknown(requestId, trouble);
            }
        }
    }

    private HttpRequest post(String path, ObjectNode body, Duration wait) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(wait.plus(MARGIN))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
        if (token != null) {
            request.header("Authorization", "Bearer " + token.get());
        }
        if (wait.isPositive()) {
            request.header("Prefer", "wait=" + Math.max(1, wait.toSeconds()));
        }
        return request.build();
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            JsonNode body;
            try {
                body = JSON.readTree(response.body());
            } catch (JacksonException e) {
                body = MissingNode.getInstance();
            }
            return new Answer(
                    response.statusCode(),
                    body,
                    response.headers().firstValue("Retry-After").orElse(""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static List<String> texts(JsonNode body, String field) {
        List<String> texts = new ArrayList<>();
        body.path(field).forEach(text -> texts.add(text.asString()));
        return texts;
    }

    private record Answer(int status, JsonNode body, String retryAfterHeader) {

        /** Null while nobody can say. */
        @Nullable Result result(UUID requestId) {
            String decision = body.path("status").asString("");
            if (status == 200 && decision.equals(Status.CONFIRMED.name())) {
                return new Result.Confirmed(requestId, texts(body, "seat_ids"), texts(body, "released_seat_ids"));
            }
            Code reason = status == 200 ? code(body.path("reason")) : code();
            if (reason != null && (status == 200 || (status == 409 && body.hasNonNull("decided_at")))) {
                return new Result.Rejected(requestId, reason, conflicts());
            }
            return status >= 400 && status < 500 && status != 408 && status != 429
                    ? new Result.Refused(requestId, status, code(), detail(), conflicts())
                    : null;
        }

        @Nullable Code code() {
            return code(body.path("code"));
        }

        private static @Nullable Code code(JsonNode name) {
            for (Code code : Code.values()) {
                if (code.name().equals(name.asString(""))) {
                    return code;
                }
            }
            return null;
        }

        String detail() {
            return body.path("detail").asString("status " + status);
        }

        List<Conflict> conflicts() {
            List<Conflict> conflicts = new ArrayList<>();
            body.path("conflicts").forEach(conflict -> {
                Code code = code(conflict.path("code"));
                if (code != null) {
                    conflicts.add(new Conflict(conflict.path("seat_id").asString(), code));
                }
            });
            return conflicts;
        }

        Duration retryAfter() {
            return retryAfterHeader.matches("\\d{1,5}")
                    ? Duration.ofSeconds(Long.parseLong(retryAfterHeader))
                    : Duration.ofSeconds(1);
        }
    }
}
