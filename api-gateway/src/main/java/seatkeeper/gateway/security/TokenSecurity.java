package seatkeeper.gateway.security;

import static org.springframework.http.HttpMethod.GET;
import static org.springframework.http.HttpMethod.HEAD;
import static org.springframework.http.HttpMethod.POST;
import static org.springframework.http.HttpMethod.PUT;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.HandlerExceptionResolver;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.gateway.web.Refusal;
import seatkeeper.process.Misconfigured;

/**
 * Every call shows a token of {@code spring.security.oauth2.resourceserver.jwt.*}: its subject is the user, its scopes
 * say what he may do. What is not named here nobody may.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "booking.security", havingValue = "jwt")
// Left out of the application's own auto-configuration, so that without the switch no filter is in the way of a call.
@EnableWebSecurity
@Import({OAuth2ResourceServerAutoConfiguration.class, SecurityFilterAutoConfiguration.class})
class TokenSecurity {

    private static final String OPERATE = "SCOPE_operate";
    private static final String[] BOOK = {"SCOPE_book", OPERATE};
    private static final String[] READ = {"SCOPE_read", OPERATE};

    private final HandlerExceptionResolver problems;

    TokenSecurity(
            @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems,
            OAuth2ResourceServerProperties properties) {
        this.problems = problems;
        // Spring would accept every token of the issuer, or of whoever signs with its keys.
        OAuth2ResourceServerProperties.Jwt jwt = properties.getJwt();
        require("issuer-uri", StringUtils.hasText(jwt.getIssuerUri()));
        require("audiences", !jwt.getAudiences().isEmpty());
    }

    private static void require(String property, boolean isSet) {
        if (!isSet) {
            String missing = "booking.security=jwt needs spring.security.oauth2.resourceserver.jwt." + property;
            throw new Misconfigured(missing, new IllegalStateException(missing));
        }
    }

    @Bean
    SecurityFilterChain calls(HttpSecurity http) {
        return http.authorizeHttpRequests(calls -> calls.dispatcherTypeMatchers(
                                DispatcherType.ERROR, DispatcherType.ASYNC)
                        .permitAll()
                        // On the management port, which is not for the world.
                        .requestMatchers(EndpointRequest.toAnyEndpoint())
                        .permitAll()
                        .requestMatchers(PUT, "/shows/*")
                        .hasAuthority(OPERATE)
                        .requestMatchers(
                                POST, "/shows/*/archive", "/booking/direct", "/booking/block", "/booking/unblock")
                        .hasAuthority(OPERATE)
                        // Says who booked what.
                        .requestMatchers(GET, "/shows/*/history")
                        .hasAuthority(OPERATE)
                        .requestMatchers(
                                POST,
                                "/seat-lock",
                                "/seat-lock/*",
                                "/verify-lock",
                                "/booking/confirm",
                                "/booking/confirm/batch",
                                "/booking/cancel",
                                "/booking/swap")
                        .hasAnyAuthority(BOOK)
                        .requestMatchers(GET, "/shows", "/shows/**", "/booking/**", "/users/**")
                        .hasAnyAuthority(READ)
                        // The page, which has no secrets.
                        .requestMatchers(GET, page())
                        .permitAll()
                        .requestMatchers(HEAD, page())
                        .permitAll()
                        .anyRequest()
                        .denyAll())
                .oauth2ResourceServer(tokens -> tokens.jwt(Customizer.withDefaults())
                        .authenticationEntryPoint(
                                (request, response, e) -> refuse(request, response, Refusal.unauthenticated()))
                        .accessDeniedHandler((request, response, e) ->
                                refuse(request, response, Refusal.forbidden("the token has not the scope for this")))
                        .withObjectPostProcessor(new IssuerAway()))
                .csrf(AbstractHttpConfigurer::disable)
                .headers(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .build();
    }

    private static String[] page() {
        return new String[] {"/", "/index.html", "/app.css", "/favicon.svg", "/js/*", "/crowd.json", "/openapi.yaml"};
    }

    /** Paths that could mean two things. */
    @Bean
    RequestRejectedHandler rejectedPaths() {
        return (request, response, e) ->
                refuse(request, response, Refusal.invalid("the path or a header is not valid"));
    }

    /** Static, for Spring MVC asks for it before there are the problems that the rest of this needs. */
    @Bean
    static Callers callers() {
        return new Callers(_ -> caller(SecurityContextHolder.getContext().getAuthentication()));
    }

    static Caller caller(@Nullable Authentication authentication) {
        if (!(authentication instanceof JwtAuthenticationToken token)) {
            return new Caller(null, false, false);
        }
        boolean operator = token.getAuthorities().stream().anyMatch(scope -> OPERATE.equals(scope.getAuthority()));
        return new Caller(user(token.getToken().getSubject()), operator, operator);
    }

    /** The subject of a service need not be a user. */
    private static @Nullable UUID user(@Nullable String subject) {
        try {
            return Ids.uuid("sub", subject);
        } catch (InvalidField e) {
            return null;
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, Refusal refusal) {
        problems.resolveException(request, response, null, refusal);
    }

    /** Without the issuer's keys nobody can say whether a token is good: 503, where Spring would answer 500. */
    private final class IssuerAway implements ObjectPostProcessor<BearerTokenAuthenticationFilter> {

        @Override
        public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
            filter.setAuthenticationFailureHandler((request, response, e) -> refuse(
                    request,
                    response,
                    e instanceof AuthenticationServiceException
                            ? Refusal.unavailable("the issuer of tokens", e)
                            : Refusal.unauthenticated()));
            return filter;
        }
    }
}
