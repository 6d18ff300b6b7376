package seatkeeper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;

/**
 * Runs all rows on servers of its own, durable as in production, and prints a table and {@code target/bench.json}.
 *
 * <p>Properties: {@code bench.scale} (1 is the full size), {@code bench.rounds} (3).
 */
public final class Bench {

    private static final int MOST_WARMUPS = 6;

    private Bench() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        double scale = Double.parseDouble(System.getProperty("bench.scale", "1"));
        int rounds = Integer.getInteger("bench.rounds", 3);
        Results results = run(Extent.WHOLE, scale, rounds, new Warmup(MOST_WARMUPS, scale));
        System.out.println(table(results.rows));
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "bench.json"), json(results));
        // The broker's threads would keep the JVM alive.
        System.exit(0);
    }

    /** How much of it is measured. */
    enum Extent {
        /** What one gateway and one worker are enough for. */
        SMOKE,
        /** Every row but those of crowds. */
        WITHOUT_CROWDS,
        WHOLE
    }

    /**
     * What was measured.
     *
     * @param load latency against offered load, a JSON object for each rate
     */
    record Results(List<Measured> rows, List<String> load) {}

    static Results run(Extent extent, double scale, int rounds, Warmup warmup) throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "bench-");
        try (LocalServers servers = LocalServers.start(folder, Ports.ANY)) {
            Drain drain = new Drain(servers);
            Fleet fleet = new Fleet(servers, folder);
            GrowthRows growth = new GrowthRows(drain, scale, rounds);
            BookingRows bookings;
            List<Measured> answered;
            List<Measured> booked;
            List<String> load;
            Measured leased;
            List<Measured> large;
            RedisCounters redis = new RedisCounters(servers.ports().redis());
            // Tables and topics.
            drain.worker().close();
            // Before anything is drained: a gateway would settle all those outcomes while it is measured.
            try (Child gateway = fleet.gateway()) {
                try (Child worker = fleet.worker()) {
                    gateway.awaitReady();
                    worker.awaitReady();
                    answered = new HttpRows(drain, worker, gateway, scale, rounds, warmup).run();
                    bookings = new BookingRows(drain, gateway, scale, rounds, warmup);
                    booked = bookings.run();
                    if (extent == Extent.SMOKE) {
                        return new Results(
                                Stream.concat(answered.stream(), booked.stream())
                                        .toList(),
                                List.of());
                    }
                    load = bookings.sweep();
                }
                leased = growth.leased(gateway, warmup);
                large = new LargeShowRows(gateway, redis, scale, rounds).run();
            }
            List<Measured> rows = new ArrayList<>(new DrainRows(drain, scale, rounds).run());
            rows.addAll(answered);
            rows.add(bookings.wholeWay(rows));
            rows.addAll(booked);
            rows.add(leased);
            rows.add(growth.drained());
            rows.add(new ScaleRow(drain, fleet, rounds, warmup).run());
            rows.addAll(large);
            if (extent == Extent.WHOLE) {
                rows.add(new GatewaysRow(drain, fleet, redis, scale, rounds).run());
                rows.addAll(new CrowdRows(drain, fleet, folder, scale, rounds).run());
            }
            rows.addAll(fleet.memory());
            return new Results(rows, load);
        } finally {
            delete(folder);
        }
    }

    static String table(List<Measured> rows) {
        return Measured.HEADER + "\n" + rows.stream().map(Measured::line).collect(Collectors.joining("\n"));
    }

    private static String json(Results results) {
        return "{\"rows\":%s,%n\"load\":%s}%n"
                .formatted(list(results.rows.stream().map(Measured::json)), list(results.load.stream()));
    }

    private static String list(Stream<String> values) {
        return values.collect(Collectors.joining(",\n  ", "[\n  ", "\n]"));
    }

    private static void delete(Path folder) throws IOException {
        FileSystemUtils.deleteRecursively(folder);
    }
}
