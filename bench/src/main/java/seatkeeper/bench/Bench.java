package seatkeeper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;

/**
 * Runs all rows on servers of its own, durable as in production, and prints a table and {@code target/bench.json}.
 *
 * <p>Properties: {@code bench.scale} (1 is the full size), {@code bench.rounds} (3).
 */
public final class Bench {

    private Bench() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        double scale = Double.parseDouble(System.getProperty("bench.scale", "1"));
        int rounds = Integer.getInteger("bench.rounds", 3);
        List<Measured> rows = run(scale, rounds);
        System.out.println(table(rows));
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "bench.json"), json(rows));
        // The broker's threads would keep the JVM alive.
        System.exit(0);
    }

    static List<Measured> run(double scale, int rounds) throws Exception {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "bench-");
        try (LocalServers servers = LocalServers.start(folder, Ports.ANY)) {
            Drain drain = new Drain(servers);
            Fleet fleet = new Fleet(servers, folder);
            GrowthRows growth = new GrowthRows(drain, scale, rounds);
            BookingRows bookings;
            List<Measured> answered;
            List<Measured> booked;
            Measured leased;
            // Tables and topics.
            drain.worker().close();
            // Before anything is drained: a gateway would settle all those outcomes while it is measured.
            try (Child gateway = fleet.gateway()) {
                answered = new HttpRows(drain, fleet, gateway, scale, rounds).run();
                bookings = new BookingRows(drain, fleet, gateway, scale, rounds);
                booked = bookings.run();
                leased = growth.leased(gateway);
            }
            List<Measured> rows = new ArrayList<>(new DrainRows(drain, scale, rounds).run());
            rows.addAll(answered);
            rows.add(bookings.wholeWay(rows));
            rows.addAll(booked);
            rows.add(leased);
            rows.add(growth.drained());
            rows.add(new ScaleRow(drain, fleet, scale, rounds).run());
            rows.addAll(fleet.memory());
            return rows;
        } finally {
            delete(folder);
        }
    }

    static String table(List<Measured> rows) {
        return Measured.HEADER + "\n" + rows.stream().map(Measured::line).collect(Collectors.joining("\n"));
    }

    private static String json(List<Measured> rows) {
        return rows.stream().map(Measured::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
    }

    private static void delete(Path folder) throws IOException {
        FileSystemUtils.deleteRecursively(folder);
    }
}
