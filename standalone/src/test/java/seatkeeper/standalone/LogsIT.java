package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatkeeper.standalone.Collector.Received;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The jars as processes of their own, told by environment to write logs for machines, each line one JSON object, and to
 * send their spans: both are found by the request_id.
 */
class LogsIT {

    private final UUID user = randomUUID();

    @Test
    void aRequestIsFoundInTheLogsAndSpansOfBothProcesses(@TempDir Path folder) throws Exception {
        String show = show("A1");
        UUID request = randomUUID();
        int port = RunningSystem.freePort();
        Path gatewayLog = folder.resolve("gateway.log");
        Path workerLog = folder.resolve("worker.log");
        List<Process> processes = new ArrayList<>();
        Path worker = extract("booking-worker", folder);
        Path gateway = extract("api-gateway", folder);
        try (var _ = RunningSystem.workerPaused();
                Collector collector = new Collector()) {
            processes.add(start(worker, workerLog, 0, collector));
            processes.add(start(gateway, gatewayLog, port, collector));
            Api api = new Api(port);
            await().atMost(90, SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(() -> api.lock(show, user, "A1").expect(200));
            api.confirmAndWait(request, show, user, "A1").expect(200);
            // Another payload under a known request_id goes to the dead letters, which the worker says.
            Kafka.send(Kafka.command(request, show, randomUUID(), "A1"));

            await().atMost(60, SECONDS).untilAsserted(() -> {
                assertThat(about(request, gatewayLog))
                        .anyMatch(line -> message(line).equals("confirm_booking: ACCEPTED"));
                assertThat(about(request, workerLog))
                        .anyMatch(line -> message(line).equals("CONFIRMED"))
                        .anyMatch(line -> message(line).contains("REQUEST_ID_REUSED"));
                assertThat(collector.spans)
                        .filteredOn(span -> span.tag("request_id").equals(request.toString()))
                        .extracting(Received::service)
                        .contains("api-gateway", "booking-worker");
            });
        } finally {
            for (Process process : processes) {
                process.destroy();
                process.waitFor();
            }
        }
    }

    /** As the README says. */
    private static Path extract(String module, Path folder) throws Exception {
        String jar = "seatkeeper-" + module + "-exec.jar";
        Path extracted = folder.resolve(module);
        Programs.run(
                "",
                Programs.java(
                        "-Djarmode=tools",
                        "-jar",
                        Path.of("..", module, "target", jar).toString(),
                        "extract",
                        "--destination",
                        extracted.toString()));
        return extracted.resolve(jar);
    }

    private static Process start(Path jar, Path log, int port, Collector collector) throws IOException {
        ProcessBuilder java = new ProcessBuilder(Programs.java("-jar", jar.toString()));
        // By environment, as it is switched on where it runs.
        java.environment().put("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs");
        java.environment().put("LOGGING_LEVEL_SEATKEEPER", "debug");
        java.environment().put("BOOKING_TRACES", "true");
        java.environment().put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
        java.environment().put("OTEL_TRACES_SAMPLER", "parentbased_traceidratio");
        java.environment().put("OTEL_TRACES_SAMPLER_ARG", "1.0");
        java.environment().put("SPRING_DATASOURCE_URL", RunningSystem.SERVERS.jdbcUrl());
        java.environment().put("SPRING_KAFKA_BOOTSTRAP_SERVERS", RunningSystem.SERVERS.bootstrapServers());
        java.environment().put("SPRING_DATA_REDIS_URL", RunningSystem.SERVERS.redisUrl());
        java.environment().put("MANAGEMENT_SERVER_PORT", "0");
        if (port > 0) {
            java.environment().put("SERVER_PORT", String.valueOf(port));
        }
        return java.redirectOutput(log.toFile())
                .redirectError(log.resolveSibling(log.getFileName() + ".err").toFile())
                .start();
    }

    /** Every line is to be JSON. */
    private static List<JsonNode> about(UUID request, Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(JsonMapper.shared()::readTree)
                    .filter(line -> line.path("request_id").asString("").equals(request.toString()))
                    .toList();
        }
    }

    private static String message(JsonNode line) {
        return line.path("message").asString("");
    }
}
