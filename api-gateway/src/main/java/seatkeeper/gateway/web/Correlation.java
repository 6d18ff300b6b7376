package seatkeeper.gateway.web;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;

/** The {@code request_id} of a call, on each of its log lines and on its span. */
@Component
public class Correlation implements HandlerInterceptor {

    private static final String REQUEST_ID = "request_id";

    private final ObservationRegistry observations;

    Correlation(ObservationRegistry observations) {
        this.observations = observations;
    }

    /** From now on, this thread is about that request. */
    public void correlate(UUID requestId) {
        MDC.put(REQUEST_ID, requestId.toString());
        Observation call = observations.getCurrentObservation();
        if (call != null) {
            call.highCardinalityKeyValue(REQUEST_ID, requestId.toString());
        }
    }

    @Override
    public void afterCompletion(
            HttpServletRequest request, HttpServletResponse response, Object handler, @Nullable Exception e) {
        MDC.remove(REQUEST_ID);
    }
}
