package seatkeeper.faults;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import seatkeeper.standalone.servers.KafkaServer;
import seatkeeper.standalone.servers.LocalServers;

/**
 * The broker as a process of its own. It has a listener for each of its clients, and tells each to come through that
 * client's proxy.
 */
final class KafkaNode {

    private KafkaNode() {}

    /**
     * Arguments: the data folder; the port of the checker, whose next one is the controller's; the first of the
     * clients' ports; the ports of their proxies.
     */
    public static void main(String[] args) {
        int port = Integer.parseInt(args[1]);
        int first = Integer.parseInt(args[2]);
        int[] proxies = Stream.of(args).skip(3).mapToInt(Integer::parseInt).toArray();
        KafkaServer kafka = LocalServers.kafka(Path.of(args[0]), port, settings(port, first, proxies));
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::stop));
        kafka.start();
        System.out.println("Kafka is ready");
    }

    private static Map<String, String> settings(int port, int first, int[] proxies) {
        String plain = "PLAINTEXT://127.0.0.1:" + port;
        return Map.of(
                "listeners",
                plain + ",CONTROLLER://127.0.0.1:" + (port + 1) + joined(proxies, i -> listener(i, first + i)),
                "advertised.listeners",
                plain + joined(proxies, i -> listener(i, proxies[i])),
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT" + joined(proxies, i -> "CLIENT" + i + ":PLAINTEXT"),
                "inter.broker.listener.name",
                "PLAINTEXT");
    }

    private static String listener(int client, int port) {
        return "CLIENT%d://127.0.0.1:%d".formatted(client, port);
    }

    private static String joined(int[] proxies, Function<Integer, String> listener) {
        return IntStream.range(0, proxies.length)
                .boxed()
                .map(listener)
                .map(text -> "," + text)
                .collect(Collectors.joining());
    }
}
