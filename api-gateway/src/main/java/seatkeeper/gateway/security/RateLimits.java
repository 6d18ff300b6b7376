package seatkeeper.gateway.security;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Token buckets in Redis, {@code rate:<of>:<key>}, shared by all gateways. Without Redis every call passes: what is worth
 * guarding needs Redis too, and the rest must not go down with it.
 */
@Component
@ConditionalOnProperty(name = "booking.security", havingValue = "jwt")
class RateLimits {

    private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

    private static final Duration PATIENCE = Duration.ofMillis(250);

    private final LettuceConnectionFactory redis;
    private volatile @Nullable ProxyManager<byte[]> buckets;

    RateLimits(LettuceConnectionFactory redis) {
        this.redis = redis;
    }

    /** A bucket that is full with {@code burst} calls and gets {@code perSecond} new ones. */
    static BucketConfiguration limit(int perSecond, int burst) {
        return BucketConfiguration.builder()
                .addLimit(bucket -> bucket.capacity(burst).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }

    /** Takes one call out of the bucket; where it is empty, in how many seconds there is one again. */
    OptionalInt take(byte[] key, BucketConfiguration limit) {
        try {
            ConsumptionProbe probe = buckets().builder().build(key, () -> limit).tryConsumeAndReturnRemaining(1);
            return probe.isConsumed()
                    ? OptionalInt.empty()
                    : OptionalInt.of((int) TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1);
        } catch (RuntimeException e) {
            log.debug("a call passes uncounted", e);
            return OptionalInt.empty();
        }
    }

    /** Made with the first call: a gateway starts without Redis. */
    private ProxyManager<byte[]> buckets() {
        ProxyManager<byte[]> made = buckets;
        if (made == null) {
            made = connect();
            buckets = made;
        }
        return made;
    }

    @SuppressWarnings("unchecked") // Spring Data's shared connection is one of bytes.
    private ProxyManager<byte[]> connect() {
        try (RedisConnection connection = redis.getConnection()) {
            var builder = switch (connection.getNativeConnection()) {
                case RedisAdvancedClusterAsyncCommands<?, ?> cluster ->
                    Bucket4jLettuce.casBasedBuilder((RedisAdvancedClusterAsyncCommands<byte[], byte[]>) cluster);
                case RedisAsyncCommands<?, ?> server ->
                    Bucket4jLettuce.casBasedBuilder((RedisAsyncCommands<byte[], byte[]>) server);
                default -> throw new IllegalStateException("neither a Redis server nor a cluster");
            };
            return builder.expirationAfterWrite(
                            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofSeconds(10)))
                    .requestTimeout(PATIENCE)
                    .build();
        }
    }
}
