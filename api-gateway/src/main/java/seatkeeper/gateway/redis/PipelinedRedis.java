package seatkeeper.gateway.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Calls that are sent one behind the other without waiting for the answers, on the connection that all threads share.
 * Redis carries them out in that order. Each ends within the timeout of commands, with its answer or with a
 * {@link DataAccessException}; then it may have been carried out all the same.
 */
@Component
public class PipelinedRedis {

    private final LettuceConnectionFactory connections;

    PipelinedRedis(LettuceConnectionFactory connections) {
        this.connections = connections;
    }

    /**
     * Waits for the answer to a call.
     *
     * @throws DataAccessException when it failed; what else was thrown on the way to the answer
     */
    public static <T> T answer(CompletableFuture<T> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /** Runs a script, by its digest and where Redis does not know that by its text; the answer as texts and numbers. */
    public CompletableFuture<List<Object>> run(RedisScript<?> script, List<String> keys, List<String> arguments) {
        byte[][] keyBytes = bytes(keys);
        byte[][] argumentBytes = bytes(arguments);
        return ended(() -> commands()
                        .<List<Object>>evalsha(script.getSha1(), ScriptOutputType.MULTI, keyBytes, argumentBytes)
                        .exceptionallyCompose(e -> e instanceof RedisNoScriptException
                                ? commands()
                                        .eval(
                                                script.getScriptAsString().getBytes(UTF_8),
                                                ScriptOutputType.MULTI,
                                                keyBytes,
                                                argumentBytes)
                                : CompletableFuture.failedFuture(e)))
                .thenApply(
                        answer -> answer.stream().map(PipelinedRedis::readable).toList());
    }

    /** Sets a key for that long, and answers with what was there. */
    public CompletableFuture<Optional<String>> setGet(String key, String value, Duration ttl) {
        return setGet(key, value, SetArgs.Builder.ex(ttl));
    }

    /** Sets a key for that long unless it is there; answers with what was there. */
    public CompletableFuture<Optional<String>> setGetIfAbsent(String key, String value, Duration ttl) {
        return setGet(key, value, SetArgs.Builder.ex(ttl).nx());
    }

    private CompletableFuture<Optional<String>> setGet(String key, String value, SetArgs how) {
        return ended(() -> commands().setGet(key.getBytes(UTF_8), value.getBytes(UTF_8), how))
                .thenApply(before -> Optional.ofNullable(before).map(bytes -> new String(bytes, UTF_8)));
    }

    private <T> CompletableFuture<T> ended(Supplier<CompletionStage<T>> call) {
        try {
            // Lettuce's own wheel of timers ends it in time; another timer for each call would wake another thread.
            return call.get()
                    .toCompletableFuture()
                    .exceptionallyCompose(e -> CompletableFuture.failedFuture(
                            new RedisSystemException("a call to Redis failed: " + e.getMessage(), e)));
        } catch (DataAccessException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Object readable(Object answer) {
        return answer instanceof byte[] bytes ? new String(bytes, UTF_8) : answer;
    }

    @SuppressWarnings("unchecked") // Spring Data's shared connection is one of bytes, to a server or to a cluster.
    private RedisClusterAsyncCommands<byte[], byte[]> commands() {
        try (RedisConnection connection = connections.getConnection()) {
            return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
        }
    }

    private static byte[][] bytes(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(UTF_8)).toArray(byte[][]::new);
    }
}
