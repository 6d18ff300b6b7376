package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One request through every span, as a collector of OpenTelemetry gets them. */
class TracesIT {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    /** A span, and whose it is. */
    private record Received(String service, Span span) {

        String parent() {
            return hex(span.getParentSpanId());
        }

        String id() {
            return hex(span.getSpanId());
        }

        String tag(String name) {
            return span.getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals(name))
                    .map(attribute -> attribute.getValue().getStringValue())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Of the trace, by name. */
    private final Map<String, Received> spans = new ConcurrentHashMap<>();

    private HttpServer collector;

    @BeforeEach
    void collect() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            for (var resource : ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
                    .getResourceSpansList()) {
                String service = resource.getResource().getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("service.name"))
                        .map(attribute -> attribute.getValue().getStringValue())
                        .findFirst()
                        .orElse("");
                resource.getScopeSpansList().stream()
                        .flatMap(scope -> scope.getSpansList().stream())
                        .filter(span -> hex(span.getTraceId()).equals(TRACE))
                        .forEach(span -> spans.put(span.getName(), new Received(service, span)));
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stop() {
        collector.stop(0);
    }

    @Test
    void oneRequestIsFollowedThroughAllProcesses() {
        String[] traced = {
            "--booking.traces=true",
            "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:"
                    + collector.getAddress().getPort() + "/v1/traces",
            "--management.opentelemetry.tracing.export.schedule-delay=100ms",
            "--server.port=0"
        };
        UUID user = randomUUID();
        UUID request = randomUUID();
        String show = show("A1");
        try (var _ = RunningSystem.workerPaused();
                var _ = LocalApplications.worker(RunningSystem.SERVERS, traced);
                var gateway = LocalApplications.gateway(RunningSystem.SERVERS, traced)) {
            Api api = new Api(RunningSystem.port(gateway));
            api.lock(show, user, "A1").expect(200);
            Map<String, Object> body = Api.seats(show, user, "A1");
            body.put("request_id", request);
            // Sampled, as the caller says in its flags.
            api.post(
                            "/booking/confirm",
                            Api.json(body),
                            "traceparent",
                            "00-" + TRACE + "-" + CALLER + "-01",
                            "Prefer",
                            "wait=20")
                    .expect(200);

            await().atMost(30, SECONDS)
                    .untilAsserted(() -> assertThat(spans)
                            .containsKeys(
                                    "http post /booking/confirm",
                                    "booking.commands send",
                                    "booking.commands process",
                                    "transaction",
                                    "booking.outcomes send",
                                    "booking.outcomes settle",
                                    "evalsha"));
        }
        Received http = expect("http post /booking/confirm", "api-gateway", CALLER);
        Received send = expect("booking.commands send", "api-gateway", http.id());
        Received process = expect("booking.commands process", "booking-worker", send.id());
        // Redis: holding the leases.
        expect("evalsha", "api-gateway", http.id());
        expect("transaction", "booking-worker", process.id());
        Received publish = expect("booking.outcomes send", "booking-worker", process.id());
        expect("booking.outcomes settle", "api-gateway", publish.id());
        assertThat(http.tag("request_id")).isEqualTo(request.toString());
        assertThat(process.tag("request_id")).isEqualTo(request.toString());
    }

    private Received expect(String name, String service, String parent) {
        Received span = spans.get(name);
        assertThat(span.service).as(name).isEqualTo(service);
        assertThat(span.parent()).as(name).isEqualTo(parent);
        assertThat(span.span.getEndTimeUnixNano()).as(name).isGreaterThan(span.span.getStartTimeUnixNano());
        return span;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
