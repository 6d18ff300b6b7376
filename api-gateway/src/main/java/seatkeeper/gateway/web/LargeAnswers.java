package seatkeeper.gateway.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import seatkeeper.gateway.GatewayProperties;

/**
 * Answers as long as a show has seats. They are written from the rows of Postgres straight into compressed bytes, a tenth
 * of their size, a few at a time. A slow reader then keeps these bytes, and neither a thread that others need nor a
 * connection to Postgres.
 */
@Component
public class LargeAnswers {

    private static final Logger log = LoggerFactory.getLogger(LargeAnswers.class);

    /** In a burst everybody wants the map of one show, and each takes but milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int KILOBYTE = 1024;

    private final Bound written;
    private final Bound underWay;

    LargeAnswers(GatewayProperties properties, Bounds bounds) {
        GatewayProperties.Bounds limits = properties.bounds();
        this.written = bounds.bound("large_answers", limits.largeAnswers(), "too many seat maps are read already");
        this.underWay = bounds.bound(
                "answer_kilobytes",
                Math.toIntExact(limits.answerBytes().toKilobytes()),
                "too many callers read their seat maps slowly");
    }

    /**
     * Answers with what is written: as JSON, with an ETag, compressed for whoever accepts it.
     *
     * @throws Refusal what the writer throws; 503 when too many are written or read
     */
    public void send(HttpServletRequest request, HttpServletResponse response, CompressedJson.Writer writer)
            throws IOException {
        ShallowEtagHeaderFilter.disableContentCaching(request);
        CompressedJson json;
        try (Bound.Place _ = written.take(PATIENCE)) {
            json = CompressedJson.of(writer);
        }
        Bound.Place place = underWay.take(json.length() / KILOBYTE + 1);
        if (new ServletWebRequest(request, response).checkNotModified(json.etag())) {
            place.close();
            return;
        }
        boolean compressed = accepts(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        if (compressed) {
            response.setHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
            response.setContentLength(json.length());
        }
        OutputStream out = response.getOutputStream();
        AsyncContext call = request.startAsync();
        call.setTimeout(0);
        Thread.ofVirtual().name("large answer").start(() -> write(json, compressed, out, call, place));
    }

    private static void write(
            CompressedJson json, boolean compressed, OutputStream out, AsyncContext call, Bound.Place place) {
        try (place) {
            if (compressed) {
                json.writeTo(out);
            } else {
                json.writePlainTo(out);
            }
        } catch (IOException e) {
            log.debug("a reader is gone", e);
        } finally {
            call.complete();
        }
    }

    private static boolean accepts(@Nullable String encodings) {
        return encodings != null && encodings.matches("(?i).*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$)).*");
    }
}
