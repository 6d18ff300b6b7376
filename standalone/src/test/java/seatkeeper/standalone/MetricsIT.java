package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.GATEWAY;
import static seatkeeper.standalone.RunningSystem.WORKER;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;
import seatkeeper.contract.Topics;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What Prometheus sees, and what people are told it means. The tests with Prometheus itself are skipped where it is not
 * installed, unless the environment says {@code SEATKEEPER_PROMETHEUS=required}, as CI does.
 */
class MetricsIT {

    private static final Path MONITORING = Path.of("..", "deploy", "monitoring");
    private static final Pattern SAMPLE = Pattern.compile("^(\\w+?)(?:_bucket|_count|_sum|_max)?(?:\\{(.*)})? \\S+$");
    private static final Pattern NAME = Pattern.compile("\\b(?:seatkeeper|http|hikaricp|jvm|process|system)_\\w+");

    private final UUID user = randomUUID();

    /** Something of everything, so that meters made at their first use are there. */
    @BeforeAll
    static void traffic() {
        String show = show("A1", "A2");
        UUID winner = randomUUID();
        UUID request = randomUUID();
        API.lock(show, winner, "A1").expect(200);
        API.lock(show, randomUUID(), "A1").expect(409, "SEAT_LEASED");
        API.confirmAndWait(request, show, winner, "A1").expect(200);
        API.confirmAndWait(request, show, winner, "A1").expect(200);
        Kafka.send(new ProducerRecord<>(Topics.COMMANDS, show.getBytes(StandardCharsets.UTF_8), new byte[] {1}));
        System.gc();
    }

    @Test
    void theTableNamesEveryMetricWithItsLabels() throws Exception {
        Map<String, Set<String>> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length > 3 && cells[1].strip().startsWith("`seatkeeper_")) {
                documented.put(
                        cells[1].strip().replace("`", ""),
                        Pattern.compile("`(\\w+)`")
                                .matcher(cells[3])
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        }
        await().atMost(20, SECONDS).untilAsserted(() -> {
            Map<String, Set<String>> scraped = new TreeMap<>();
            Stream.of(GATEWAY, WORKER)
                    .flatMap(process -> scrape(process).lines())
                    .filter(line -> line.startsWith("seatkeeper_"))
                    .forEach(line -> {
                        MatchResult sample =
                                SAMPLE.matcher(line).results().findFirst().orElseThrow();
                        Set<String> labels = scraped.computeIfAbsent(sample.group(1), _ -> new TreeSet<>());
                        if (sample.group(2) != null) {
                            Stream.of(sample.group(2).split(","))
                                    .map(label -> label.substring(0, label.indexOf('=')))
                                    .filter(label -> !label.equals("le"))
                                    .forEach(labels::add);
                        }
                    });
            assertThat(scraped).isEqualTo(documented);
        });
    }

    @Test
    void countsWhatBecameOfLeasesAndCommands() {
        String show = show("A1", "A2");
        UUID request = randomUUID();
        double leased = value(GATEWAY, "seatkeeper_leases_total", "operation=\"acquire\",result=\"LEASED\"");
        double lost = value(GATEWAY, "seatkeeper_leases_total", "operation=\"acquire\",result=\"SEAT_LEASED\"");
        double accepted = submitted("ACCEPTED");
        double replayed = submitted("REPLAYED");
        double refused = submitted("LEASE_NOT_HELD");
        double decided = value(WORKER, "seatkeeper_commands_decided_total", "reason=\"\",status=\"CONFIRMED\"");
        double outcomes = value(WORKER, "seatkeeper_command_outcome_seconds_count", "");
        double letters = value(WORKER, "seatkeeper_dead_letters_total", "code=\"INVALID_COMMAND\"");

        API.lock(show, user, "A1").expect(200);
        API.lock(show, randomUUID(), "A1").expect(409, "SEAT_LEASED");
        API.confirmAndWait(request, show, user, "A1").expect(200);
        API.confirmAndWait(request, show, user, "A1").expect(200);
        API.confirm(randomUUID(), show, user, "A2").expect(409, "LEASE_NOT_HELD");
        Kafka.send(new ProducerRecord<>(Topics.COMMANDS, show.getBytes(StandardCharsets.UTF_8), new byte[] {1}));

        assertThat(value(GATEWAY, "seatkeeper_leases_total", "operation=\"acquire\",result=\"LEASED\""))
                .isEqualTo(leased + 1);
        assertThat(value(GATEWAY, "seatkeeper_leases_total", "operation=\"acquire\",result=\"SEAT_LEASED\""))
                .isEqualTo(lost + 1);
        assertThat(submitted("ACCEPTED")).isEqualTo(accepted + 1);
        assertThat(submitted("REPLAYED")).isEqualTo(replayed + 1);
        assertThat(submitted("LEASE_NOT_HELD")).isEqualTo(refused + 1);
        await().atMost(20, SECONDS).untilAsserted(() -> {
            assertThat(value(WORKER, "seatkeeper_commands_decided_total", "reason=\"\",status=\"CONFIRMED\""))
                    .isEqualTo(decided + 1);
            assertThat(value(WORKER, "seatkeeper_command_outcome_seconds_count", ""))
                    .isEqualTo(outcomes + 1);
            assertThat(value(WORKER, "seatkeeper_dead_letters_total", "code=\"INVALID_COMMAND\""))
                    .isEqualTo(letters + 1);
        });
    }

    @Test
    void showsTheBacklogInCommandsAndSeconds() {
        String show = show("A1");
        UUID request = randomUUID();
        try (var _ = RunningSystem.workerPaused()) {
            API.lock(show, user, "A1").expect(200);
            API.confirm(request, show, user, "A1").expect(202);
            await().atMost(20, SECONDS).untilAsserted(() -> {
                assertThat(value(GATEWAY, "seatkeeper_backlog_commands", "")).isEqualTo(1);
                assertThat(value(GATEWAY, "seatkeeper_backlog_age_seconds", "")).isGreaterThan(1);
            });
        }
        API.decided(request).expect(200);
        await().atMost(20, SECONDS).untilAsserted(() -> {
            assertThat(value(GATEWAY, "seatkeeper_backlog_commands", "")).isZero();
            assertThat(value(GATEWAY, "seatkeeper_backlog_age_seconds", "")).isZero();
        });
    }

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        requirePrometheus();
        Programs.run(
                "",
                "promtool",
                "test",
                "rules",
                MONITORING.resolve("alerts-test.yml").toString());
        Programs.run(
                "",
                "promtool",
                "check",
                "config",
                MONITORING.resolve("prometheus.yml").toString());
        for (var process : List.of(GATEWAY, WORKER)) {
            String ours = scrape(process)
                    .lines()
                    .filter(line -> line.contains("seatkeeper_"))
                    .collect(Collectors.joining("\n", "", "\n"));
            Programs.run(ours, "promtool", "check", "metrics");
        }
    }

    @Test
    void everyQueryFindsSomethingInTheRealScrape(@TempDir Path folder) throws Exception {
        requirePrometheus();
        int port = RunningSystem.freePort();
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - {job_name: api-gateway, metrics_path: /actuator/prometheus, static_configs: [{targets: ["127.0.0.1:%d"]}]}
                  - {job_name: booking-worker, metrics_path: /actuator/prometheus, static_configs: [{targets: ["127.0.0.1:%d"]}]}
                """.formatted(
                MONITORING.resolve("alerts.yml").toRealPath(), managementPort(GATEWAY), managementPort(WORKER)));
        Process prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            RestClient api = RestClient.create("http://127.0.0.1:" + port);
            await().atMost(30, SECONDS)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(result(api, "sum(up) == 2")).isNotEmpty());
            // Rates need two scrapes with something in between.
            traffic();
            List<String> queries = dashboardQueries();
            assertThat(queries).hasSizeGreaterThan(20);
            await().atMost(30, SECONDS)
                    .untilAsserted(() -> assertThat(queries)
                            .allSatisfy(query ->
                                    assertThat(result(api, query)).as(query).isNotEmpty()));
            // Alerts are silent, so it is their metrics that are looked for; Prometheus itself has evaluated them.
            for (JsonNode rule : get(api, "/api/v1/rules").at("/data/groups/0/rules")) {
                assertThat(rule.path("lastError").asString("")).isEmpty();
                assertThat(rule.path("health").asString()).isEqualTo("ok");
                NAME.matcher(rule.path("query").asString())
                        .results()
                        .forEach(name -> assertThat(result(api, name.group()))
                                .as(name.group())
                                .isNotEmpty());
            }
        } finally {
            prometheus.destroy();
            prometheus.waitFor();
        }
    }

    private static void requirePrometheus() throws InterruptedException {
        Programs.require(
                "SEATKEEPER_PROMETHEUS",
                Programs.installed("promtool", "--version") && Programs.installed("prometheus", "--version"),
                "prometheus is not installed");
    }

    private static List<String> dashboardQueries() throws IOException {
        JsonNode dashboard = JsonMapper.shared()
                .readTree(Files.readString(MONITORING.resolve("grafana/dashboards/seatkeeper.json")));
        return StreamSupport.stream(dashboard.path("panels").spliterator(), false)
                .flatMap(panel -> StreamSupport.stream(panel.path("targets").spliterator(), false))
                .map(target -> target.path("expr").asString().replace("$__rate_interval", "1m"))
                .toList();
    }

    private static List<JsonNode> result(RestClient prometheus, String query) {
        return StreamSupport.stream(
                        get(prometheus, "/api/v1/query?query={query}", query)
                                .at("/data/result")
                                .spliterator(),
                        false)
                .toList();
    }

    private static JsonNode get(RestClient prometheus, String uri, Object... variables) {
        return JsonMapper.shared()
                .readTree(prometheus.get().uri(uri, variables).retrieve().body(String.class));
    }

    private static double submitted(String result) {
        return value(
                GATEWAY,
                "seatkeeper_commands_submitted_total",
                "operation=\"confirm_booking\",result=\"" + result + "\"");
    }

    /** 0 when it is not there. */
    private static double value(ConfigurableApplicationContext process, String name, String labels) {
        String series = labels.isEmpty() ? name + " " : name + "{" + labels + "} ";
        return scrape(process)
                .lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length())))
                .sum();
    }

    private static String scrape(ConfigurableApplicationContext process) {
        return RestClient.create("http://127.0.0.1:" + managementPort(process))
                .get()
                .uri("/actuator/prometheus")
                .retrieve()
                .body(String.class);
    }

    private static int managementPort(ConfigurableApplicationContext process) {
        return process.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
    }
}
