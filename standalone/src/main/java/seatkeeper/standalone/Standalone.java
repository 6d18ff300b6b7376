package seatkeeper.standalone;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import seatkeeper.gateway.show.SeatRows;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.show.Shows.ListedSeat;
import seatkeeper.gateway.show.Shows.Rules;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.standalone.servers.StartFailure;

/**
 * {@code mvn} in a fresh clone: Kafka, Postgres and Redis on this machine, a worker, a gateway and two shows to try.
 *
 * <p>Arguments: {@code --data=.data --kafka-port=9092 --postgres-port=5432 --redis-port=6379 --server.port=8080
 * --management-port=8081}, the worker's management being on the port after the gateway's; every other argument goes to
 * both applications.
 */
public final class Standalone {

    private static final AtomicBoolean failed = new AtomicBoolean();

    private Standalone() {}

    public static void main(String[] args) {
        orFail(() -> start(args));
    }

    /** Ends the process with one line: the others would wait for what failed, or keep the JVM alive for nobody. */
    private static void orFail(Runnable start) {
        try {
            start.run();
        } catch (StartFailure e) {
            fail(e.getMessage());
        } catch (RuntimeException e) {
            fail(NestedExceptionUtils.getMostSpecificCause(e).toString());
        }
    }

    /** The first failure is said; others follow from it, or from the end that it brings. */
    @SuppressWarnings("SystemOut")
    private static void fail(@Nullable String why) {
        if (!failed.getAndSet(true)) {
            System.err.println(why);
        }
        System.exit(1);
    }

    @SuppressWarnings("SystemOut")
    private static void start(String[] args) {
        SimpleCommandLinePropertySource options = new SimpleCommandLinePropertySource(args);
        Ports ports = new Ports(
                port(options, "kafka-port", Ports.DEFAULT.kafka()),
                port(options, "postgres-port", Ports.DEFAULT.postgres()),
                port(options, "redis-port", Ports.DEFAULT.redis()));
        int httpPort = port(options, "server.port", 8080);
        int managementPort = port(options, "management-port", 8081);
        String folder = options.getProperty("data");
        LocalServers servers = LocalServers.open(Path.of(folder == null ? ".data" : folder), ports);
        // Not a shutdown hook of its own: the applications have to leave before their servers go.
        SpringApplication.getShutdownHandlers().add(servers::close);
        requireFree(httpPort, "HTTP", "server.port");
        requireFree(managementPort, "the gateway's management", "management-port");
        requireFree(managementPort + 1, "the worker's management", "management-port");

        System.out.println("Starting Kafka, PostgreSQL, Redis, worker and gateway ...");
        CompletableFuture<Void> serversStarted = beside(servers::start);
        LocalApplications.Servers local = LocalApplications.on(servers);
        // The log belongs to both, and can be set up by one at a time.
        CompletableFuture<Void> workerLogs = new CompletableFuture<>();
        LocalApplications.Servers logging = (application, settings) ->
                local.start(application.initializers(_ -> workerLogs.complete(null)), settings);
        CompletableFuture<Void> workerStarted =
                beside(() -> LocalApplications.worker(logging, management(managementPort + 1, args)));
        workerLogs.join();
        ConfigurableApplicationContext gateway = LocalApplications.gateway(local, management(managementPort, args));
        CompletableFuture.allOf(serversStarted, workerStarted).join();
        Shows shows = gateway.getBean(Shows.class);
        seed(shows);
        System.out.println(welcome(servers, gateway));
    }

    /** The applications wait for their servers by themselves. */
    private static CompletableFuture<Void> beside(Runnable start) {
        return CompletableFuture.runAsync(() -> orFail(start), Thread.ofPlatform()::start);
    }

    private static String[] management(int port, String... args) {
        return Stream.concat(Stream.of("--management.server.port=" + port), Stream.of(args))
                .toArray(String[]::new);
    }

    private static int port(SimpleCommandLinePropertySource options, String name, int otherwise) {
        String value = options.getProperty(name);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    private static void requireFree(int port, String what, String option) {
        try (ServerSocket _ = new ServerSocket(port)) {
            // Free.
        } catch (IOException e) {
            fail("port " + port + " for " + what + " is taken; set --" + option + "=<another>");
        }
    }

    private static void seed(Shows shows) {
        shows.put(
                "show_1",
                Stream.of("A", "B")
                        .flatMap(row -> IntStream.rangeClosed(1, 5)
                                .mapToObj(number -> new ListedSeat(row + number, "", row, number, null)))
                        .toList(),
                Rules.NONE);
        shows.put(
                "arena_1",
                IntStream.rangeClosed(1, 20)
                        .mapToObj("S%02d"::formatted)
                        .flatMap(section -> IntStream.rangeClosed(1, 50)
                                .boxed()
                                .flatMap(row -> IntStream.rangeClosed(1, 20)
                                        .mapToObj(number -> arenaSeat(section, row, number))))
                        .toList(),
                Rules.NONE);
    }

    private static ListedSeat arenaSeat(String section, int row, int number) {
        return new ListedSeat(section + "-" + row + "-" + number, section, String.valueOf(row), number, null);
    }

    private static String welcome(LocalServers servers, ConfigurableApplicationContext gateway) {
        String port = gateway.getEnvironment().getProperty("local.server.port");
        Ports ports = servers.ports();
        String url = "http://localhost:" + port;
        String show = "show_1";
        SeatRows rows = gateway.getBean(SeatRows.class);
        List<String> seats = free(rows, show);
        if (seats.size() < 2) {
            show = "arena_1";
            seats = free(rows, show);
        }
        String body = "\"show_id\":\"%s\",\"seat_ids\":[%s],\"user_id\":\"%s\""
                .formatted(
                        show,
                        seats.stream().map(seat -> "\"" + seat + "\"").collect(Collectors.joining(",")),
                        UUID.randomUUID());
        UUID requestId = UUID.randomUUID();
        return """

                Seatkeeper is running.
                  Seat map  %1$s/   (open it in a browser)
                  HTTP      %1$s
                  Kafka     localhost:%2$d
                  Postgres  postgresql://postgres@localhost:%3$d/seats
                  Redis     localhost:%4$d
                  Health    http://localhost:%8$s/actuator/health/readiness
                  Metrics   http://localhost:%8$s/actuator/prometheus
                  Operator  Authorization: Bearer %7$s

                Lock two seats, confirm them, and see the outcome:
                  curl -X POST %1$s/seat-lock -H 'Content-Type: application/json' -d '{%5$s}'
                  curl -X POST %1$s/booking/confirm -H 'Content-Type: application/json' -d '{%5$s,"request_id":"%6$s"}'
                  curl -H 'Prefer: wait=10' %1$s/booking/requests/%6$s
                """.formatted(
                        url,
                        ports.kafka(),
                        ports.postgres(),
                        ports.redis(),
                        body,
                        requestId,
                        LocalApplications.OPERATOR_KEY,
                        gateway.getEnvironment().getProperty("local.management.port"));
    }

    private static List<String> free(SeatRows rows, String show) {
        List<String> free = new ArrayList<>();
        rows.seats(show, seat -> {
            if (seat.status().equals("AVAILABLE") && free.size() < 2) {
                free.add(seat.id());
            }
        });
        return free;
    }
}
