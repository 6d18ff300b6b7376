package seatkeeper.gateway.show;

import java.sql.ResultSet;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import seatkeeper.contract.Code;
import seatkeeper.gateway.web.Refusal;

/** Shows and their seats, from Postgres. */
@Repository
public class Shows {

    /** Keeps each statement far below the statement timeout, however large the show. */
    private static final int CHUNK = 10_000;

    private static final String INSERT_SHOW = "insert into shows (id) values (?) on conflict do nothing";

    private static final String INSERT_SEATS =
            "insert into seats (show_id, id) select ?, unnest(?::text[]) on conflict do nothing";

    private static final String SHOW_EXISTS = "select exists (select from shows where id = ?)";

    private static final String SEATS =
            "select id, status = 'BOOKED' as booked from seats where show_id = ? order by id";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Shows(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * What a call to {@link #put} did.
     *
     * @param created whether the show is new
     * @param added how many seats are new
     */
    public record Put(boolean created, int added) {}

    /** Creates the show if it is new and adds the seats it does not have; nothing is ever dropped. */
    public Put put(String showId, List<String> seatIds) {
        return transaction.execute(_ -> {
            boolean created = jdbc.sql(INSERT_SHOW).param(showId).update() == 1;
            int added = 0;
            for (int from = 0; from < seatIds.size(); from += CHUNK) {
                Object[] chunk = seatIds.subList(from, Math.min(from + CHUNK, seatIds.size()))
                        .toArray();
                added += jdbc.sql(INSERT_SEATS)
                        .param(showId)
                        .param(new SqlArrayValue("text", chunk))
                        .update();
            }
            return new Put(created, added);
        });
    }

    /**
     * Every seat of the show.
     *
     * @throws Refusal 404 when there is no such show
     */
    public List<SeatStatus> seats(String showId) {
        if (!jdbc.sql(SHOW_EXISTS).param(showId).query(Boolean.class).single()) {
            throw Refusal.notFound(Code.SHOW_NOT_FOUND, "there is no show " + showId);
        }
        return jdbc.sql(SEATS)
                .param(showId)
                .query((ResultSet row, int _) -> new SeatStatus(row.getString("id"), row.getBoolean("booked")))
                .list();
    }
}
