package seatkeeper.gateway.show;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import seatkeeper.gateway.show.Shows.SeatState;

/** The seats of a show from Postgres, one by one: a show may have too many to hold them all. */
@Repository
public class SeatRows {

    private static final int FETCH = 1_000;

    /** Sections and rows in the order in which their first seats were listed, seats of a row by their numbers. */
    private static final String LAID_OUT = """
            select id, section, row_name, number, category, status, version
            from (select *, min(position) over (partition by section) as section_first,
                         min(position) over (partition by section, row_name) as row_first
                  from seats
                  where show_id = ?) placed
            order by section_first, section, row_first, row_name, number, position, id
            """;

    private static final String SEATS = "select id, status from seats where show_id = ? order by id";

    private static final String NOT_FREE = """
            select id, status from seats where show_id = ? and status <> 'AVAILABLE' order by id
            """;

    private static final String CHANGED = """
            select s.id, s.status
            from (select distinct unnest(seat_ids || released_seat_ids) as id
                  from booking_requests
                  where show_id = ? and show_version > ? and status = 'CONFIRMED') changed
            join seats s on s.show_id = ? and s.id = changed.id
            order by s.id
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    SeatRows(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** A seat and where it is; its category names its price. */
    record LaidOut(
            String section,
            String row,
            String id,
            int number,
            @Nullable String category,
            String status,
            long version) {}

    /** Every seat, row by row. */
    void laidOut(String showId, Consumer<LaidOut> seats) {
        each(
                jdbc.sql(LAID_OUT).param(showId),
                row -> seats.accept(new LaidOut(
                        row.getString("section"),
                        row.getString("row_name"),
                        row.getString("id"),
                        row.getInt("number"),
                        row.getString("category"),
                        row.getString("status"),
                        row.getLong("version"))));
    }

    /** Every seat, by id. */
    public void seats(String showId, Consumer<SeatState> seats) {
        states(jdbc.sql(SEATS).param(showId), seats);
    }

    /** Seats that are not available. */
    public void notFree(String showId, Consumer<SeatState> seats) {
        states(jdbc.sql(NOT_FREE).param(showId), seats);
    }

    /** Seats whose status changed after a version of the show, with their status now. */
    public void changedSince(String showId, long version, Consumer<SeatState> seats) {
        states(jdbc.sql(CHANGED).param(showId).param(version).param(showId), seats);
    }

    private void states(JdbcClient.StatementSpec query, Consumer<SeatState> seats) {
        each(query, row -> seats.accept(new SeatState(row.getString("id"), row.getString("status"))));
    }

    /** Some rows at a time: the driver keeps all there are outside of a transaction. */
    private void each(JdbcClient.StatementSpec query, RowCallbackHandler row) {
        transaction.executeWithoutResult(_ -> query.withFetchSize(FETCH).query(row));
    }
}
