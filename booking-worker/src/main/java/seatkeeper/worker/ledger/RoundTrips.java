package seatkeeper.worker.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Several statements in one round trip: the driver sends them without waiting in between, and the server runs them one
 * after the other, each with a snapshot of its own.
 */
record RoundTrips(JdbcOperations jdbc) {

    /** What to do with a row. */
    @FunctionalInterface
    interface RowReader {

        void read(ResultSet row) throws SQLException;
    }

    record Query(String sql, List<SqlArrayValue> parameters, RowReader rows) {}

    /** A statement that must change as many rows. */
    record Update(String what, String sql, List<SqlArrayValue> parameters, int rows) {}

    void query(Query... queries) {
        List<Query> all = List.of(queries);
        execute(all, Query::sql, Query::parameters, (statement, query) -> {
            try (ResultSet result = statement.getResultSet()) {
                while (result.next()) {
                    query.rows.read(result);
                }
            }
        });
    }

    /**
     * Those that have something to change.
     *
     * @throws LostRace when one did not find all of its rows
     */
    void update(Update... updates) {
        List<Update> needed =
                Stream.of(updates).filter(update -> update.rows > 0).toList();
        execute(needed, Update::sql, Update::parameters, (statement, update) -> {
            if (statement.getUpdateCount() != update.rows) {
                throw new LostRace(update.what);
            }
        });
    }

    private interface Result<S> {

        void take(PreparedStatement statement, S of) throws SQLException;
    }

    private <S> void execute(
            List<S> statements,
            Function<S, String> sql,
            Function<S, List<SqlArrayValue>> parameters,
            Result<S> result) {
        if (statements.isEmpty()) {
            return;
        }
        String together = statements.stream().map(sql).collect(Collectors.joining(";\n"));
        var values = new ArgumentPreparedStatementSetter(
                statements.stream().flatMap(s -> parameters.apply(s).stream()).toArray());
        Void _ = jdbc.execute(together, (PreparedStatement prepared) -> {
            values.setValues(prepared);
            try {
                prepared.execute();
                for (S statement : statements) {
                    result.take(prepared, statement);
                    prepared.getMoreResults();
                }
            } finally {
                values.cleanupParameters();
            }
            return null;
        });
    }
}
