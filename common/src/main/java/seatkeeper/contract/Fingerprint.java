package seatkeeper.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of a request's canonical payload: type, show, user and what the action names, seats in sorted order.
 * request_id, submitted_at and expires_at belong to the delivery, not to what was asked, and do not count.
 */
public final class Fingerprint {

    private final byte[] sha256;

    private Fingerprint(byte[] sha256) {
        this.sha256 = sha256;
    }

    static Fingerprint of(Command command) {
        // No part can contain a line feed or a comma (Ids), so different payloads have different canonical forms. What
        // an action does not have adds no line: fingerprints of before it existed stay what they were.
        StringBuilder canonical = new StringBuilder()
                .append(command.action().type())
                .append('\n')
                .append(command.showId())
                .append('\n')
                .append(command.userId());
        seats(canonical, "", command.action().taken());
        seats(canonical, "released=", command.action().released());
        line(canonical, "booking=", command.action().bookingRequestId());
        line(canonical, "order=", command.action().orderRef());
        return ofBytes(canonical.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void seats(StringBuilder canonical, String name, List<String> seatIds) {
        if (!seatIds.isEmpty()) {
            line(canonical, name, String.join(",", seatIds.stream().sorted().toList()));
        }
    }

    private static void line(StringBuilder canonical, String name, @Nullable Object value) {
        if (value != null) {
            canonical.append('\n').append(name).append(value);
        }
    }

    /** Of a record that is no command: its bytes are its payload. */
    public static Fingerprint ofBytes(byte[] bytes) {
        try {
            return new Fingerprint(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of 32 bytes that {@link #toBytes} gave. */
    public static Fingerprint fromBytes(byte[] sha256) {
        return new Fingerprint(sha256.clone());
    }

    public byte[] toBytes() {
        return sha256.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sha256);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(sha256);
    }
}
