package seatkeeper.gateway.web;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/** JSON that is never there as a whole but compressed. */
public final class CompressedJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final byte[] bytes;
    private final String etag;

    private CompressedJson(byte[] bytes, String etag) {
        this.bytes = bytes;
        this.etag = etag;
    }

    /** Writes the JSON, value by value. */
    public interface Writer {

        void write(JsonGenerator json) throws IOException;
    }

    static CompressedJson of(Writer writer) throws IOException {
        MessageDigest digest = digest();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(new DigestOutputStream(new Gzip(bytes), digest))) {
            writer.write(json);
        }
        return new CompressedJson(
                bytes.toByteArray(), "W/\"" + HexFormat.of().formatHex(digest.digest(), 0, 16) + "\"");
    }

    int length() {
        return bytes.length;
    }

    /** Of what it says, compressed or not. */
    String etag() {
        return etag;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }

    void writePlainTo(OutputStream out) throws IOException {
        try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            plain.transferTo(out);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Gzip extends GZIPOutputStream {

        private static final int BUFFER = 8 * 1024;

        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
