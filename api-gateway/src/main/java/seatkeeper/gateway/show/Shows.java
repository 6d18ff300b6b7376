package seatkeeper.gateway.show;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import seatkeeper.contract.Code;
import seatkeeper.gateway.web.Refusal;

/** Shows and their seats, from Postgres. */
@Repository
public class Shows {

    /** Keeps each statement far below the statement timeout, however large the show. */
    private static final int CHUNK = 10_000;

    /** Of narrow rows that are not kept: some megabyte at once. */
    private static final int LARGE_FETCH = 10_000;

    private static final String INSERT_SHOW = "insert into shows (id) values (?) on conflict do nothing";

    /** Positions count on from those there are: one call after the other. */
    private static final String LOCK_SHOW = "select id from shows where id = ? for update";

    private static final String UPDATE_RULES = """
            update shows
            set seat_limit = wanted.seat_limit, on_sale_at = wanted.on_sale_at, off_sale_at = wanted.off_sale_at
            from (values (?::int, ?::timestamptz, ?::timestamptz)) as wanted (seat_limit, on_sale_at, off_sale_at)
            where id = ? and (shows.seat_limit, shows.on_sale_at, shows.off_sale_at)
                is distinct from (wanted.seat_limit, wanted.on_sale_at, wanted.off_sale_at)
            """;

    private static final String INSERT_SEATS = """
            insert into seats (show_id, id, section, row_name, number, category, position)
            select ?, id, section, row_name, number, category, position
            from unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::text[], ?::int[])
                as listed (id, section, row_name, number, category, position)
            on conflict do nothing
            """;

    /** Whatever changes in a show raises its version: so is seen that a map is older. */
    private static final String RULES_CHANGED = "update shows set version = version + 1 where id = ?";

    private static final String SEATS_ADDED =
            "update shows set version = version + 1, layout_version = version + 1 where id = ?";

    private static final String ARCHIVE = """
            update shows set archived_at = now(), version = version + 1 where id = ? and archived_at is null
            """;

    private static final String SHOW = "select * from shows where id = ?";

    private static final String SHOWS = "select * from shows where id > ? order by id limit ?";

    private static final String HOLDINGS = """
            select user_id, count(*) as seats from bookings where show_id = ? and cancelled_at is null group by user_id
            """;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final TransactionTemplate snapshot;
    private final ApplicationEventPublisher events;
    private final SeatRows rows;

    Shows(JdbcClient jdbc, PlatformTransactionManager transactions, ApplicationEventPublisher events, SeatRows rows) {
        this.jdbc = jdbc;
        this.rows = rows;
        this.events = events;
        this.transaction = new TransactionTemplate(transactions);
        this.snapshot = new TransactionTemplate(transactions);
        this.snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        this.snapshot.setReadOnly(true);
    }

    /** A seat as an operator lists it; seats of one row with consecutive numbers lie side by side. */
    public record ListedSeat(
            String id,
            String section,
            String row,
            int number,
            @Nullable String category) {}

    /** The rules an operator gives a show. */
    public record Rules(
            @Nullable Integer seatLimit,
            @Nullable Instant onSaleAt,
            @Nullable Instant offSaleAt) {

        public static final Rules NONE = new Rules(null, null, null);
    }

    /**
     * What a call to {@link #put} did.
     *
     * @param created whether the show is new
     * @param added how many seats are new
     */
    public record Put(boolean created, int added) {}

    /** Creates the show if it is new, adds the seats it does not have and sets its rules; no seat is ever dropped. */
    public Put put(String showId, List<ListedSeat> seats, Rules rules) {
        Put put = transaction.execute(_ -> {
            boolean created = jdbc.sql(INSERT_SHOW).param(showId).update() == 1;
            jdbc.sql(LOCK_SHOW).param(showId).query(String.class).single();
            boolean ruled = jdbc.sql(UPDATE_RULES)
                            .param(rules.seatLimit)
                            .param(time(rules.onSaleAt))
                            .param(time(rules.offSaleAt))
                            .param(showId)
                            .update()
                    == 1;
            int position = created
                    ? 0
                    : jdbc.sql("select coalesce(max(position) + 1, 0) from seats where show_id = ?")
                            .param(showId)
                            .query(Integer.class)
                            .single();
            int added = 0;
            for (int from = 0; from < seats.size(); from += CHUNK) {
                List<ListedSeat> chunk = seats.subList(from, Math.min(from + CHUNK, seats.size()));
                added += insert(showId, chunk, position + from);
            }
            if (added > 0 || ruled) {
                jdbc.sql(added > 0 ? SEATS_ADDED : RULES_CHANGED).param(showId).update();
            }
            return new Put(created, added);
        });
        events.publishEvent(new ShowChanged(showId));
        return put;
    }

    private int insert(String showId, List<ListedSeat> seats, int position) {
        Integer[] positions = new Integer[seats.size()];
        Arrays.setAll(positions, i -> position + i);
        return jdbc.sql(INSERT_SEATS)
                .param(showId)
                .param(column("text", seats, ListedSeat::id))
                .param(column("text", seats, ListedSeat::section))
                .param(column("text", seats, ListedSeat::row))
                .param(column("int", seats, ListedSeat::number))
                .param(column("text", seats, ListedSeat::category))
                .param(new SqlArrayValue("int", (Object[]) positions))
                .update();
    }

    private static SqlArrayValue column(
            String type, List<ListedSeat> seats, Function<ListedSeat, ? extends @Nullable Object> value) {
        return new SqlArrayValue(type, seats.stream().map(value).toArray());
    }

    /**
     * Closes the show for good.
     *
     * @throws Refusal 404 when there is no such show
     */
    public void archive(String showId) {
        if (jdbc.sql(ARCHIVE).param(showId).update() == 0) {
            get(showId);
        }
        events.publishEvent(new ShowChanged(showId));
    }

    /**
     * A show.
     *
     * @throws Refusal 404 when there is no such show
     */
    public Show get(String showId) {
        return jdbc.sql(SHOW)
                .param(showId)
                .query((row, _) -> show(row))
                .optional()
                .orElseThrow(() -> unknown(showId));
    }

    /** Shows by id, from behind one of them. */
    List<Show> list(String after, int limit) {
        return jdbc.sql(SHOWS)
                .param(after)
                .param(limit)
                .query((row, _) -> show(row))
                .list();
    }

    /**
     * Where the seats of the show lie.
     *
     * @throws Refusal 404 when there is no such show
     */
    Places places(String showId) {
        return asOfOneMoment(() -> {
            Places.Builder places = new Places.Builder(get(showId).layoutVersion());
            rows.laidOut(showId, seat -> places.add(seat.section(), seat.row(), seat.number(), seat.id()));
            return places.build();
        });
    }

    /** A show and how it stands, all of one moment. */
    public interface View {

        void show(Show show);

        /** A seat that is not available, once for each. */
        void seat(String seatId, String status);

        /** How many seats a user has booked; only where the show limits them. */
        void holding(String userId, int seats);
    }

    /**
     * Reads how a show stands.
     *
     * @throws Refusal 404 when there is no such show
     */
    public void read(String showId, View view) {
        asOfOneMoment(() -> {
            Show show = get(showId);
            view.show(show);
            rows.notFree(showId, seat -> view.seat(seat.id(), seat.status()));
            if (show.seatLimit() != null) {
                jdbc.sql(HOLDINGS)
                        .param(showId)
                        .withFetchSize(LARGE_FETCH)
                        .query((ResultSet row) -> view.holding(row.getString("user_id"), row.getInt("seats")));
            }
            return show;
        });
    }

    /** A show, and the seats whose status changed after a version, with their status now. */
    public record Changes(Show show, List<SeatState> seats) {}

    /**
     * What changed in a show after a version, as of one moment.
     *
     * @throws Refusal 404 when there is no such show
     */
    public Changes changes(String showId, long since) {
        return asOfOneMoment(() -> {
            Show show = get(showId);
            List<SeatState> seats = new ArrayList<>();
            rows.changedSince(showId, since, seats::add);
            return new Changes(show, seats);
        });
    }

    private <T> T asOfOneMoment(Supplier<T> reading) {
        return Objects.requireNonNull(snapshot.execute(_ -> reading.get()));
    }

    /** A seat and its status. */
    public record SeatState(String id, String status) {}

    private static Refusal unknown(String showId) {
        return Refusal.notFound(Code.SHOW_NOT_FOUND, "there is no show " + showId);
    }

    private static Show show(ResultSet row) throws SQLException {
        return new Show(
                row.getString("id"),
                row.getLong("version"),
                row.getLong("layout_version"),
                row.getObject("seat_limit", Integer.class),
                instant(row, "on_sale_at"),
                instant(row, "off_sale_at"),
                instant(row, "archived_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
