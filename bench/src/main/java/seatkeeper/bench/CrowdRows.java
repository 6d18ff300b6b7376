package seatkeeper.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import seatkeeper.bench.CrowdProcess.Kind;
import seatkeeper.bench.Load.Call;

/** What buyers notice of a crowd at the same gateway: their 99th percentile with it, beside without. */
final class CrowdRows {

    private static final double MOST = 3;
    private static final int PER_SECOND = 50;
    private static final int SEATS_OF_LARGE_SHOW = 200_000;
    /** Files of the gateway that are not of the crowd. */
    private static final int OTHER_FILES = 1_200;

    private final Drain drain;
    private final Fleet fleet;
    private final Path folder;
    private final double scale;
    private final int rounds;

    CrowdRows(Drain drain, Fleet fleet, Path folder, double scale, int rounds) {
        this.drain = drain;
        this.fleet = fleet;
        this.folder = folder;
        this.scale = scale;
        this.rounds = rounds;
    }

    /** Callers of one kind. */
    private record Group(Kind kind, int count) {}

    List<Measured> run() throws Exception {
        int listeners = (int) (5_000 * scale);
        int waiting = (int) (10_000 * scale);
        Group listen = new Group(Kind.LISTEN, listeners);
        Group wait = new Group(Kind.WAIT, waiting);
        Group idle = new Group(Kind.IDLE, (int) (12_000 * scale));
        Group slow = new Group(Kind.SLOW_LAYOUT, (int) (100 * scale) + 20);
        // One process may not open as many files everywhere.
        Group rest = new Group(Kind.IDLE, Math.min(idle.count, mostFiles() - listeners - waiting - OTHER_FILES));
        List<Measured> rows = new ArrayList<>();
        try (Child worker = fleet.worker();
                Child gateway = fleet.gateway()) {
            worker.awaitReady();
            gateway.awaitReady();
            rows.add(row("crowd, listeners", worker, gateway, listen));
            rows.add(row("crowd, waiting", worker, gateway, wait));
            rows.add(row("crowd, idle", worker, gateway, idle));
            rows.add(row("crowd, layouts", worker, gateway, slow));
            rows.add(row("crowd, all", worker, gateway, listen, wait, rest, slow));
        }
        return rows;
    }

    private static int mostFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(system.getMaxFileDescriptorCount(), 1_000_000)
                : 1_000_000;
    }

    private Measured row(String name, Child worker, Child gateway, Group... groups) throws Exception {
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            alone.add(latency(gateway));
            List<Child> crowd = new ArrayList<>();
            // The partitions are held up: nobody decides.
            worker.freeze();
            try {
                for (Group group : groups) {
                    crowd.add(start(gateway, group));
                }
                for (Child callers : crowd) {
                    callers.awaitReady();
                }
                beside.add(latency(gateway));
            } finally {
                crowd.forEach(Child::kill);
                worker.thaw();
            }
            if (!gateway.isAlive()) {
                throw new IllegalStateException("the gateway has died of " + name);
            }
            drain.awaitSettled();
        }
        return Measured.atMost(name, "ms", beside, alone, MOST);
    }

    private Child start(Child gateway, Group group) throws Exception {
        String show = switch (group.kind) {
            case WAIT -> drain.opened(gateway, group.count);
            case SLOW_LAYOUT -> drain.opened(gateway, (int) Math.max(1, SEATS_OF_LARGE_SHOW / 2 * scale));
            case LISTEN, IDLE -> drain.opened(gateway, 1);
        };
        Path log = folder.resolve("crowd-%s.log".formatted(UUID.randomUUID()));
        return Child.start(
                log,
                List.of("-Xmx64m", "-XX:+UseSerialGC"),
                CrowdProcess.class,
                List.of(String.valueOf(gateway.port()), group.kind.name(), show, String.valueOf(group.count)));
    }

    /** The 99th percentile of buyers who lease two seats each, in milliseconds. */
    private double latency(Child gateway) throws Exception {
        int calls = (int) Math.max(50, 500 * scale);
        String show = drain.opened(gateway, calls);
        String[] users = new String[calls];
        Arrays.setAll(users, _ -> UUID.randomUUID().toString());
        List<Double> millis = new ArrayList<>(new Load(gateway.port(), 8)
                .millis(
                        calls,
                        PER_SECOND,
                        n -> new Call("POST", "/seat-lock", HttpRows.seats(show, users[(int) n], n), 200)));
        Collections.sort(millis);
        return millis.get(millis.size() * 99 / 100);
    }
}
