package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Clients that book while others misbehave. Prints how much longer their calls take, as ratios to the same clients in
 * peace, a moment before; what is asserted is only that every call is answered as it should be.
 */
@EnabledIfSystemProperty(named = "seatkeeper.abuse", matches = "true")
class AbuseIT {

    private static final Duration SPAN = Duration.ofSeconds(8);
    private static final int BUYERS = 4;
    /** Between two calls of a buyer: what is measured is the wait, not the strength of the machine. */
    private static final Duration THINK = Duration.ofMillis(10);

    private final int port = RunningSystem.port(RunningSystem.GATEWAY);
    private final String show = show("A0", "A1", "A2", "A3");

    /** What somebody does to the gateway until the thread is interrupted. */
    private interface Abuse {
        void run() throws IOException, InterruptedException;
    }

    private record Latency(double p50, double p99, int calls) {}

    @Test
    void servedClientsHardlyNotice() throws Exception {
        measure();
        abused("500 heads, a byte each 100 ms", 500, () -> dribble("GET /shows HTTP/1.1\r\nHost: x\r\nX-Slow: "));
        abused("500 bodies, a byte each 100 ms", 500, () -> dribble(post("/seat-lock", 10_000)));
        abused("100 MB bodies, 2 at a time", 2, () -> body("/seat-lock", 'x', 100_000_000));
        flooded("deep JSON", () -> body("/seat-lock", '[', 16_000));
        flooded("100 KB of headers", () -> headers(2_000));
        flooded("300 headers", () -> headers(300));
        Process idle = idleConnections(10_000);
        try {
            abused("10,000 idle connections", 0, () -> {});
        } finally {
            idle.destroy();
        }
    }

    /** As many as one address may send with the limits of production; then as many as there is processor left for. */
    private void flooded(String name, Abuse abuse) throws Exception {
        abused(name + ", 200/s", 2, () -> {
            abuse.run();
            Thread.sleep(10);
        });
        abused(name + ", as fast as it goes", 2, abuse);
    }

    private void abused(String name, int abusers, Abuse abuse) throws Exception {
        Latency peace = measure();
        LongAdder done = new LongAdder();
        Latency abused;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < abusers; i++) {
                running.add(threads.submit(() -> forEver(abuse, done)));
            }
            abused = measure();
            running.forEach(one -> one.cancel(true));
        }
        System.out.printf(
                Locale.ROOT,
                "abuse: %-38s p50 %5.2f -> %5.2f ms (x%.1f)  p99 %6.2f -> %6.2f ms (x%.1f)  calls %d -> %d, abuses %d%n",
                name,
                peace.p50,
                abused.p50,
                abused.p50 / peace.p50,
                peace.p99,
                abused.p99,
                abused.p99 / peace.p99,
                peace.calls,
                abused.calls,
                done.sum());
    }

    private static void forEver(Abuse abuse, LongAdder done) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                abuse.run();
            } catch (IOException e) {
                // Hung up on, as it should be.
            } catch (InterruptedException e) {
                return;
            }
            done.increment();
        }
    }

    /** Each buyer leases a seat and lets it go, again and again. */
    private Latency measure() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(BUYERS)) {
            List<Future<double[]>> buyers = new ArrayList<>();
            for (int i = 0; i < BUYERS; i++) {
                String seat = "A" + i;
                buyers.add(threads.submit(() -> buy(seat)));
            }
            List<Double> all = new ArrayList<>();
            for (Future<double[]> buyer : buyers) {
                Arrays.stream(buyer.get()).forEach(all::add);
            }
            all.sort(null);
            return new Latency(all.get(all.size() / 2), all.get(all.size() * 99 / 100), all.size());
        }
    }

    private double[] buy(String seat) throws InterruptedException {
        Api api = new Api(port);
        UUID user = randomUUID();
        List<Double> latencies = new ArrayList<>();
        long end = System.nanoTime() + SPAN.toNanos();
        while (System.nanoTime() < end) {
            long began = System.nanoTime();
            api.lock(show, user, seat).expect(200);
            long leased = System.nanoTime();
            api.release(show, user, seat).expect(200);
            latencies.add((leased - began) / 1e6);
            latencies.add((System.nanoTime() - leased) / 1e6);
            Thread.sleep(THINK);
        }
        return latencies.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    private void dribble(String start) throws IOException, InterruptedException {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(start.getBytes(US_ASCII));
            while (true) {
                Thread.sleep(100);
                out.write('x');
            }
        }
    }

    private void body(String path, char with, int length) throws IOException {
        byte[] part = String.valueOf(with).repeat(8_000).getBytes(US_ASCII);
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(post(path, length).getBytes(US_ASCII));
            for (int sent = 0; sent < length; sent += part.length) {
                out.write(part);
            }
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    private void headers(int count) throws IOException {
        try (Socket socket = connect()) {
            String header = "X-Header: " + "x".repeat(40) + "\r\n";
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: x\r\n" + header.repeat(count) + "\r\n").getBytes(US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
    }

    /** In a process of their own: this one has the other ends. */
    private Process idleConnections(int count) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of("target", "test-classes").toString(),
                        IdleConnections.class.getName(),
                        String.valueOf(port),
                        String.valueOf(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        await().atMost(60, SECONDS).until(() -> process.getInputStream().available() > 0);
        return process;
    }
}
