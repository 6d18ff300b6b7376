package seatkeeper.gateway.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.bucket4j.BucketConfiguration;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import seatkeeper.gateway.web.Refusal;

/** 429 for the calls beyond a limit of one user or address. */
final class RateLimitFilter extends OncePerRequestFilter {

    private final RateLimits limits;
    private final BucketConfiguration limit;
    private final String of;
    private final Function<HttpServletRequest, @Nullable String> key;
    private final HandlerExceptionResolver problems;

    RateLimitFilter(
            RateLimits limits,
            BucketConfiguration limit,
            String of,
            Function<HttpServletRequest, @Nullable String> key,
            HandlerExceptionResolver problems) {
        this.limits = limits;
        this.limit = limit;
        this.of = of;
        this.key = key;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String whose = key.apply(request);
        OptionalInt wait =
                whose == null ? OptionalInt.empty() : limits.take(("rate:" + of + ":" + whose).getBytes(UTF_8), limit);
        if (wait.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            problems.resolveException(request, response, null, Refusal.rateLimited(of, wait.getAsInt()));
        }
    }
}
