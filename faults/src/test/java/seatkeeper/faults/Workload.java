package seatkeeper.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import seatkeeper.faults.Cluster.Member;
import seatkeeper.faults.Http.Answer;

/**
 * Seeded clients that want the same few seats: over HTTP with all the patience the contract asks for, and straight into
 * Kafka. What each does depends on the seed alone, how it ends does not.
 */
final class Workload implements AutoCloseable {

    private static final int LIVE_SHOWS = 8;

    private static final int CANARIES = 20_000;
    private static final int REMEMBERED = 512;
    private static final String COMMANDS = "booking.commands";

    private final Cluster cluster;
    private final Journal journal;
    private final Http http;
    private final Load load;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Show> shows = new CopyOnWriteArrayList<>();
    /** Those of the commands in bulk. */
    private final List<Show> bulkShows = new CopyOnWriteArrayList<>();

    /** Shared by the shows that have the same. */
    private final Map<List<String>, Set<String>> seatSets = new ConcurrentHashMap<>();

    private final AtomicInteger showsMade = new AtomicInteger();
    /** Some of the latest orders, to be asked about, repeated and contradicted. */
    private final AtomicReferenceArray<Order> remembered = new AtomicReferenceArray<>(REMEMBERED);

    private final String canaryShow = "canary-" + UUID.randomUUID();
    private final AtomicInteger canaries = new AtomicInteger();

    private final List<Thread> clients = new ArrayList<>();
    private volatile int partitions = 1;
    private volatile boolean running = true;

    /**
     * How much there is to do.
     *
     * @param clients over HTTP, and now and then over Kafka
     * @param pause of each client between two orders, on average
     * @param rate of commands a second that come in bulk over Kafka
     * @param mixed of a hundred shows, how many get their commands from producers of two minds about the partition
     */
    record Load(int clients, Duration pause, int rate, int mixed) {}

    /** Few seats that many want, or many. */
    @SuppressWarnings("ImmutableEnumChecker") // toList makes an unmodifiable one
    private enum Size {
        SMALL(40, 50),
        LARGE(400, 600);

        /** How many a show gets before another takes its place; most of the last ones find no seat. */
        private final int orders;

        private final List<String> seats;

        Size(int seats, int orders) {
            this.orders = orders;
            this.seats = IntStream.rangeClosed(1, seats)
                    .mapToObj(seat -> "A-" + seat)
                    .toList();
        }
    }

    /** A show on sale. */
    private record Show(
            String id,
            Size size,
            boolean isMixed,
            boolean isRecycled,
            AtomicInteger uses,
            CopyOnWriteArrayList<Order> orders) {}

    /** Clients that do not run yet. */
    Workload(Cluster cluster, Journal journal, Load load) {
        this.cluster = cluster;
        this.journal = journal;
        this.http = new Http(journal);
        this.load = load;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", cluster.clientBootstrapServers(),
                        "acks", "all",
                        // A lost answer makes it send the record again, and the log has it twice.
                        "enable.idempotence", false,
                        "linger.ms", 2,
                        "delivery.timeout.ms", 8_000,
                        "request.timeout.ms", 4_000,
                        "max.block.ms", 2_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    void start(long seed) {
        Random random = new Random(seed);
        create(
                canaryShow,
                IntStream.rangeClosed(1, CANARIES).mapToObj(i -> "C-" + i).toList(),
                random);
        for (int i = 0; i < LIVE_SHOWS; i++) {
            openShow(shows, Size.SMALL, random);
        }
        for (int i = 0; i < load.clients; i++) {
            Random own = new Random(random.nextLong());
            clients.add(Thread.ofVirtual().start(() -> run(own)));
        }
        if (load.rate > 0) {
            for (int i = 0; i < LIVE_SHOWS; i++) {
                openShow(bulkShows, Size.LARGE, random);
            }
            Random own = new Random(random.nextLong());
            clients.add(Thread.ofPlatform().start(() -> runInBulk(own)));
        }
    }

    /** Lets every client come to the end of what it does. */
    void stop() throws InterruptedException {
        running = false;
        for (Thread client : clients) {
            client.join();
        }
        producer.flush();
    }

    @Override
    public void close() {
        running = false;
        producer.close(Duration.ofSeconds(1));
    }

    private void run(Random random) {
        while (running) {
            try {
                step(random);
            } catch (RuntimeException e) {
                journal.violation("a client failed: %s", e);
            }
            sleep(random.nextInt(2 * (int) load.pause.toMillis() + 1));
        }
    }

    private void step(Random random) {
        int die = random.nextInt(100);
        if (die < 50) {
            buy(random);
        } else if (die < 64) {
            command(show(random), random);
        } else if (die < 72) {
            change(show(random), random);
        } else if (die < 78) {
            sameIdOnTwoShows(show(random), show(random), random);
        } else if (die < 82) {
            rubbish(show(random), random);
        } else if (die < 90) {
            ask(random);
        } else if (die < 95) {
            contradict(random);
        } else {
            leaseOnly(random);
        }
    }

    // Over HTTP

    private void buy(Random random) {
        Show show = show(random);
        List<String> seats = seats(show, random);
        Order order = Order.confirm(show.id, UUID.randomUUID(), seats);
        show.orders.add(order);
        Held held = lock(order, random);
        if (held == null) {
            return;
        }
        if (random.nextInt(10) == 0) {
            sleep(random.nextInt(3_000));
        }
        // From here on the lease is the confirm's, which may end it at any moment.
        held.until(System.currentTimeMillis());
        confirm(order, random);
        if (random.nextInt(5) == 0) {
            confirm(order, random);
        }
    }

    /** A lease the client relies on; it goes to the journal with its end. */
    private final class Held {

        private final Order order;
        private final Answer answer;

        private Held(Order order, Answer answer) {
            this.order = order;
            this.answer = answer;
        }

        void until(long givenUp) {
            // Measured by Redis from a moment after the call was sent; a margin for what is rounded.
            long expires = answer.sentAt() + answer.body().path("ttl_ms").asLong() - 20;
            journal.leased(order.show(), order.taken(), order.user(), answer.receivedAt(), Math.min(givenUp, expires));
        }
    }

    private @Nullable Held lock(Order order, Random random) {
        long ttlSeconds = 2L + random.nextInt(20);
        Map<String, Object> body = new HashMap<>(Map.of(
                "show_id",
                order.show(),
                "seat_ids",
                order.taken(),
                "user_id",
                order.user(),
                "ttl_seconds",
                ttlSeconds));
        String json = Order.JSON.writeValueAsString(body);
        boolean wasUnsure = false;
        for (int attempt = 0; attempt < 4; attempt++) {
            Answer answer = http.post(gateway(random), "/seat-lock", json, 0);
            if (answer == null || answer.isUnsure()) {
                wasUnsure = true;
                sleep(100 + random.nextInt(400));
                continue;
            }
            if (answer.is(200)) {
                return new Held(order, answer);
            }
            if (!wasUnsure && random.nextInt(4) == 0) {
                nothingWasLeased(order, random);
            }
            return null;
        }
        return null;
    }

    /** All or nothing: who was refused holds no part. */
    private void nothingWasLeased(Order order, Random random) {
        for (String seat : order.taken()) {
            String body = Order.JSON.writeValueAsString(
                    Map.of("show_id", order.show(), "seat_id", seat, "user_id", order.user()));
            Answer answer = http.post(gateway(random), "/verify-lock", body, 0);
            if (answer != null && answer.is(200)) {
                journal.violation("a refused lease left %s of %s leased", seat, order);
            }
        }
    }

    /** With the same id until it is answered. */
    private void confirm(Order order, Random random) {
        journal.tried.putIfAbsent(order.id(), 0);
        remember(order, random);
        int waitSeconds = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
        for (int attempt = 0; attempt < 100; attempt++) {
            boolean accepted = journal.accepted.contains(order.id());
            Answer answer = http.post(gateway(random), "/booking/confirm", order.body(), waitSeconds);
            if (answer == null || answer.isUnsure()) {
                journal.lost(order.id());
                if (!running && attempt > 20) {
                    return;
                }
                sleep(100 + random.nextInt(600));
                continue;
            }
            told(order, answer, accepted);
            return;
        }
    }

    private void told(Order order, Answer answer, boolean accepted) {
        switch (answer.status()) {
            case 202 -> journal.accepted.add(order.id());
            case 200 -> decided(order.id(), answer);
            case 409 -> {
                if (!answer.text("request_id").isEmpty()) {
                    journal.told.add(new Journal.Told(order.id(), answer.text("code")));
                } else if (accepted) {
                    journal.violation("a retry of an accepted request was refused: %s, %s", order, answer.body());
                }
            }
            case 422 -> journal.count("told that the id belongs to another payload");
            default -> journal.violation("%s was answered %d: %s", order, answer.status(), answer.body());
        }
    }

    private void decided(UUID id, Answer answer) {
        String status = answer.text("status");
        if (status.equals("CONFIRMED")) {
            journal.told.add(new Journal.Told(id, status));
        } else if (status.equals("REJECTED")) {
            journal.told.add(new Journal.Told(id, answer.text("reason")));
        }
    }

    private void ask(Random random) {
        Order order = remembered(random);
        if (order == null) {
            return;
        }
        boolean accepted = journal.accepted.contains(order.id());
        Answer answer = http.get(gateway(random), "/booking/requests/" + order.id(), random.nextInt(3));
        if (answer != null && answer.is(200)) {
            decided(order.id(), answer);
        } else if (answer != null && answer.is(404) && accepted) {
            journal.violation("%s was accepted and is not known: %s", order, answer.body());
        }
    }

    /** The id of an earlier order with other seats, leased in earnest. */
    private void contradict(Random random) {
        Order first = remembered(random);
        if (first == null) {
            return;
        }
        Show show = show(random);
        Order other =
                Order.confirm(show.id, UUID.randomUUID(), seats(show, random)).withId(first.id());
        if (random.nextBoolean() || lock(other, random) == null) {
            send(other, false);
            return;
        }
        Answer answer = http.post(gateway(random), "/booking/confirm", other.body(), 0);
        if (answer != null && answer.is(202)) {
            journal.accepted.add(other.id());
        } else if (answer != null && answer.is(200)) {
            journal.violation("%s was answered as a retry of %s", other, first);
        }
    }

    private void leaseOnly(Random random) {
        Show show = show(random);
        Order order = Order.confirm(show.id, UUID.randomUUID(), seats(show, random));
        Held held = lock(order, random);
        if (held == null) {
            return;
        }
        sleep(random.nextInt(2_000));
        held.until(System.currentTimeMillis());
        String body = Order.JSON.writeValueAsString(
                Map.of("show_id", show.id, "seat_ids", order.taken(), "user_id", order.user()));
        Answer _ = http.post(gateway(random), "/seat-lock/release", body, 0);
    }

    // Over Kafka

    /** As many commands a second as are asked for, whatever becomes of them. */
    private void runInBulk(Random random) {
        long began = System.nanoTime();
        for (long sent = 0; running; sent++) {
            try {
                bulk(random);
            } catch (RuntimeException e) {
                journal.violation("a client failed: %s", e);
            }
            long ahead = began + sent * 1_000_000_000L / load.rate - System.nanoTime();
            if (ahead > 2_000_000) {
                sleep(ahead / 1_000_000);
            } else if (ahead < -1_000_000_000) {
                // The broker was away; what was missed is not made good.
                began -= ahead;
            }
        }
    }

    private void bulk(Random random) {
        Show show = next(bulkShows, random);
        int die = random.nextInt(100);
        if (die < 70) {
            command(show, random);
        } else if (die < 92) {
            change(show, random);
        } else if (die < 96) {
            again(show, random);
        } else if (die < 99) {
            sameIdOnTwoShows(show, next(bulkShows, random), random);
        } else {
            rubbish(show, random);
        }
    }

    /** Long after it was decided. */
    private void again(Show show, Random random) {
        if (!show.orders.isEmpty()) {
            send(show.orders.get(random.nextInt(show.orders.size())), show.isMixed && random.nextBoolean());
        }
    }

    /** Commands nearly as large as they may be, past the proxies; back when the broker has them. */
    void fillBacklog(long bytes, Random random) {
        String padding = "x".repeat(60_000);
        try (KafkaProducer<byte[], byte[]> direct = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all", "max.request.size", 2 << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (long sent = 0; sent < bytes; sent += padding.length()) {
                Show show = show(random);
                Order order = Order.confirm(show.id, UUID.randomUUID(), seats(show, random));
                Map<String, Object> command = order.command();
                command.put(Order.PADDING, padding);
                journal.count("Kafka commands");
                produce(
                        direct,
                        show.id,
                        Order.JSON.writeValueAsBytes(command),
                        null,
                        () -> journal.accepted.add(order.id()));
            }
        }
    }

    /** One command on each partition, whose outcome shows that somebody decides there. */
    List<UUID> probes() {
        List<UUID> probes = new ArrayList<>();
        int count = partitions();
        for (int partition = 0; partition < count; partition++) {
            Order order = Order.confirm("no-show-" + UUID.randomUUID(), UUID.randomUUID(), List.of("A-1"));
            probes.add(order.id());
            journal.count("Kafka commands");
            produce(
                    producer,
                    order.show(),
                    Order.JSON.writeValueAsBytes(order.command()),
                    partition,
                    () -> journal.accepted.add(order.id()));
        }
        return probes;
    }

    private void command(Show show, Random random) {
        Order order = Order.confirm(show.id, UUID.randomUUID(), seats(show, random));
        if (show.size == Size.SMALL || random.nextInt(50) == 0) {
            remember(order, random);
        }
        show.orders.add(order);
        int times = random.nextInt(3) == 0 ? 2 + random.nextInt(3) : 1;
        for (int i = 0; i < times; i++) {
            send(order, show.isMixed && random.nextBoolean());
        }
        if (random.nextInt(10) == 0) {
            send(Order.confirm(show.id, order.user(), seats(show, random)).withId(order.id()), false);
        }
    }

    /** What only comes through Kafka here: cancels and swaps of earlier orders, seats blocked and sold directly. */
    private void change(Show show, Random random) {
        Order first = show.orders.isEmpty() ? null : show.orders.get(random.nextInt(show.orders.size()));
        if (!show.isRecycled || first == null) {
            command(show, random);
            return;
        }
        UUID user = random.nextInt(12) == 0 ? UUID.randomUUID() : first.user();
        List<String> own = first.taken();
        List<String> part = own.subList(0, 1 + random.nextInt(own.size()));
        List<String> others =
                seats(show, random).stream().filter(seat -> !own.contains(seat)).toList();
        Order change = switch (random.nextInt(6)) {
            case 0 -> order("cancel_booking", show, user, List.of(), List.of(), first.id());
            case 1 -> order("cancel_booking", show, user, List.of(), part, first.id());
            case 2, 3 -> others.isEmpty() ? first : order("swap_booking", show, user, others, part, first.id());
            case 4 -> order("block_seats", show, user, seats(show, random), List.of(), null);
            default -> order("unblock_seats", show, user, List.of(), seats(show, random), null);
        };
        // A swap can be changed again.
        remember(change, random);
        if (change.type().equals("swap_booking")) {
            show.orders.add(change);
        }
        for (int i = random.nextInt(4) == 0 ? 2 : 1; i > 0; i--) {
            send(change, show.isMixed && random.nextBoolean());
        }
    }

    private static Order order(
            String type, Show show, UUID user, List<String> taken, List<String> released, @Nullable UUID booking) {
        return new Order(UUID.randomUUID(), type, show.id, user, taken, released, booking);
    }

    /** Two workers meet on one id. */
    private void sameIdOnTwoShows(Show one, Show other, Random random) {
        Order order = Order.confirm(one.id, UUID.randomUUID(), seats(one, random));
        send(order, false);
        send(Order.confirm(other.id, order.user(), seats(other, random)).withId(order.id()), false);
    }

    /** As librdkafka's clients choose it unless told otherwise. */
    private int crc32(String show) {
        CRC32 crc = new CRC32();
        crc.update(show.getBytes(UTF_8));
        return (int) (crc.getValue() % partitions());
    }

    /** As last heard from the broker. */
    private int partitions() {
        try {
            partitions = producer.partitionsFor(COMMANDS).size();
        } catch (org.apache.kafka.common.KafkaException e) {
            journal.count("Kafka does not say how many partitions there are");
        }
        return partitions;
    }

    private void send(Order order, boolean byCrc32) {
        byte[] value = Order.JSON.writeValueAsBytes(order.command());
        journal.count("Kafka commands");
        produce(
                producer,
                order.show(),
                value,
                byCrc32 ? crc32(order.show()) : null,
                () -> journal.accepted.add(order.id()));
    }

    private void rubbish(Show show, Random random) {
        Map<String, Object> command =
                Order.confirm(show.id, UUID.randomUUID(), seats(show, random)).command();
        String key = show.id;
        byte[] value = null;
        switch (random.nextInt(5)) {
            case 0 -> value = "rubbish".getBytes(UTF_8);
            case 1 -> command.remove("user_id");
            case 2 -> command.put("version", 2);
            case 3 -> key = "another-key";
            default -> command.put("seat_ids", List.of());
        }
        journal.count("Kafka rubbish");
        produce(producer, key, value == null ? Order.JSON.writeValueAsBytes(command) : value, null, () -> {});
    }

    private void produce(
            KafkaProducer<byte[], byte[]> by,
            String key,
            byte[] value,
            @Nullable Integer partition,
            Runnable acknowledged) {
        try {
            var _ = by.send(new ProducerRecord<>(COMMANDS, partition, key.getBytes(UTF_8), value), (_, e) -> {
                if (e == null) {
                    acknowledged.run();
                } else {
                    journal.count("Kafka no acknowledgement");
                }
            });
        } catch (org.apache.kafka.common.KafkaException e) {
            journal.count("Kafka not sent");
        }
    }

    // One that must succeed when all is well

    /** Whether a seat can be bought through this gateway now. */
    boolean canBuy(Member gateway) {
        Order order = Order.confirm(canaryShow, UUID.randomUUID(), List.of("C-" + canaries.incrementAndGet()));
        String lock = Order.JSON.writeValueAsString(
                Map.of("show_id", canaryShow, "seat_ids", order.taken(), "user_id", order.user()));
        Answer locked = http.post(gateway, "/seat-lock", lock, 0);
        if (locked == null || !locked.is(200)) {
            return false;
        }
        Answer confirmed = http.post(gateway, "/booking/confirm", order.body(), 5);
        return confirmed != null && confirmed.is(200);
    }

    // What all do

    private Member gateway(Random random) {
        return http.any(cluster.gateways(), random);
    }

    private Show show(Random random) {
        return next(shows, random);
    }

    /** One of them; another takes its place when it is used up, which nobody waits for. */
    private Show next(List<Show> all, Random random) {
        Show show = all.get(random.nextInt(LIVE_SHOWS));
        if (show.uses.incrementAndGet() == show.size.orders) {
            Random own = new Random(random.nextLong());
            Thread.ofVirtual().start(() -> {
                if (openShow(all, show.size, own)) {
                    all.remove(show);
                }
            });
        }
        if (show.isMixed) {
            journal.count("orders for shows of both partitioners");
        }
        return show;
    }

    private boolean openShow(List<Show> all, Size size, Random random) {
        int number = showsMade.incrementAndGet();
        boolean isMixed = random.nextInt(100) < load.mixed;
        boolean isRecycled = number % 2 == 0;
        String id = "show-" + UUID.randomUUID();
        if (isRecycled) {
            journal.recycledShows.add(id);
        }
        if (create(id, size.seats, random)) {
            all.add(new Show(id, size, isMixed, isRecycled, new AtomicInteger(), new CopyOnWriteArrayList<>()));
            return true;
        }
        return false;
    }

    /** A show is not used before it is there, so that no decision depends on when it came. */
    private boolean create(String id, List<String> seats, Random random) {
        journal.shows.put(id, seatSets.computeIfAbsent(seats, list -> new LinkedHashSet<>(list)));
        String body = Order.JSON.writeValueAsString(Map.of("seats", seats));
        while (running) {
            Answer answer = http.put(gateway(random), "/shows/" + id, body);
            if (answer != null && !answer.isUnsure()) {
                return true;
            }
            sleep(200);
        }
        return false;
    }

    /** One to four neighbours or strangers; now and then one that does not exist. */
    private static List<String> seats(Show show, Random random) {
        List<String> all = show.size.seats;
        Set<String> seats = new LinkedHashSet<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            seats.add(random.nextInt(60) == 0 ? "Z-1" : all.get(random.nextInt(all.size())));
        }
        return List.copyOf(seats);
    }

    private void remember(Order order, Random random) {
        remembered.set(random.nextInt(REMEMBERED), order);
    }

    private @Nullable Order remembered(Random random) {
        return remembered.get(random.nextInt(REMEMBERED));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
