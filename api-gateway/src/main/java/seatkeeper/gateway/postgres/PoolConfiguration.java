package seatkeeper.gateway.postgres;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.web.Bounds;
import seatkeeper.process.Dependency;

/** All queries of callers go to the patient pool; health asks Postgres by itself. */
@Configuration(proxyBeanMethods = false)
class PoolConfiguration {

    private final PatientPool pool;

    PoolConfiguration(
            HikariDataSource pool,
            @Qualifier("postgres") Dependency postgres,
            GatewayProperties properties,
            Bounds bounds) {
        this.pool = new PatientPool(
                pool,
                postgres,
                bounds.bound("queries", properties.bounds().queries(), "too many calls wait for Postgres already"));
    }

    @Bean
    JdbcTemplate jdbcTemplate() {
        return new JdbcTemplate(pool);
    }

    @Bean
    JdbcTransactionManager transactionManager() {
        return new JdbcTransactionManager(pool);
    }
}
