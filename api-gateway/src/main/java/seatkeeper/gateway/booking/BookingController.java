package seatkeeper.gateway.booking;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.ConfirmBooking;
import seatkeeper.contract.Conflict;
import seatkeeper.contract.Ids;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.booking.Requests.Known;
import seatkeeper.gateway.web.PreferWait;

@RestController
class BookingController {

    private static final String PREFER = "Prefer";
    private static final String PREFERENCE_APPLIED = "Preference-Applied";
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Bookings bookings;
    private final GatewayProperties properties;
    private final Clock clock;

    BookingController(Bookings bookings, GatewayProperties properties, Clock clock) {
        this.bookings = bookings;
        this.properties = properties;
        this.clock = clock;
    }

    record ConfirmRequest(
            @Nullable String showId,
            @Nullable List<@Nullable String> seatIds,
            @Nullable String userId,
            @Nullable String requestId) {}

    record Accepted(UUID requestId, Status status, URI statusUrl) {}

    record RequestStatus(
            UUID requestId,
            @Nullable String showId,
            List<String> seatIds,
            @Nullable UUID userId,
            Status status,
            @Nullable Code reason,
            List<Conflict> conflicts,
            @Nullable Instant submittedAt,
            @Nullable Instant decidedAt) {}

    @PostMapping("/booking/confirm")
    ResponseEntity<?> confirm(
            @RequestBody ConfirmRequest request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        Command command = new Command(
                Ids.uuid("request_id", request.requestId),
                Ids.name("show_id", request.showId),
                Ids.uuid("user_id", request.userId),
                now,
                now.plus(properties.confirmDeadline()),
                new ConfirmBooking(Ids.seats(request.seatIds, properties.maxSeatsPerRequest()), null));
        Duration wait = PreferWait.parse(prefer, properties.maxWait());
        Bookings.Answer answer = bookings.confirm(command, wait);
        HttpHeaders headers = headers(wait);
        if (answer.replayed()) {
            headers.set("Idempotent-Replayed", "true");
        }
        return switch (answer.known()) {
            case Known.Pending _ -> {
                URI status = URI.create("/booking/requests/" + command.requestId());
                headers.setLocation(status);
                headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                yield new ResponseEntity<>(
                        new Accepted(command.requestId(), Status.PENDING, status), headers, HttpStatus.ACCEPTED);
            }
            case Known.Decided(Outcome outcome)
            when outcome.reason() != null && wait.isPositive() -> {
                headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
                yield new ResponseEntity<>(rejected(outcome, outcome.reason()), headers, HttpStatus.CONFLICT);
            }
            case Known.Decided(Outcome outcome) -> new ResponseEntity<>(status(outcome), headers, HttpStatus.OK);
        };
    }

    @GetMapping("/booking/requests/{requestId}")
    ResponseEntity<RequestStatus> status(
            @PathVariable String requestId, @RequestHeader(name = PREFER, required = false) @Nullable String prefer) {
        Duration wait = PreferWait.parse(prefer, properties.maxWait());
        Known known = bookings.status(Ids.uuid("request_id", requestId), wait);
        HttpHeaders headers = headers(wait);
        headers.setCacheControl("no-store");
        return switch (known) {
            case Known.Pending(Command command) -> {
                headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                yield new ResponseEntity<>(pending(command), headers, HttpStatus.OK);
            }
            case Known.Decided(Outcome outcome) -> new ResponseEntity<>(status(outcome), headers, HttpStatus.OK);
        };
    }

    private static HttpHeaders headers(Duration wait) {
        HttpHeaders headers = new HttpHeaders();
        if (wait.isPositive()) {
            headers.set(PREFERENCE_APPLIED, "wait=" + wait.toSeconds());
        }
        return headers;
    }

    private static RequestStatus pending(Command command) {
        return new RequestStatus(
                command.requestId(),
                command.showId(),
                command.action().taken(),
                command.userId(),
                Status.PENDING,
                null,
                List.of(),
                command.submittedAt(),
                null);
    }

    private static RequestStatus status(Outcome outcome) {
        return new RequestStatus(
                outcome.requestId(),
                outcome.showId(),
                outcome.seatIds(),
                outcome.userId(),
                outcome.status(),
                outcome.reason(),
                outcome.conflicts(),
                outcome.submittedAt(),
                outcome.decidedAt());
    }

    private static ProblemDetail rejected(Outcome outcome, Code reason) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "the booking was rejected");
        problem.setProperty("code", reason);
        problem.setProperty("request_id", outcome.requestId());
        problem.setProperty("conflicts", outcome.conflicts());
        problem.setProperty("decided_at", outcome.decidedAt());
        return problem;
    }
}
