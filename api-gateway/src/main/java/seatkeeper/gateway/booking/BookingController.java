package seatkeeper.gateway.booking;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.contract.Outcome;
import seatkeeper.contract.Status;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.booking.Bookings.LatePolicy;
import seatkeeper.gateway.booking.Requests.Known;
import seatkeeper.gateway.security.Caller;
import seatkeeper.gateway.web.Correlation;
import seatkeeper.gateway.web.PreferWait;
import seatkeeper.gateway.web.Problems;
import seatkeeper.gateway.web.Refusal;
import seatkeeper.gateway.web.Results;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands in, and what became of them. */
@RestController
class BookingController {

    private static final String PREFER = "Prefer";
    private static final String PREFERENCE_APPLIED = "Preference-Applied";
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final int MAX_BATCH = 100;

    private final Bookings bookings;
    private final CommandRequests requests;
    private final Decisions decisions;
    private final Problems problems;
    private final GatewayProperties properties;
    private final Results results;
    private final Correlation correlation;
    private final JsonMapper json;
    /** The one this thread is working on. */
    private final HttpServletRequest http;

    BookingController(
            Bookings bookings,
            CommandRequests requests,
            Decisions decisions,
            Problems problems,
            GatewayProperties properties,
            Results results,
            Correlation correlation,
            JsonMapper json,
            HttpServletRequest http) {
        this.bookings = bookings;
        this.requests = requests;
        this.decisions = decisions;
        this.problems = problems;
        this.properties = properties;
        this.results = results;
        this.correlation = correlation;
        this.json = json;
        this.http = http;
    }

    record Accepted(UUID requestId, Status status, URI statusUrl) {}

    /** Entries are read one by one, so that one of them cannot make all of them unreadable. */
    record Batch(@Nullable List<JsonNode> confirms) {}

    /**
     * One confirm of a batch.
     *
     * @param body what the call would have answered alone
     */
    record BatchResult(
            @Nullable String requestId,
            int httpStatus,
            @Nullable Object body) {}

    record BatchResults(List<BatchResult> results) {}

    record RequestList(List<RequestStatus> requests) {}

    @PostMapping("/booking/confirm")
    Object confirm(
            @RequestBody CommandRequests.Confirm request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        LatePolicy late = CommandRequests.latePolicy(request.latePolicy());
        return answer(requests.confirm(request), late, prefer, caller);
    }

    @PostMapping("/booking/cancel")
    Object cancel(
            @RequestBody CommandRequests.Cancel request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        return answer(requests.cancel(request), LatePolicy.REJECT, prefer, caller);
    }

    @PostMapping("/booking/swap")
    Object swap(
            @RequestBody CommandRequests.Swap request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        LatePolicy late = CommandRequests.latePolicy(request.latePolicy());
        return answer(requests.swap(request), late, prefer, caller);
    }

    @PostMapping("/booking/direct")
    Object direct(
            @RequestBody CommandRequests.Confirm request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        caller.requireOperator();
        return answer(requests.direct(request), LatePolicy.REJECT, prefer, caller);
    }

    @PostMapping("/booking/block")
    Object block(
            @RequestBody CommandRequests.Confirm request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        caller.requireOperator();
        return answer(requests.block(request), LatePolicy.REJECT, prefer, caller);
    }

    @PostMapping("/booking/unblock")
    Object unblock(
            @RequestBody CommandRequests.Confirm request,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        caller.requireOperator();
        return answer(requests.unblock(request), LatePolicy.REJECT, prefer, caller);
    }

    /** Each on its own, side by side: one that is refused does not hold up another. */
    @PostMapping("/booking/confirm/batch")
    BatchResults batch(
            @RequestBody Batch batch,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        List<JsonNode> confirms = batch.confirms == null ? List.of() : batch.confirms;
        if (confirms.isEmpty() || confirms.size() > MAX_BATCH) {
            throw new InvalidField("confirms", "must have 1 to " + MAX_BATCH + " entries");
        }
        String prefix = http.getContextPath();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<BatchResult>> calls = confirms.stream()
                    .<Callable<BatchResult>>map(confirm -> () -> result(confirm, prefer, caller, prefix))
                    .toList();
            return new BatchResults(
                    threads.invokeAll(calls).stream().map(Future::resultNow).toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.unavailable("this gateway", e);
        }
    }

    private BatchResult result(JsonNode entry, @Nullable String prefer, Caller caller, String prefix) {
        String requestId = entry.path("request_id").asStringOpt().orElse(null);
        ResponseEntity<?> answer;
        try {
            if (!entry.isObject()) {
                throw new InvalidField("confirms", "must have objects only");
            }
            CommandRequests.Confirm confirm = json.treeToValue(entry, CommandRequests.Confirm.class);
            Command command = requests.confirm(confirm);
            requestId = command.requestId().toString();
            LatePolicy late = CommandRequests.latePolicy(confirm.latePolicy());
            answer = submit(command, late, prefer, caller, prefix).join();
        } catch (CompletionException e) {
            answer = problems.of(e.getCause() instanceof RuntimeException failure ? failure : e);
        } catch (RuntimeException e) {
            answer = problems.of(e);
        }
        return new BatchResult(requestId, answer.getStatusCode().value(), answer.getBody());
    }

    @GetMapping("/booking/requests/{requestId}")
    Object status(
            @PathVariable String requestId,
            @RequestHeader(name = PREFER, required = false) @Nullable String prefer,
            Caller caller) {
        Duration wait = PreferWait.parse(prefer, properties.maxWait());
        UUID id = Ids.uuid("request_id", requestId);
        correlation.correlate(id);
        return whenThere(bookings.status(id, wait, caller).thenApply(known -> status(known, wait)));
    }

    private static ResponseEntity<RequestStatus> status(Known known, Duration wait) {
        HttpHeaders headers = headers(wait);
        if (known instanceof Known.Pending) {
            headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return new ResponseEntity<>(RequestStatus.of(known), headers, HttpStatus.OK);
    }

    /** All decided requests of an order that the caller may see. */
    @GetMapping("/booking/requests")
    RequestList ofOrder(@RequestParam(name = "order_ref", required = false) @Nullable String orderRef, Caller caller) {
        String valid = Ids.orderRef(orderRef);
        if (valid == null) {
            throw new InvalidField("order_ref", "is missing");
        }
        return new RequestList(decisions.ofOrder(valid, 1_000).stream()
                .filter(outcome -> caller.maySee(outcome.userId()))
                .map(RequestStatus::of)
                .toList());
    }

    private Object answer(Command command, LatePolicy late, @Nullable String prefer, Caller caller) {
        return whenThere(submit(command, late, prefer, caller, http.getContextPath()));
    }

    /** The answer at once where it is there, for whoever waits is called a second time; a call that waits has no thread. */
    private static Object whenThere(CompletableFuture<? extends ResponseEntity<?>> answer) {
        return answer.state() == Future.State.SUCCESS ? answer.join() : answer;
    }

    private CompletableFuture<ResponseEntity<?>> submit(
            Command command, LatePolicy late, @Nullable String prefer, Caller caller, String prefix) {
        correlation.correlate(command.requestId());
        caller.requireUser(command.userId());
        Duration wait = PreferWait.parse(prefer, properties.maxWait());
        return results.count(
                        Results.Of.COMMANDS,
                        command.action().type(),
                        () -> bookings.submit(command, late, wait),
                        submitted -> submitted.state() == Future.State.SUCCESS
                                        && submitted.resultNow().replayed()
                                ? "REPLAYED"
                                : "ACCEPTED")
                .thenApply(answer -> answer(command, answer, wait, prefix));
    }

    private static ResponseEntity<?> answer(Command command, Bookings.Answer answer, Duration wait, String prefix) {
        HttpHeaders headers = headers(wait);
        if (answer.replayed()) {
            headers.set("Idempotent-Replayed", "true");
        }
        return switch (answer.known()) {
            case Known.Pending _ -> {
                URI status = URI.create(prefix + "/booking/requests/" + command.requestId());
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
            case Known.Decided(Outcome outcome) ->
                new ResponseEntity<>(RequestStatus.of(outcome), headers, HttpStatus.OK);
        };
    }

    private static HttpHeaders headers(Duration wait) {
        HttpHeaders headers = new HttpHeaders();
        if (wait.isPositive()) {
            headers.set(PREFERENCE_APPLIED, "wait=" + wait.toSeconds());
        }
        return headers;
    }

    private static ProblemDetail rejected(Outcome outcome, Code reason) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "the request was rejected");
        problem.setProperty("code", reason);
        problem.setProperty("request_id", outcome.requestId());
        problem.setProperty("conflicts", outcome.conflicts());
        problem.setProperty("decided_at", outcome.decidedAt());
        return problem;
    }
}
