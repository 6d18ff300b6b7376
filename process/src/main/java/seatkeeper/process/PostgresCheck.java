package seatkeeper.process;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Whether Postgres answers. By a connection of its own: a pool whose connections are all in use is not missing. */
public final class PostgresCheck implements Dependency.Check {

    private final HikariConfig settings = new HikariConfig();
    private final @Nullable String table;
    private @Nullable HikariDataSource open;

    private PostgresCheck(HikariDataSource pool, @Nullable String table) {
        pool.copyStateTo(settings);
        settings.setPoolName("health");
        settings.setMaximumPoolSize(1);
        settings.setInitializationFailTimeout(-1);
        this.table = table;
    }

    /**
     * Postgres.
     *
     * @param pool whose settings are used
     * @param table that somebody else creates
     */
    public static Dependency dependency(HikariDataSource pool, @Nullable String table) {
        String where = String.valueOf(pool.getJdbcUrl())
                .replaceFirst("^jdbc:[a-z]*://", "")
                .replaceFirst("[?].*", "");
        return new Dependency("postgres", where, new PostgresCheck(pool, table));
    }

    @Override
    public void run() throws SQLException {
        try (Connection connection = open().getConnection();
                Statement statement = connection.createStatement()) {
            if (table == null) {
                statement.execute("select 1");
                return;
            }
            try (var row = statement.executeQuery("select to_regclass('" + table + "') is null")) {
                if (row.next() && row.getBoolean(1)) {
                    throw new IllegalStateException("there are no tables, a booking-worker creates them");
                }
            }
        } catch (SQLException e) {
            if (misconfigured(e)) {
                throw new Misconfigured("Postgres refuses us: " + root(e).getMessage(), e);
            }
            throw e;
        }
    }

    /** Class 28 of the SQL standard, invalid authorization. A database that is not there may be about to be made. */
    private static boolean misconfigured(SQLException e) {
        String state = root(e).getSQLState();
        return state != null && state.startsWith("28");
    }

    /** The pool's own exception says only that it had no connection to give. */
    private static SQLException root(SQLException e) {
        SQLException root = e;
        while (root.getCause() instanceof SQLException cause) {
            root = cause;
        }
        return root;
    }

    private HikariDataSource open() {
        HikariDataSource pool = open;
        if (pool == null) {
            pool = new HikariDataSource(settings);
            open = pool;
        }
        return pool;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
