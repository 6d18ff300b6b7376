package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import seatkeeper.client.BookingClient;
import seatkeeper.client.BookingClient.LeaseResult;
import seatkeeper.client.CommandProducer;
import seatkeeper.client.Result;
import seatkeeper.contract.Code;
import seatkeeper.contract.Command;
import seatkeeper.contract.Command.BookDirect;
import seatkeeper.contract.Conflict;

/** The client for Java against the running system. */
class ClientIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BookingClient client =
            new BookingClient(URI.create("http://127.0.0.1:" + RunningSystem.port(RunningSystem.GATEWAY)));
    private final UUID user = randomUUID();
    private final UUID request = randomUUID();

    @Test
    void leasesConfirmsSwapsAndCancels() throws IOException {
        String show = show("A1", "A2", "A3");
        assertThat(client.lease(show, List.of("A1", "A2"), user)).isInstanceOf(LeaseResult.Leased.class);
        assertThat(client.confirmAndAwait(request, show, List.of("A1", "A2"), user, "order-1", PATIENCE))
                .isEqualTo(new Result.Confirmed(request, List.of("A1", "A2"), List.of()));
        assertThat(client.lease(show, List.of("A3"), user)).isInstanceOf(LeaseResult.Leased.class);
        UUID swap = randomUUID();
        assertThat(client.swapAndAwait(swap, request, user, List.of("A1"), List.of("A3"), PATIENCE))
                .isEqualTo(new Result.Confirmed(swap, List.of("A3"), List.of("A1")));
        UUID cancel = randomUUID();
        assertThat(client.cancelAndAwait(cancel, request, user, List.of("A2"), PATIENCE))
                .isEqualTo(new Result.Confirmed(cancel, List.of(), List.of("A2")));
    }

    @Test
    void tellsARefusalFromARejection() throws IOException {
        String show = show("A1");
        assertThat(client.confirmAndAwait(request, show, List.of("A1"), user, null, PATIENCE))
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(Code.LEASE_NOT_HELD));
        API.operate("/booking/direct", randomUUID(), show, randomUUID(), "A1").expect(200);
        Kafka.send(Kafka.command(request, show, user, "A1"));
        API.decided(request).expect(200);
        assertThat(client.confirmAndAwait(request, show, List.of("A1"), user, null, PATIENCE))
                .isEqualTo(
                        new Result.Rejected(request, Code.SEAT_BOOKED, List.of(new Conflict("A1", Code.SEAT_BOOKED))));
        assertThat(client.lease(show, List.of("A1"), user))
                .isInstanceOfSatisfying(
                        LeaseResult.Refused.class,
                        refused -> assertThat(refused.httpStatus()).isEqualTo(409));
    }

    @Test
    void keepsItsRequestIdWhileKafkaIsAway() throws Exception {
        String show = show("A1");
        client.lease(show, List.of("A1"), user);
        CompletableFuture<Result> result;
        try (var _ = RunningSystem.SERVERS.kafkaStopped()) {
            assertThat(client.confirmAndAwait(request, show, List.of("A1"), user, null, Duration.ofSeconds(2)))
                    .isInstanceOf(Result.Unknown.class);
            result = CompletableFuture.supplyAsync(
                    () -> client.confirmAndAwait(request, show, List.of("A1"), user, null, PATIENCE));
        }
        assertThat(result.get(90, SECONDS)).isEqualTo(new Result.Confirmed(request, List.of("A1"), List.of()));
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(1);
    }

    @Test
    void sendsCommandsToThePartitionOfTheirShow() throws Exception {
        String show = show("A1");
        double misplaced = misplaced();
        try (CommandProducer producer =
                new CommandProducer(Map.of("bootstrap.servers", RunningSystem.SERVERS.bootstrapServers()))) {
            Command command =
                    new Command(request, show, user, Instant.now(), null, new BookDirect(List.of("A1"), null));
            CommandProducer.Place place = producer.send(command).get(20, SECONDS);
            await().atMost(20, SECONDS)
                    .untilAsserted(
                            () -> assertThat(API.status(request).text("status")).isEqualTo("CONFIRMED"));
            assertThat(Db.column(
                            "select command_partition || ':' || command_offset from booking_requests where request_id = ?",
                            request))
                    .containsExactly(place.partition() + ":" + place.offset());
        }
        assertThat(misplaced()).isEqualTo(misplaced);
    }

    static double misplaced() {
        return RunningSystem.WORKER
                .getBean(io.micrometer.core.instrument.MeterRegistry.class)
                .counter("seatkeeper.commands.misplaced")
                .count();
    }
}
