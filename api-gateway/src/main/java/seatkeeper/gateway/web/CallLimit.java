package seatkeeper.gateway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import seatkeeper.gateway.GatewayProperties;

/** Bounds how many calls are worked on: each has a thread and what it reads and writes, and these are memory. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
class CallLimit extends OncePerRequestFilter {

    /** A burst passes meanwhile. */
    private static final Duration PATIENCE = Duration.ofMillis(800);

    private final Bound calls;
    private final HandlerExceptionResolver problems;

    CallLimit(
            GatewayProperties properties,
            Bounds bounds,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.calls = bounds.bound("calls", properties.bounds().calls(), "too many calls are worked on already");
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Bound.Place place;
        try {
            place = calls.take(PATIENCE);
        } catch (Refusal refusal) {
            problems.resolveException(request, response, null, refusal);
            return;
        }
        try (place) {
            chain.doFilter(request, response);
        }
    }
}
