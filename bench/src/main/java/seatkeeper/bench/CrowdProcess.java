package seatkeeper.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Many callers of one kind, in a process of their own: one has not enough files for both ends of so many connections.
 * Says so when all of them have called, and at its end what they were answered.
 */
final class CrowdProcess {

    /** What a caller wants. */
    enum Kind {
        LISTEN,
        WAIT,
        IDLE,
        SLOW_LAYOUT
    }

    private static final int PORTS_OF_ONE_ADDRESS = 20_000;
    private static final int AT_A_TIME = 100;

    private final InetSocketAddress gateway;
    private final Kind kind;
    private final String show;
    private final Map<String, Integer> answers = new TreeMap<>();
    private final ByteBuffer read;

    private CrowdProcess(int port, Kind kind, String show) {
        this.gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.kind = kind;
        this.show = show;
        this.read = ByteBuffer.allocate(kind == Kind.SLOW_LAYOUT ? 1_024 : 16 * 1_024);
    }

    /** Port, kind, show, how many. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
        EndWithParent.watch();
        CrowdProcess crowd = new CrowdProcess(Integer.parseInt(args[0]), Kind.valueOf(args[1]), args[2]);
        try (Selector selector = Selector.open()) {
            int count = Integer.parseInt(args[3]);
            for (int n = 0; n < count; n++) {
                crowd.call(selector, n);
                if (n % AT_A_TIME == 0) {
                    crowd.read(selector, 5);
                }
            }
            System.out.println("api-gateway is ready: the crowd is there");
            while (true) {
                crowd.read(selector, 500);
                System.out.println(crowd.answers);
            }
        }
    }

    private void call(Selector selector, int n) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (kind == Kind.SLOW_LAYOUT) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
        }
        channel.bind(new InetSocketAddress("127.0.0." + (2 + n / PORTS_OF_ONE_ADDRESS), 0));
        channel.connect(gateway);
        channel.write(ByteBuffer.wrap(request(n).getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    private String request(int n) {
        return switch (kind) {
            case LISTEN -> get("/shows/" + show + "/events");
            case IDLE -> get("/favicon.svg");
            case SLOW_LAYOUT -> get("/shows/" + show + "/layout");
            case WAIT -> {
                String body = HttpRows.confirmation(show, UUID.randomUUID().toString(), n, UUID.randomUUID())
                        .replaceFirst("}$", ",\"late_policy\":\"IF_STILL_FREE\"}");
                yield "POST /booking/confirm HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nPrefer: wait=30\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(body.length(), body);
            }
        };
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    /** Reads what there is; slow readers a kilobyte every half second. */
    private void read(Selector selector, int millis) throws IOException {
        selector.select(millis);
        for (SelectionKey key : selector.selectedKeys()) {
            SocketChannel channel = (SocketChannel) key.channel();
            int count;
            try {
                count = channel.read(read.clear());
            } catch (IOException e) {
                count = -1;
            }
            if (key.attachment() == null) {
                String status = count < 12
                        ? "hung up"
                        : StandardCharsets.US_ASCII
                                .decode(read.flip())
                                .toString()
                                .substring(9, 12);
                answers.merge(status, 1, Integer::sum);
                key.attach(status);
            }
            if (count < 0) {
                channel.close();
            }
        }
        selector.selectedKeys().clear();
        if (kind == Kind.SLOW_LAYOUT) {
            pause();
        }
    }

    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(500_000_000);
    }
}
