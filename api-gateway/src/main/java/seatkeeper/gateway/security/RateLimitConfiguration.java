package seatkeeper.gateway.security;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.servlet.HandlerExceptionResolver;
import seatkeeper.gateway.GatewayProperties;

/** The limit of an address before its token is looked at, that of a user once it is known whose the token is. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "booking.security", havingValue = "jwt")
class RateLimitConfiguration {

    private final RateLimits limits;
    private final GatewayProperties.RateLimit settings;
    private final HandlerExceptionResolver problems;

    RateLimitConfiguration(
            RateLimits limits,
            GatewayProperties properties,
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.limits = limits;
        this.settings = properties.rateLimit();
        this.problems = problems;
    }

    @Bean
    FilterRegistrationBean<RateLimitFilter> addressLimit() {
        return filter(
                "address",
                settings.addressPerSecond(),
                request -> network(request.getRemoteAddr()),
                SecurityFilterProperties.DEFAULT_FILTER_ORDER - 1);
    }

    @Bean
    FilterRegistrationBean<RateLimitFilter> userLimit() {
        return filter("user", settings.userPerSecond(), _ -> subject(), Ordered.LOWEST_PRECEDENCE);
    }

    private FilterRegistrationBean<RateLimitFilter> filter(
            String of, int perSecond, Function<HttpServletRequest, @Nullable String> key, int order) {
        int burst =
                Math.toIntExact(Math.max(perSecond, perSecond * settings.burst().toSeconds()));
        FilterRegistrationBean<RateLimitFilter> filter = new FilterRegistrationBean<>(new RateLimitFilter(
                limits, RateLimits.limit(Math.max(perSecond, 1), Math.max(burst, 1)), of, key, problems));
        filter.setName(of + "Limit");
        filter.setEnabled(perSecond > 0);
        filter.setOrder(order);
        return filter;
    }

    private static @Nullable String subject() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication == null ? null : authentication.getName();
    }

    /** Of IPv6 the first 64 bits: whoever has one such address has them all. */
    static String network(String address) {
        return InetAddress.ofLiteral(address) instanceof Inet6Address six
                ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), 8))
                : address;
    }
}
