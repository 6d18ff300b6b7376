package seatkeeper.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** HTTP calls as fast as they are answered, over a number of kept connections. */
record Load(int port, int connections) {

    /** A call: its method and path, its body or empty; and the status it must be answered with. */
    record Call(String method, String path, String body, int status) {

        byte[] bytes() {
            return "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(method, path, body.length(), body)
                    .getBytes(StandardCharsets.US_ASCII);
        }
    }

    /**
     * Answers per second.
     *
     * @param call the n-th of them
     */
    double perSecond(long calls, LongFunction<Call> call) {
        AtomicLong next = new AtomicLong();
        long start = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(connections)) {
            for (int i = 0; i < connections; i++) {
                threads.execute(() -> run(next, calls, call));
            }
        }
        if (next.get() < calls) {
            throw new IllegalStateException("calls failed");
        }
        return calls * 1e9 / (System.nanoTime() - start);
    }

    private void run(AtomicLong next, long calls, LongFunction<Call> call) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (long n = next.getAndIncrement(); n < calls; n = next.getAndIncrement()) {
                Call made = call.apply(n);
                out.write(made.bytes());
                out.flush();
                answer(in, made);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(InputStream in, Call call) throws IOException {
        String status = line(in);
        int length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
        }
        if (length >= 0) {
            in.skipNBytes(length);
        } else {
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                in.skipNBytes(size + 2L);
            }
            in.skipNBytes(2);
        }
        if (!status.startsWith("HTTP/1.1 " + call.status)) {
            throw new IllegalStateException(call + " was answered " + status);
        }
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
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
