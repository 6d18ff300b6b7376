package seatkeeper.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.process.Misconfigured;
import seatkeeper.standalone.servers.KafkaServer;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.standalone.servers.PostgresServer;
import seatkeeper.standalone.servers.RedisServer;
import seatkeeper.worker.WorkerApplication;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Gateway and worker are started before their servers, and wait; what waiting cannot mend ends them. */
@ExtendWith(OutputCaptureExtension.class)
class StartIT {

    private static final int FIRST_PORT = Ports.firstOfFree(7);
    private static final int WORKER = FIRST_PORT;
    private static final int GATEWAY = FIRST_PORT + 1;
    private static final int KAFKA = FIRST_PORT + 3;
    private static final int POSTGRES = FIRST_PORT + 5;
    private static final int REDIS = FIRST_PORT + 6;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void waitsForItsServersAndSaysForWhich(@TempDir Path folder, CapturedOutput output) throws Exception {
        List<ConfigurableApplicationContext> contexts = new ArrayList<>();
        try (KafkaServer kafka = LocalServers.kafka(folder.resolve("k"), KAFKA, Map.of());
                PostgresServer postgres = LocalServers.postgres(folder.resolve("p"), POSTGRES, Map.of());
                RedisServer redis = LocalServers.redis(folder.resolve("r"), REDIS)) {
            var worker = CompletableFuture.supplyAsync(
                    () -> run(WorkerApplication.application(), WORKER), Thread::startVirtualThread);
            var gateway = CompletableFuture.supplyAsync(
                    () -> run(GatewayApplication.application(), GATEWAY), Thread::startVirtualThread);

            await().atMost(30, SECONDS).ignoreExceptions().untilAsserted(() -> {
                assertThat(get(WORKER, "liveness").statusCode()).isEqualTo(200);
                assertThat(get(GATEWAY, "liveness").statusCode()).isEqualTo(200);
            });
            awaitReadiness(WORKER, 503, Map.of("kafka", "DOWN", "postgres", "DOWN"));
            awaitReadiness(GATEWAY, 503, Map.of("kafka", "DOWN", "postgres", "DOWN", "redis", "DOWN"));
            // Each is said after a second, and again not before ten more have passed.
            await().atMost(10, SECONDS)
                    .untilAsserted(() -> assertThat(output).contains("waiting for kafka at 127.0.0.1:" + KAFKA));
            assertThat(worker).isNotDone();
            assertThat(gateway).isNotDone();
            assertThat(count(output, "waiting for redis at")).isBetween(1L, 2L);
            assertThat(count(output, "waiting for postgres at")).isBetween(1L, 4L);
            assertThat(output).doesNotContain("\tat ");

            redis.start();
            awaitReadiness(GATEWAY, 503, Map.of("kafka", "DOWN", "postgres", "DOWN", "redis", "UP"));
            postgres.start();
            awaitReadiness(WORKER, 503, Map.of("kafka", "DOWN", "postgres", "UP"));
            kafka.start();
            awaitReadiness(WORKER, 200, Map.of("kafka", "UP", "postgres", "UP"));
            awaitReadiness(GATEWAY, 200, Map.of("kafka", "UP", "postgres", "UP", "redis", "UP"));
            contexts.add(gateway.join());
            contexts.add(worker.join());

            redis.stop();
            awaitReadiness(GATEWAY, 503, Map.of("kafka", "UP", "postgres", "UP", "redis", "DOWN"));
            assertThat(get(GATEWAY, "liveness").statusCode()).isEqualTo(200);
            redis.start();
            awaitReadiness(GATEWAY, 200, Map.of("kafka", "UP", "postgres", "UP", "redis", "UP"));

            contexts.forEach(ConfigurableApplicationContext::close);
            contexts.clear();
            refusesASchemaOfALaterVersion(postgres);
        } finally {
            contexts.forEach(ConfigurableApplicationContext::close);
        }
    }

    private static void refusesASchemaOfALaterVersion(PostgresServer postgres) throws Exception {
        try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), PostgresServer.USER, "");
                var later = connection.createStatement()) {
            later.execute("""
                    insert into flyway_schema_history (installed_rank, version, description, type, script, checksum,
                                                       installed_by, execution_time, success)
                    values (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'test', 1, true)
                    """);
        }
        assertThatThrownBy(() -> run(WorkerApplication.application(), 0))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("99");
    }

    @Test
    void endsWithOneLineWhenPostgresRefusesIt(CapturedOutput output) {
        String[] args = {
            "--server.port=0",
            "--management.server.port=0",
            "--spring.datasource.url=" + RunningSystem.SERVERS.jdbcUrl(),
            "--spring.datasource.username=nobody",
            "--spring.kafka.bootstrap-servers=" + RunningSystem.SERVERS.bootstrapServers(),
            "--spring.data.redis.url=" + RunningSystem.SERVERS.redisUrl()
        };
        assertThatThrownBy(() -> WorkerApplication.application().run(args)).isInstanceOf(Misconfigured.class);
        assertThatThrownBy(() -> GatewayApplication.application().run(args)).isInstanceOf(Misconfigured.class);
        assertThat(count(output, "ERROR")).isEqualTo(2);
        assertThat(output).contains("Postgres refuses us").doesNotContain("\tat ");
    }

    private static ConfigurableApplicationContext run(SpringApplicationBuilder application, int managementPort) {
        return application.run(
                "--server.port=" + (managementPort == GATEWAY ? 0 : managementPort),
                "--management.server.port=" + managementPort,
                "--spring.kafka.bootstrap-servers=127.0.0.1:" + KAFKA,
                "--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + POSTGRES + "/seats",
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + REDIS);
    }

    private void awaitReadiness(int port, int status, Map<String, String> servers) {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> readiness = get(port, "readiness");
            assertThat(servers(readiness.body())).isEqualTo(servers);
            assertThat(readiness.statusCode()).as(readiness.body()).isEqualTo(status);
        });
    }

    private static Map<String, String> servers(String readiness) {
        Map<String, String> servers = new TreeMap<>();
        JsonNode components = JsonMapper.shared().readTree(readiness).path("components");
        components.forEachEntry(
                (name, health) -> servers.put(name, health.path("status").asString()));
        servers.remove("readinessState");
        return servers;
    }

    private HttpResponse<String> get(int port, String group) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:%d/actuator/health/%s".formatted(port, group));
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build(), BodyHandlers.ofString());
    }

    private static long count(CapturedOutput output, String text) {
        return output.toString().lines().filter(line -> line.contains(text)).count();
    }
}
