package seatkeeper.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import seatkeeper.standalone.servers.LocalServers;

/** Gateways and workers as processes of their own, with the JVM flags they are shipped with. */
final class Fleet {

    private static final double MOST_MEGABYTES = 512;

    private final LocalServers servers;
    private final Path folder;
    private final List<Child> gateways = new ArrayList<>();
    private final List<Child> workers = new ArrayList<>();

    Fleet(LocalServers servers, Path folder) {
        this.servers = servers;
        this.folder = folder;
    }

    Child gateway() {
        // Commands are measured while no worker runs.
        return started(gateways, "api-gateway", GatewayProcess.class, "--booking.overload.max-backlog-age=0");
    }

    Child worker(String... more) {
        return started(workers, "booking-worker", WorkerProcess.class, more);
    }

    private Child started(List<Child> kind, String name, Class<?> main, String... more) {
        List<String> arguments = new ArrayList<>(List.of(arguments(servers)));
        arguments.addAll(Arrays.asList(more));
        Path log = folder.resolve("%s-%d.log".formatted(name, kind.size()));
        Child child = Child.start(log, jvmOptions(name), main, arguments);
        kind.add(child);
        return child;
    }

    /** What the largest of each kind has needed, under all loads so far; none where the system does not say. */
    List<Measured> memory() {
        List<Measured> rows = new ArrayList<>();
        double gateway = peak(gateways);
        double worker = peak(workers);
        if (gateway > 0 && worker > 0) {
            rows.add(Measured.atMost("memory, gateway", "MB", List.of(gateway), List.of(MOST_MEGABYTES), 1));
            rows.add(Measured.atMost("memory, worker", "MB", List.of(worker), List.of(MOST_MEGABYTES), 1));
        }
        return rows;
    }

    private static double peak(List<Child> children) {
        return children.stream().mapToDouble(Child::peakMegabytes).max().orElse(0);
    }

    static String[] arguments(LocalServers servers) {
        return new String[] {
            "--server.port=0",
            "--management.server.port=0",
            "--spring.datasource.url=" + servers.postgres().jdbcUrl(),
            "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers(),
            "--spring.data.redis.host=127.0.0.1",
            "--spring.data.redis.port=" + servers.ports().redis()
        };
    }

    private static List<String> jvmOptions(String name) {
        String file = "/" + name + "/jvm.options";
        try (InputStream options = Objects.requireNonNull(Fleet.class.getResourceAsStream(file), file)) {
            return new String(options.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
