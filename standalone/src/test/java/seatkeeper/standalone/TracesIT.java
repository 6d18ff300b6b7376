package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import seatkeeper.standalone.Collector.Received;

/** One request through every span, as a collector of OpenTelemetry gets them. */
class TracesIT {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    private Collector collector;

    @BeforeEach
    void collect() throws IOException {
        collector = new Collector();
    }

    @AfterEach
    void stop() {
        collector.close();
    }

    @Test
    void oneRequestIsFollowedThroughAllProcesses() {
        String[] traced = {
            "--booking.traces=true",
            "--management.opentelemetry.tracing.export.otlp.endpoint=" + collector.endpoint() + "/v1/traces",
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
                    .untilAsserted(() -> assertThat(spans())
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

    /** Of the trace, by name. */
    private Map<String, Received> spans() {
        return collector.spans.stream()
                .filter(received -> received.trace().equals(TRACE))
                .collect(Collectors.toMap(
                        received -> received.span().getName(), received -> received, (_, last) -> last));
    }

    private Received expect(String name, String service, String parent) {
        Received received = spans().get(name);
        assertThat(received.service()).as(name).isEqualTo(service);
        assertThat(received.parent()).as(name).isEqualTo(parent);
        assertThat(received.span().getEndTimeUnixNano())
                .as(name)
                .isGreaterThan(received.span().getStartTimeUnixNano());
        return received;
    }
}
