package seatkeeper.standalone.servers;

import static java.net.InetAddress.ofLiteral;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The ports on 127.0.0.1; 0 means any free one. Kafka's controller listens on the port after Kafka's. */
public record Ports(int kafka, int postgres, int redis) {

    public static final Ports DEFAULT = new Ports(9092, 5432, 6379);
    public static final Ports ANY = new Ports(0, 0, 0);

    /**
     * Below the range from which systems take the ports of outgoing connections: a client that reconnects to a
     * stopped server could otherwise be given that server's port, connect to itself and keep the port.
     */
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 29_999;

    /** With every 0 replaced. */
    Ports chosen() {
        var chosen = this;
        if (kafka == 0 || postgres == 0 || redis == 0) {
            int first = firstOfFree(4, all());
            chosen = new Ports(
                    kafka == 0 ? first : kafka, postgres == 0 ? first + 2 : postgres, redis == 0 ? first + 3 : redis);
        }
        if (chosen.all().distinct().count() < 4 || chosen.all().anyMatch(port -> port < 1 || port > 65_535)) {
            throw new StartFailure(
                    "%s will not do: between 1 and 65535, all different, also from Kafka's plus one".formatted(chosen));
        }
        return chosen;
    }

    private IntStream all() {
        return IntStream.of(kafka, kafka + 1, postgres, redis);
    }

    static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, ofLiteral("127.0.0.1"))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The first of that many neighbouring ports that are free. */
    public static int firstOfFree(int count) {
        return firstOfFree(count, IntStream.empty());
    }

    private static int firstOfFree(int count, IntStream given) {
        var taken = given.boxed().collect(Collectors.toSet());
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - count);
            if (IntStream.range(first, first + count).allMatch(port -> !taken.contains(port) && isFree(port))) {
                return first;
            }
        }
        throw new StartFailure("no free ports between %d and %d".formatted(LOWEST, HIGHEST));
    }
}
