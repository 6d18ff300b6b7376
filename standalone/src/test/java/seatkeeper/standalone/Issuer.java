package seatkeeper.standalone;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Signs tokens, and shows its public keys on a port of this machine. */
final class Issuer implements AutoCloseable {

    static final String AUDIENCE = "seatkeeper";

    private final RSAKey key = newKey("first");
    private final HttpServer server;
    private volatile boolean away;

    Issuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] keys = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
        server.createContext("/keys", call -> {
            try (call) {
                call.sendResponseHeaders(away ? 500 : 200, away ? -1 : keys.length);
                if (!away) {
                    call.getResponseBody().write(keys);
                }
            }
        });
        server.start();
    }

    /** What a gateway needs to trust it. */
    String[] settings(String... more) {
        String prefix = "--spring.security.oauth2.resourceserver.jwt.";
        return Stream.concat(
                        Stream.of(
                                "--server.port=0",
                                "--booking.security=jwt",
                                prefix + "issuer-uri=" + name(),
                                prefix + "jwk-set-uri=" + name() + "/keys",
                                prefix + "audiences=" + AUDIENCE),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    String name() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Keys it does not show. */
    static RSAKey newKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    void away(boolean isAway) {
        away = isAway;
    }

    /** Good in every respect. */
    String token(UUID user, String scopes) {
        return token(user, scopes, _ -> {});
    }

    String token(UUID user, String scopes, Consumer<JWTClaimsSet.Builder> change) {
        return signed(key, claims(user, scopes, change));
    }

    JWTClaimsSet claims(UUID user, String scopes, Consumer<JWTClaimsSet.Builder> change) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(name())
                .audience(AUDIENCE)
                .subject(user.toString())
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("scope", scopes);
        change.accept(claims);
        return claims.build();
    }

    static String signed(RSAKey key, JWTClaimsSet claims) {
        try {
            return signed(JWSAlgorithm.RS256, key.getKeyID(), new RSASSASigner(key), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String unsigned(JWTClaimsSet claims) {
        return new PlainJWT(claims).serialize();
    }

    /** With the public key as if it were a secret, which a careless verifier takes for one. */
    String confused(JWTClaimsSet claims) {
        try {
            MACSigner signer = new MACSigner(key.toRSAPublicKey().getEncoded());
            return signed(JWSAlgorithm.HS256, key.getKeyID(), signer, claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signed(JWSAlgorithm algorithm, String keyId, JWSSigner signer, JWTClaimsSet claims)
            throws JOSEException {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
