package seatkeeper.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;

/**
 * A server this process needs, asked every second whether it is there; what lasts longer than that is said. Health answers with what was heard last, so
 * that it answers at once however long the server takes.
 */
public final class Dependency implements HealthIndicator, SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Dependency.class);
    private static final Duration ASKED_EVERY = Duration.ofSeconds(1);
    private static final Duration ASKED_AT_FIRST_EVERY = Duration.ofMillis(200);
    private static final Duration SAID_AFTER = Duration.ofSeconds(1);
    private static final Duration SAID_EVERY = Duration.ofSeconds(10);

    private final String name;
    private final String where;
    private final Check check;
    private final CompletableFuture<Void> found = new CompletableFuture<>();

    private volatile @Nullable String missing = "not asked yet";
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    /** When it was first found missing, and last said to be; null while it is there. For the asking thread only. */
    private @Nullable Long missingSince;

    private @Nullable Long saidAt;

    /**
     * A server.
     *
     * @param name as health and log call it
     * @param where it is looked for
     * @param check asks it
     */
    public Dependency(String name, String where, Check check) {
        this.name = name;
        this.where = where;
        this.check = check;
    }

    /** Asks the server, and gives up after a few seconds; by one thread. */
    @FunctionalInterface
    public interface Check extends AutoCloseable {

        /**
         * Returns when the server can be used.
         *
         * @throws Misconfigured when it is there and will never have us
         */
        void run() throws Exception;

        @Override
        default void close() {}
    }

    /** Done when the server has been there once; fails with {@link Misconfigured}. */
    CompletableFuture<Void> found() {
        return found;
    }

    /** Whether it was there when it was asked last, a few seconds ago at most. */
    public boolean isThere() {
        return missing == null;
    }

    @Override
    public Health health() {
        String why = missing;
        return why == null
                ? Health.up().build()
                : Health.down().withDetail("missing", why).build();
    }

    @Override
    public void start() {
        CountDownLatch stop = new CountDownLatch(1);
        stopped = stop;
        // Not virtual: it loads whole libraries. Virtual threads that load classes keep their carriers, and on few
        // cores
        // the one they all wait for may be left without (spring-boot#51463).
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try (check) {
                do {
                    ask();
                } while (!stop.await(pause().toMillis(), TimeUnit.MILLISECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    @Override
    public boolean isRunning() {
        return stopped.getCount() > 0;
    }

    /** Before whatever uses the server. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    private void ask() throws InterruptedException {
        try {
            check.run();
            hasCome();
        } catch (InterruptedException e) {
            throw e;
        } catch (Misconfigured e) {
            // The first time it ends the process, which says why.
            if (!found.completeExceptionally(e)) {
                isMissing(e);
            }
        } catch (Exception e) {
            isMissing(e);
        }
    }

    /** Short at first, when a start waits for it. */
    private Duration pause() {
        return found.isDone() ? ASKED_EVERY : ASKED_AT_FIRST_EVERY;
    }

    private void hasCome() {
        missing = null;
        missingSince = null;
        found.complete(null);
        if (saidAt != null) {
            log.info("{} at {} is there", name, where);
            saidAt = null;
        }
    }

    private void isMissing(Exception e) {
        String why = reason(e);
        missing = why;
        long now = System.nanoTime();
        if (missingSince == null) {
            missingSince = now;
        }
        boolean due =
                saidAt == null ? now - missingSince >= SAID_AFTER.toNanos() : now - saidAt >= SAID_EVERY.toNanos();
        if (isRunning() && due) {
            log.warn("waiting for {} at {}: {}", name, where, why);
            saidAt = now;
        }
    }

    private static String reason(Exception e) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(e);
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
