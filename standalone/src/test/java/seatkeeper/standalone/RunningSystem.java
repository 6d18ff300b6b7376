package seatkeeper.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import seatkeeper.standalone.TestServers.Restore;

/** Real servers, one worker and one gateway, started once for the whole run. Whoever stops something restores it. */
final class RunningSystem {

    static final TestServers SERVERS;
    static final ConfigurableApplicationContext WORKER;
    static final ConfigurableApplicationContext GATEWAY;
    static final Api API;

    static {
        SERVERS = TestServers.open();
        SpringApplication.getShutdownHandlers().add(SERVERS::close);
        WORKER = LocalApplications.worker(SERVERS);
        GATEWAY = LocalApplications.gateway(SERVERS, "--server.port=0");
        API = new Api(port(GATEWAY));
    }

    private RunningSystem() {}

    static int port(ConfigurableApplicationContext gateway) {
        return gateway.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A show id no other test has. */
    static String show(String... seats) {
        String show = "show-" + UUID.randomUUID();
        if (seats.length > 0) {
            API.createShow(show, seats);
        }
        return show;
    }

    static Restore workerPaused() {
        ConcurrentMessageListenerContainer<?, ?> container = WORKER.getBean(ConcurrentMessageListenerContainer.class);
        container.stop();
        return container::start;
    }

    static Restore postgresStopped() {
        Restore restore = SERVERS.postgresStopped();
        return () -> {
            restore.close();
            // A pool that failed to connect tries again in ever longer steps.
            HikariPoolMXBean pool = GATEWAY.getBean(HikariDataSource.class).getHikariPoolMXBean();
            await().atMost(60, SECONDS).until(() -> pool.getIdleConnections() > 3);
        };
    }

    static void flushRedis() {
        GATEWAY.getBean(StringRedisTemplate.class)
                .execute((org.springframework.data.redis.connection.RedisConnection connection) -> {
                    connection.serverCommands().flushAll();
                    return null;
                });
    }
}
