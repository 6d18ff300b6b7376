package seatkeeper.gateway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import seatkeeper.gateway.GatewayProperties;

/**
 * Cuts a body off at its limit, announced or chunked: servlet containers limit forms only, not JSON. Of the large ones only
 * a few are read at once.
 */
@Component
class BodyLimit extends OncePerRequestFilter {

    static final int BYTES = 16 * 1024;
    /** A batch has up to 100 bodies. */
    private static final int BATCH_BYTES = 256 * 1024;
    /** A show lists up to 200,000 seats of up to 64 characters. */
    private static final int SHOW_BYTES = 16 * 1024 * 1024;

    private static final Duration PATIENCE = Duration.ofMillis(800);

    private final Bound large;
    private final HandlerExceptionResolver problems;

    BodyLimit(
            GatewayProperties properties,
            Bounds bounds,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.large = bounds.bound("large_bodies", properties.bounds().largeBodies(), "too many shows are put already");
        this.problems = problems;
    }

    private static boolean isSmall(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length >= 0 && length <= BYTES;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        int limit = limit(request);
        if (limit < SHOW_BYTES || isSmall(request)) {
            chain.doFilter(new Limited(request, limit), response);
            return;
        }
        Bound.Place place;
        try {
            place = large.take(PATIENCE);
        } catch (Refusal refusal) {
            problems.resolveException(request, response, null, refusal);
            return;
        }
        try (place) {
            chain.doFilter(new Limited(request, limit), response);
        }
    }

    private static int limit(HttpServletRequest request) {
        if (HttpMethod.PUT.matches(request.getMethod())) {
            return SHOW_BYTES;
        }
        return request.getRequestURI().endsWith("/batch") ? BATCH_BYTES : BYTES;
    }

    /** The body is larger than its limit. */
    static final class Exceeded extends IOException {

        private static final long serialVersionUID = 1L;

        Exceeded(int limit) {
            super("the body is larger than " + limit + " bytes");
        }

        static @Nullable Exceeded in(Throwable e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof Exceeded exceeded) {
                    return exceeded;
                }
            }
            return null;
        }
    }

    private static final class Limited extends HttpServletRequestWrapper {

        private final int limit;

        Limited(HttpServletRequest request, int limit) {
            super(request);
            this.limit = limit;
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            if (getContentLengthLong() > limit) {
                throw new Exceeded(limit);
            }
            return new Counting(super.getInputStream(), limit);
        }
    }

    private static final class Counting extends ServletInputStream {

        private final ServletInputStream body;
        private final int limit;
        private int read;

        Counting(ServletInputStream body, int limit) {
            this.body = body;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            int next = body.read();
            return next < 0 ? next : counted(1, next);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = body.read(bytes, offset, length);
            return count < 0 ? count : counted(count, count);
        }

        private int counted(int bytes, int result) throws IOException {
            read += bytes;
            if (read > limit) {
                throw new Exceeded(limit);
            }
            return result;
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
