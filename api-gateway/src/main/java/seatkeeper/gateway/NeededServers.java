package seatkeeper.gateway;

import com.zaxxer.hikari.HikariDataSource;
import io.lettuce.core.RedisCommandExecutionException;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.kafka.core.KafkaAdmin;
import seatkeeper.contract.Topics;
import seatkeeper.process.Dependency;
import seatkeeper.process.KafkaCheck;
import seatkeeper.process.Misconfigured;
import seatkeeper.process.PostgresCheck;

/** The servers a gateway needs; it answers 503 to what needs one that is missing. */
@Configuration(proxyBeanMethods = false)
class NeededServers {

    @Bean
    Dependency kafka(KafkaAdmin kafka) {
        List<String> topics = List.of(Topics.COMMANDS, Topics.OUTCOMES);
        return KafkaCheck.dependency(kafka.getConfigurationProperties(), topics);
    }

    @Bean
    Dependency postgres(DataSource pool) throws SQLException {
        return PostgresCheck.dependency(pool.unwrap(HikariDataSource.class), "booking_requests");
    }

    @Bean
    Dependency redis(LettuceConnectionFactory redis) {
        return new Dependency("redis", redis.getHostName() + ":" + redis.getPort(), () -> ping(redis));
    }

    private static void ping(LettuceConnectionFactory redis) {
        try (RedisConnection connection = redis.getConnection()) {
            connection.ping();
        } catch (DataAccessException e) {
            if (NestedExceptionUtils.getMostSpecificCause(e) instanceof RedisCommandExecutionException refused
                    && isRefusal(String.valueOf(refused.getMessage()))) {
                throw new Misconfigured("Redis refuses us: " + refused.getMessage(), refused);
            }
            throw e;
        }
    }

    private static boolean isRefusal(String message) {
        return message.startsWith("NOAUTH") || message.startsWith("WRONGPASS") || message.startsWith("NOPERM");
    }
}
