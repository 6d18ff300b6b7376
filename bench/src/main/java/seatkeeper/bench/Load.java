package seatkeeper.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/** HTTP calls over a number of kept connections: as fast as they are answered, or at a given rate. */
record Load(int port, int connections) {

    /** A call: its method and path, its body or empty; and the status it must be answered with. */
    record Call(String method, String path, String body, int status, int waitSeconds) {

        Call(String method, String path, String body, int status) {
            this(method, path, body, status, 0);
        }

        /** The same call, to be answered only when it is decided. */
        Call awaiting(int seconds) {
            return new Call(method, path, body, status, seconds);
        }

        private byte[] bytes() {
            return "%s %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(
                            method,
                            path,
                            waitSeconds > 0 ? "Prefer: wait=" + waitSeconds + "\r\n" : "",
                            body.length(),
                            body)
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** What one client does: one call after the other on its connection. */
    interface Task {

        void run(Connection connection, long n) throws IOException;
    }

    /**
     * Answers per second.
     *
     * @param call the n-th of them
     */
    double perSecond(long calls, LongFunction<Call> call) {
        return perSecond(calls, (connection, n) -> connection.expect(call.apply(n)));
    }

    /** Tasks done per second, one at a time on each connection. */
    double perSecond(long tasks, Task task) {
        AtomicLong next = new AtomicLong();
        long start = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(connections)) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                clients.add(threads.submit(() -> {
                    run(next, tasks, task);
                    return null;
                }));
            }
            for (Future<?> client : clients) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("calls failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return tasks * 1e9 / (System.nanoTime() - start);
    }

    /**
     * Calls that start at fixed times, however long the ones before them take.
     *
     * @return how long each took in milliseconds, counted from the time it should have started
     */
    List<Double> millis(int calls, double perSecond, LongFunction<Call> call) {
        Double[] millis = new Double[calls];
        // The connections are made first.
        long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
        double _ = perSecond(calls, (connection, n) -> {
            long intended = begin + (long) (n * 1e9 / perSecond);
            Call made = call.apply(n);
            for (long left = intended - System.nanoTime(); left > 0; left = intended - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            connection.expect(made);
            millis[(int) n] = (System.nanoTime() - intended) / 1e6;
        });
        return List.of(millis);
    }

    private void run(AtomicLong next, long tasks, Task task) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(
                    new BufferedOutputStream(socket.getOutputStream()),
                    new BufferedInputStream(socket.getInputStream()));
            for (long n = next.getAndIncrement(); n < tasks; n = next.getAndIncrement()) {
                task.run(connection, n);
            }
        }
    }

    /** A kept connection. */
    record Connection(OutputStream out, InputStream in) {

        private static final int ATTEMPTS = 10;

        /** Repeats what is answered 503, as a client does and on its own time; throws when the answer is another one. */
        void expect(Call call) throws IOException {
            int status = status(call);
            boolean repeated = false;
            for (int attempt = 1; status == 503 && attempt < ATTEMPTS; attempt++) {
                repeated = true;
                status = status(call);
            }
            // What is repeated may have been done the first time, and decided since.
            if (status != call.status && !(repeated && status == 200)) {
                throw new IllegalStateException(call + " was answered " + status);
            }
        }

        /** The status it is answered with. */
        int status(Call call) throws IOException {
            out.write(call.bytes());
            out.flush();
            String status = line();
            int length = -1;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).strip());
                }
            }
            if (length >= 0) {
                in.skipNBytes(length);
            } else {
                for (int size = chunk(); size > 0; size = chunk()) {
                    in.skipNBytes(size + 2L);
                }
                in.skipNBytes(2);
            }
            return Integer.parseInt(status.substring(9, 12));
        }

        private int chunk() throws IOException {
            return Integer.parseInt(line(), 16);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder(64);
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new IOException("the connection was closed");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }
    }
}
