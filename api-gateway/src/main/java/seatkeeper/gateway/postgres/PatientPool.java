package seatkeeper.gateway.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import seatkeeper.gateway.web.Bound;
import seatkeeper.gateway.web.Busy;
import seatkeeper.gateway.web.Refusal;
import seatkeeper.process.Dependency;

/**
 * Tells a pool that is busy from a Postgres that is away: for a connection that others use a caller waits, as long as
 * they may; that there is nobody to connect to it hears within a second.
 */
final class PatientPool extends DelegatingDataSource {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HikariDataSource pool;
    private final Dependency postgres;
    private final Bound queries;

    PatientPool(HikariDataSource pool, Dependency postgres, Bound queries) {
        super(pool);
        this.pool = pool;
        this.postgres = postgres;
        this.queries = queries;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try (Bound.Place _ = queries.take()) {
            return connection();
        } catch (Refusal e) {
            throw new Busy(e);
        }
    }

    private Connection connection() throws SQLException {
        long begin = System.nanoTime();
        while (true) {
            try {
                return pool.getConnection();
            } catch (SQLTransientConnectionException e) {
                if (!postgres.isThere() || pool.getHikariPoolMXBean().getTotalConnections() == 0) {
                    throw e;
                }
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw new Busy(e);
                }
            }
        }
    }
}
