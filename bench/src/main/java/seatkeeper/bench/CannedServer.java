package seatkeeper.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers every call with the same bytes, so that what is measured is the load generator. */
final class CannedServer implements AutoCloseable {

    private static final byte[] ANSWER =
            "HTTP/1.1 200 \r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                    .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;

    CannedServer() throws IOException {
        server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> answer(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            // A call ends with the brace of its body.
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '}') {
                    socket.getOutputStream().write(ANSWER);
                }
            }
        } catch (IOException e) {
            // The client went.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
