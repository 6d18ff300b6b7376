package seatkeeper.gateway.web;

import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import seatkeeper.contract.Code;
import seatkeeper.contract.InvalidField;
import tools.jackson.core.JacksonException;

/** Every refusal as {@code application/problem+json} with a stable {@code code}, and the field where one is wrong. */
@RestControllerAdvice
public class Problems extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /** The answer to a call that failed with it. */
    public ResponseEntity<Object> of(RuntimeException e) {
        return switch (e) {
            case Refusal refusal -> refused(refusal);
            case InvalidField field -> invalid(field);
            case JacksonException mismatch -> answer(unreadable(mismatch));
            case DataAccessException away -> unavailable(away);
            case TransactionException away -> unavailable(away);
            default -> unexpected(e);
        };
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(Refusal refusal) {
        ProblemDetail problem = problem(refusal.status(), refusal.code(), refusal.getMessage());
        refusal.properties().forEach(problem::setProperty);
        HttpHeaders headers = new HttpHeaders();
        if (refusal.retryAfterSeconds() > 0) {
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(refusal.retryAfterSeconds()));
        }
        if (refusal.status() == HttpStatus.UNAUTHORIZED) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        return answer(problem, headers);
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidField e) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, Code.INVALID_REQUEST, e.getMessage());
        problem.setProperty("field", e.field());
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<Object> tooLarge(BodyLimit.Exceeded e) {
        return answer(problem(HttpStatus.CONTENT_TOO_LARGE, Code.INVALID_REQUEST, e.getMessage()));
    }

    /** Jetty throws one of these when somebody first looks at the query. */
    @ExceptionHandler({
        HttpException.RuntimeException.class,
        HttpException.IllegalArgumentException.class,
        HttpException.IllegalStateException.class
    })
    ResponseEntity<Object> brokenQuery(RuntimeException e) {
        return refused(Refusal.invalid("the query is not valid"));
    }

    /** Spring's Redis exceptions are data access exceptions too: which server it was shows in the package. */
    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> unavailable(RuntimeException e) {
        boolean redis = e instanceof RedisConnectionFailureException
                || e.getClass().getName().startsWith("org.springframework.data.redis")
                || causedByLettuce(e);
        log.debug("dependency away", e);
        if (isBusy(e)) {
            return refused(Refusal.overloaded("Postgres has too much to do"));
        }
        return refused(Refusal.unavailable(redis ? "Redis" : "Postgres", e));
    }

    private static boolean isBusy(Throwable e) {
        return e instanceof Busy || (e.getCause() != null && isBusy(e.getCause()));
    }

    private static boolean causedByLettuce(Throwable e) {
        Throwable cause = e.getCause();
        return cause != null && (cause.getClass().getName().startsWith("io.lettuce") || causedByLettuce(cause));
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e) {
        log.error("a bug: this call failed", e);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "unexpected error");
        return answer(problem);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        BodyLimit.Exceeded exceeded = BodyLimit.Exceeded.in(e);
        if (exceeded != null) {
            return tooLarge(exceeded);
        }
        return answer(
                e.getCause() instanceof JacksonException mismatch
                        ? unreadable(mismatch)
                        : problem(HttpStatus.BAD_REQUEST, Code.INVALID_REQUEST, "the body is missing"));
    }

    private static ProblemDetail unreadable(JacksonException mismatch) {
        ProblemDetail problem = problem(HttpStatus.BAD_REQUEST, Code.INVALID_REQUEST, "the body is not valid JSON");
        if (!mismatch.getPath().isEmpty()) {
            String field = path(mismatch.getPath());
            problem.setDetail(field + " has the wrong type");
            problem.setProperty("field", field);
        }
        return problem;
    }

    /** Everything else Spring MVC refuses by itself: 404, 405, 406, 415. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (body instanceof ProblemDetail problem && status.is4xxClientError()) {
            problem.setProperty("code", Code.INVALID_REQUEST);
        }
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(body);
    }

    private static ProblemDetail problem(HttpStatus status, Code code, @Nullable String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code);
        return problem;
    }

    private static ResponseEntity<Object> answer(ProblemDetail problem) {
        return answer(problem, new HttpHeaders());
    }

    private static ResponseEntity<Object> answer(ProblemDetail problem, HttpHeaders headers) {
        return ResponseEntity.status(problem.getStatus())
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    private static String path(List<JacksonException.Reference> path) {
        StringBuilder field = new StringBuilder();
        for (JacksonException.Reference step : path) {
            if (step.getPropertyName() == null) {
                field.append('[').append(step.getIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return field.toString();
    }
}
