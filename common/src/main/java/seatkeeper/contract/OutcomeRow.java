package seatkeeper.contract;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** An {@link Outcome} as a row of {@code booking_requests}. */
public final class OutcomeRow {

    private static final JsonMapper JSON = JsonMapper.shared();

    private OutcomeRow() {}

    /** The row the cursor is on, with all columns of the table. */
    public static Outcome read(ResultSet row) throws SQLException {
        String reason = row.getString("reason");
        String conflicts = row.getString("conflicts");
        return new Outcome(
                row.getObject("request_id", UUID.class),
                row.getString("type"),
                row.getString("show_id"),
                strings(row, "seat_ids"),
                strings(row, "released_seat_ids"),
                row.getObject("user_id", UUID.class),
                row.getObject("booking_request_id", UUID.class),
                row.getString("order_ref"),
                Fingerprint.fromBytes(row.getBytes("fingerprint")).toString(),
                Status.valueOf(row.getString("status")),
                reason == null ? null : Code.valueOf(reason),
                conflicts == null ? List.of() : JSON.readValue(conflicts, new TypeReference<List<Conflict>>() {}),
                instant(row.getTimestamp("submitted_at")),
                row.getTimestamp("decided_at").toInstant(),
                row.getLong("show_version"),
                row.getInt("command_partition"),
                row.getLong("command_offset"));
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
