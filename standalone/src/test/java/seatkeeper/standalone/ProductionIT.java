package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.standalone.servers.KafkaServer;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.standalone.servers.PostgresServer;
import seatkeeper.standalone.servers.RedisServer;
import seatkeeper.worker.WorkerApplication;

/** As docs/security.md says for production: TLS to everybody, a password for Kafka, three roles in Postgres, tokens. */
class ProductionIT {

    private static final int PORT = Ports.firstOfFree(5);
    private static final int KAFKA = PORT;
    private static final int POSTGRES = PORT + 2;
    private static final int REDIS_PLAIN = PORT + 3;
    private static final int REDIS = PORT + 4;

    private static Path folder;
    private static Certificates certificates;
    private static KafkaServer kafka;
    private static PostgresServer postgres;
    private static RedisServer redis;
    private static Issuer issuer;
    private static ConfigurableApplicationContext worker;
    private static ConfigurableApplicationContext gateway;
    private static Api api;

    @BeforeAll
    static void start() throws Exception {
        folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "production-");
        certificates = Certificates.in(folder.resolve("certificates"));
        String certificate = certificates.certificate().toString();
        String key = certificates.key().toString();
        kafka = LocalServers.kafka(folder.resolve("k"), KAFKA, kafkaSettings());
        postgres = LocalServers.postgres(
                folder.resolve("p"), POSTGRES, Map.of("ssl", "on", "ssl_cert_file", certificate, "ssl_key_file", key));
        redis = LocalServers.redis(
                folder.resolve("r"),
                REDIS_PLAIN,
                Map.of(
                        "tls-port",
                        String.valueOf(REDIS),
                        "tls-cert-file",
                        certificate,
                        "tls-key-file",
                        key,
                        "tls-auth-clients",
                        "no"));
        kafka.start();
        postgres.start();
        redis.start();
        try (Connection superuser = connect(PostgresServer.USER, certificates);
                Statement statement = superuser.createStatement()) {
            statement.execute(Files.readString(Path.of("..", "docs", "postgres-roles.sql")));
        }
        issuer = new Issuer();
        worker = WorkerApplication.application()
                .run(with(
                        clients(certificates),
                        "--management.server.port=0",
                        "--server.port=0",
                        "--booking.retention.every=1s",
                        "--spring.datasource.username=seatkeeper_worker",
                        "--spring.flyway.user=seatkeeper_owner",
                        "--spring.flyway.password="));
        gateway = GatewayApplication.application()
                .run(with(
                        with(clients(certificates), issuer.settings()),
                        "--management.server.port=0",
                        "--spring.datasource.username=seatkeeper_gateway",
                        "--spring.ssl.bundle.pem.web.keystore.certificate=" + certificate,
                        "--spring.ssl.bundle.pem.web.keystore.private-key=" + key,
                        "--spring.ssl.bundle.pem.web.options.enabled-protocols=TLSv1.3",
                        "--server.ssl.bundle=web"));
        api = new Api(RunningSystem.port(gateway), certificates.client());
    }

    @AfterAll
    static void stop() throws IOException {
        // Also what there is of it after a start that failed.
        Stream.of(gateway, worker, kafka, redis, postgres, issuer)
                .filter(Objects::nonNull)
                .forEach(ProductionIT::close);
        FileSystemUtils.deleteRecursively(folder);
    }

    private static void close(AutoCloseable last) {
        try {
            last.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> kafkaSettings() {
        String users = "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\""
                + " password=\"b\" user_broker=\"b\" user_seatkeeper=\"secret\";";
        return Map.ofEntries(
                Map.entry("listeners", "SASL_SSL://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(KAFKA, KAFKA + 1)),
                Map.entry("advertised.listeners", "SASL_SSL://127.0.0.1:" + KAFKA),
                Map.entry("listener.security.protocol.map", "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT"),
                Map.entry("inter.broker.listener.name", "SASL_SSL"),
                Map.entry("sasl.enabled.mechanisms", "PLAIN"),
                Map.entry("sasl.mechanism.inter.broker.protocol", "PLAIN"),
                Map.entry("listener.name.sasl_ssl.plain.sasl.jaas.config", users),
                Map.entry("ssl.keystore.type", "PKCS12"),
                Map.entry("ssl.keystore.location", certificates.keystore().toString()),
                Map.entry("ssl.keystore.password", Certificates.password()),
                Map.entry("ssl.truststore.type", "PEM"),
                Map.entry("ssl.truststore.location", certificates.authority().toString()));
    }

    private static String[] clients(Certificates trusted) {
        String ca = trusted.authority().toString();
        return new String[] {
            "--spring.ssl.bundle.pem.servers.truststore.certificate=" + ca,
            "--spring.kafka.bootstrap-servers=127.0.0.1:" + KAFKA,
            "--spring.kafka.security.protocol=SASL_SSL",
            "--spring.kafka.ssl.bundle=servers",
            "--spring.kafka.properties.sasl.mechanism=PLAIN",
            "--spring.kafka.properties.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required"
                    + " username=\"seatkeeper\" password=\"secret\";",
            "--spring.data.redis.host=127.0.0.1",
            "--spring.data.redis.port=" + REDIS,
            "--spring.data.redis.ssl.bundle=servers",
            "--spring.datasource.url=" + url(trusted)
        };
    }

    private static String url(Certificates trusted) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?sslmode=verify-full&sslrootcert=%s"
                .formatted(POSTGRES, PostgresServer.DATABASE, trusted.authority());
    }

    private static Connection connect(String role, Certificates trusted) throws SQLException {
        return DriverManager.getConnection(url(trusted), role, "");
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void aBookingGoesThrough() throws SQLException {
        UUID user = randomUUID();
        UUID request = randomUUID();
        String show = "show-" + randomUUID();
        String[] operator = {"Authorization", "Bearer " + issuer.token(randomUUID(), "operate"), "Prefer", "wait=20"};
        String[] mine = {"Authorization", "Bearer " + issuer.token(user, "book read"), "Prefer", "wait=20"};
        api.put(
                        "/shows/" + show,
                        "{\"sections\":[{\"name\":\"s\",\"rows\":2,\"seats_per_row\":5}],\"seat_limit\":4}",
                        operator)
                .expect(201);
        api.put("/shows/" + show, "{\"seats\":[\"extra\"]}", operator).expect(200);
        api.post("/seat-lock", Api.json(Api.seats(show, user, "s-1-1", "s-1-2")), mine)
                .expect(200);
        api.post("/booking/confirm", Api.confirmation(request, show, user, "s-1-1", "s-1-2"), mine)
                .expect(200);
        api.post("/booking/block", Api.confirmation(randomUUID(), show, user, "s-2-1"), operator)
                .expect(200);
        Map<String, Object> cancel = Map.of(
                "request_id",
                randomUUID(),
                "booking_request_id",
                request,
                "user_id",
                user,
                "seat_ids",
                List.of("s-1-2"));
        api.post("/booking/cancel", Api.json(cancel), mine).expect(200);
        api.get("/users/" + user + "/bookings", mine).expect(200);
        api.get("/booking/requests/" + request, mine).expect(200);
        api.get("/shows/" + show + "/layout", mine).expect(200);
        api.get("/shows/" + show + "/history", operator).expect(200);
        api.post("/shows/" + show + "/archive", "", operator).expect(200);
        assertThat(query(
                        PostgresServer.USER,
                        "select status::text from seats where show_id = '" + show + "' and id = 's-1-1'"))
                .containsExactly("BOOKED");
    }

    @Test
    void theWorkersRoleForgets() throws SQLException {
        UUID request = randomUUID();
        String known = "select request_id::text from booking_requests where request_id = '" + request + "'";
        try (Connection superuser = connect(PostgresServer.USER, certificates);
                Statement statement = superuser.createStatement()) {
            statement.execute(
                    "insert into booking_requests (request_id, fingerprint, seat_ids, status, reason, decided_at,"
                            + " command_partition, command_offset) values ('" + request
                            + "', '', '{}', 'REJECTED', 'SEAT_BOOKED', now() - interval '8 days', 0, 0)");
        }
        await().atMost(20, SECONDS)
                .until(() -> query(PostgresServer.USER, known).isEmpty());
    }

    @Test
    void everyConnectionOfOursIsEncrypted() throws SQLException {
        assertThat(
                        query(
                                PostgresServer.USER,
                                "select distinct application_name || ' ' || ssl || ' ' || version from pg_stat_ssl"
                                        + " join pg_stat_activity using (pid) where application_name in ('api-gateway', 'booking-worker')"))
                .containsExactlyInAnyOrder("api-gateway true TLSv1.3", "booking-worker true TLSv1.3");
        assertThat(query(
                        PostgresServer.USER,
                        "select distinct usename from pg_stat_activity where usename like 'seatkeeper%'"))
                .containsExactlyInAnyOrder("seatkeeper_gateway", "seatkeeper_worker");
    }

    @Test
    void clientsTrustTheirAuthorityOnly(@TempDir Path elsewhere) throws Exception {
        Certificates others = Certificates.in(elsewhere.resolve("others"));
        assertThatThrownBy(() -> connect(PostgresServer.USER, others)).hasStackTraceContaining("PKIX path");
        refusedByKafka(certificates.authority().toString(), others.authority().toString());
        Api stranger = new Api(RunningSystem.port(gateway), others.client());
        assertThatThrownBy(() -> stranger.get("/")).hasStackTraceContaining("PKIX path");
    }

    @Test
    void kafkaAsksForThePassword() {
        refusedByKafka("\"secret\"", "\"guess\"");
    }

    /** A gateway with something else in its settings ends at once, and says why. */
    private static void refusedByKafka(String from, String to) {
        String[] settings = Stream.of(clients(certificates))
                .filter(setting -> !setting.contains("datasource"))
                .map(setting -> setting.replace(from, to))
                .toArray(String[]::new);
        assertThatThrownBy(() -> GatewayApplication.application()
                        .run(with(
                                settings,
                                "--server.port=0",
                                "--management.server.port=0",
                                "--spring.datasource.url=" + url(certificates),
                                "--spring.datasource.username=seatkeeper_gateway")))
                .hasStackTraceContaining("Kafka refuses us");
    }

    @Test
    void httpIsTls13Only() throws Exception {
        int port = RunningSystem.port(gateway);
        try (SSLSocket socket =
                (SSLSocket) certificates.client().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
        SSLParameters any = new SSLParameters();
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(certificates.client())
                .sslParameters(any)
                .build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
            var plain = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(plain.statusCode()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"seatkeeper_worker", "seatkeeper_gateway"})
    void theRolesOfTheProcessesChangeNoSchema(String role) {
        for (String table :
                List.of("shows", "seats", "bookings", "booking_requests", "retention", "flyway_schema_history")) {
            for (String statement : List.of(
                    "drop table %s cascade",
                    "truncate %s cascade",
                    "alter table %s add column x int",
                    "alter table %s disable trigger all",
                    "create index on %s ((1))")) {
                refused(role, statement.formatted(table));
            }
        }
        for (String statement : List.of(
                "create table x (a int)",
                "create temporary table x (a int)",
                "create schema x",
                "create role x",
                "create function x() returns int language sql as 'select 1'",
                "drop type seat_status cascade",
                "drop schema public cascade",
                "set role seatkeeper_owner",
                "select * from flyway_schema_history",
                "copy shows to program 'true'",
                "select pg_read_file('postgresql.conf')")) {
            refused(role, statement);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            seatkeeper_worker  | delete from shows
            seatkeeper_worker  | delete from seats
            seatkeeper_worker  | delete from bookings
            seatkeeper_worker  | insert into shows (id) values ('x')
            seatkeeper_worker  | insert into seats (show_id, id) values ('x', 'y')
            seatkeeper_worker  | update booking_requests set status = 'CONFIRMED'
            seatkeeper_worker  | update bookings set user_id = gen_random_uuid()
            seatkeeper_worker  | update shows set archived_at = null
            seatkeeper_worker  | insert into retention default values
            seatkeeper_gateway | delete from shows
            seatkeeper_gateway | delete from seats
            seatkeeper_gateway | update seats set status = 'AVAILABLE'
            seatkeeper_gateway | insert into seats (show_id, id, status) values ('x', 'y', 'BOOKED')
            seatkeeper_gateway | insert into bookings (show_id) values ('x')
            seatkeeper_gateway | update bookings set cancelled_at = now()
            seatkeeper_gateway | delete from bookings
            seatkeeper_gateway | insert into booking_requests (request_id) values (gen_random_uuid())
            seatkeeper_gateway | update booking_requests set status = 'CONFIRMED'
            seatkeeper_gateway | delete from booking_requests
            seatkeeper_gateway | select * from retention
            """)
    void theRolesOfTheProcessesChangeNothingElse(String role, String statement) {
        refused(role, statement);
    }

    @Test
    void ofTheRolesOnlyTheOwnerOwns() throws SQLException {
        assertThat(
                        query(
                                PostgresServer.USER,
                                "select distinct pg_get_userbyid(relowner) from pg_class where relnamespace = 'public'::regnamespace"))
                .containsExactly("seatkeeper_owner");
    }

    private static void refused(String role, String statement) {
        assertThatThrownBy(() -> {
                    try (Connection connection = connect(role, certificates);
                            Statement one = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        one.execute(statement);
                    }
                })
                .as("%s: %s", role, statement)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState())
                                .as("%s", e.getMessage())
                                .isEqualTo("42501"));
    }

    private static Set<String> query(String role, String sql) throws SQLException {
        try (Connection connection = connect(role, certificates);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return new TreeSet<>(values);
        }
    }
}
