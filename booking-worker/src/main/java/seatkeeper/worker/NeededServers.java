package seatkeeper.worker;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaAdmin;
import seatkeeper.process.Dependency;
import seatkeeper.process.KafkaCheck;
import seatkeeper.process.PostgresCheck;

/** The servers a worker needs. Tables and topics it makes itself. */
@Configuration(proxyBeanMethods = false)
class NeededServers {

    @Bean
    Dependency kafka(KafkaAdmin kafka) {
        return KafkaCheck.dependency(kafka.getConfigurationProperties(), List.of());
    }

    @Bean
    Dependency postgres(DataSource pool) throws SQLException {
        return PostgresCheck.dependency(pool.unwrap(HikariDataSource.class), null);
    }
}
