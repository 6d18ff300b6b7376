package seatkeeper.gateway.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.GatewayProperties;

/** What operators show: {@code Authorization: Bearer <booking.operator-key>}. Without a key nobody is an operator. */
@Component
public class OperatorKey {

    private final @Nullable String key;

    OperatorKey(GatewayProperties properties) {
        this.key = properties.operatorKey();
    }

    /**
     * Lets operators pass.
     *
     * @param authorization the header of the call
     * @throws Refusal 403 for everybody else
     */
    public void require(@Nullable String authorization) {
        if (key == null || key.isEmpty() || authorization == null || !same("Bearer " + key, authorization)) {
            throw Refusal.operatorsOnly();
        }
    }

    /** In a time that tells nothing of how much was right. */
    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
