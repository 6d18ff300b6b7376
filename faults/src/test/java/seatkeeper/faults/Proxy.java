package seatkeeper.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import seatkeeper.faults.Marks.Protocol;
import seatkeeper.faults.Weather.Tear;

/** The only way from one process to one server; its {@link Weather} can be changed at any time. */
final class Proxy implements Closeable {

    /** Longer than a lock is waited for, shorter than Postgres lets a session idle in its transaction. */
    private static final Duration LATE = Duration.ofSeconds(4);

    private static final int MANY_IDS = 10_000;

    private static final Duration HELD_CHECK = Duration.ofMillis(10);

    private final String name;
    private final Protocol protocol;
    private final int target;
    private final ServerSocket door;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Followed followed;
    private final Map<Tear, LongAdder> torn = new EnumMap<>(Tear.class);
    private volatile Weather weather = Weather.CLEAR;
    /** Of a thousand marked requests, how many lose their answer in any weather. */
    private volatile int drizzle;

    /** The server need not be there yet. */
    Proxy(String name, Protocol protocol, int target, Followed followed) {
        this.name = name;
        this.protocol = protocol;
        this.target = target;
        this.followed = followed;
        for (Tear tear : Tear.values()) {
            torn.put(tear, new LongAdder());
        }
        try {
            door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    Protocol protocol() {
        return protocol;
    }

    void set(Weather next) {
        weather = next;
        if (next.cut()) {
            links.forEach(Link::close);
        }
    }

    void drizzle(int perMille) {
        drizzle = perMille;
    }

    /** How many marked requests came to that end. */
    long torn(Tear tear) {
        return torn.get(tear).sum();
    }

    @Override
    public void close() {
        quietly(door);
        links.forEach(Link::close);
    }

    @Override
    public String toString() {
        return name;
    }

    private void accept() {
        Random seeds = new Random(name.hashCode());
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                long seed = seeds.nextLong();
                Thread.ofVirtual().start(() -> connect(client, new Random(seed)));
            } catch (IOException e) {
                // Closed, or a client that was gone again.
            }
        }
    }

    private void connect(Socket client, Random random) {
        Socket server = new Socket();
        try {
            if (weather.cut()) {
                throw new IOException("cut");
            }
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 5_000);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        } catch (IOException e) {
            reset(client);
            quietly(server);
            return;
        }
        Link link = new Link(client, server, random);
        links.add(link);
        Thread.ofVirtual().start(link::requests);
        Thread.ofVirtual().start(link::answers);
    }

    /** So that the client sees an error, not an end in good order. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already.
        }
        quietly(socket);
    }

    private static void quietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is gone: all that is wanted.
        }
    }

    /** One connection and its two directions. */
    private final class Link {

        private final Socket client;
        private final Socket server;
        private final Random random;
        private final Marks marks = protocol.marks();
        /** What was mentioned since the last marked request: a transaction is more than its COMMIT. */
        private final Set<String> ids = new HashSet<>();
        /** When the next answer is the one to lose: what it is about. */
        private volatile @Nullable Set<String> losing;

        private Link(Socket client, Socket server, Random random) {
            this.client = client;
            this.server = server;
            this.random = random;
        }

        private void requests() {
            byte[] chunk = new byte[64 * 1024];
            try (client;
                    server) {
                InputStream in = client.getInputStream();
                OutputStream out = server.getOutputStream();
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    boolean marked = marks.in(chunk, length);
                    Marks.ids(chunk, length).forEach(ids::add);
                    pass(true);
                    Set<String> about = Set.of();
                    if (marked || ids.size() > MANY_IDS) {
                        about = Set.copyOf(ids);
                        ids.clear();
                        followed.sent(about);
                    }
                    Tear tear = marked ? tear() : Tear.NONE;
                    switch (tear) {
                        case NONE -> out.write(chunk, 0, length);
                        case ANSWER_LOST -> {
                            losing = about;
                            out.write(chunk, 0, length);
                        }
                        case REQUEST_LOST -> {
                            count(tear);
                            return;
                        }
                        case LATE -> {
                            count(tear);
                            late(chunk, length, out);
                            return;
                        }
                    }
                }
            } catch (IOException | InterruptedException e) {
                // One of the two has hung up, so must the other.
            } finally {
                close();
            }
        }

        private Tear tear() {
            Weather now = weather;
            if (random.nextInt(100) < now.tears()) {
                return now.tear();
            }
            return random.nextInt(1_000) < drizzle ? Tear.ANSWER_LOST : Tear.NONE;
        }

        private void answers() {
            byte[] chunk = new byte[64 * 1024];
            try {
                InputStream in = server.getInputStream();
                OutputStream out = client.getOutputStream();
                for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                    Set<String> about = losing;
                    if (about != null) {
                        swallow(in, chunk, about);
                        return;
                    }
                    pass(false);
                    out.write(chunk, 0, length);
                }
            } catch (IOException | InterruptedException e) {
                // One of the two has hung up, so must the other.
            } finally {
                if (!client.isClosed()) {
                    close();
                }
            }
        }

        /** Answers to earlier requests may come first: listens until nothing comes any more. */
        private void swallow(InputStream in, byte[] chunk, Set<String> about) throws IOException {
            server.setSoTimeout(30);
            try {
                while (in.read(chunk) >= 0) {
                    // Lost.
                }
            } catch (SocketTimeoutException e) {
                count(Tear.ANSWER_LOST);
                followed.lost(about);
            }
        }

        private void late(byte[] chunk, int length, OutputStream out) throws IOException, InterruptedException {
            reset(client);
            Thread.sleep(LATE);
            out.write(chunk, 0, length);
            Thread.sleep(LATE.dividedBy(4));
        }

        private void count(Tear tear) {
            torn.get(tear).increment();
        }

        private void pass(boolean request) throws InterruptedException, IOException {
            Duration delay = request ? weather.requestDelay() : weather.answerDelay();
            if (!delay.isZero()) {
                Thread.sleep(delay);
            }
            while (request ? weather.requestsHeld() : weather.answersHeld()) {
                Thread.sleep(HELD_CHECK);
            }
            if (door.isClosed()) {
                throw new IOException("closed");
            }
        }

        private void close() {
            links.remove(this);
            reset(client);
            reset(server);
        }
    }
}
