package seatkeeper.gateway.lease;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.gateway.lease.MapReader.LeasedSeat;
import seatkeeper.gateway.lease.MapReader.SectionCount;
import seatkeeper.gateway.show.SeatRows;
import seatkeeper.gateway.show.Show;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.show.Shows.SeatState;
import seatkeeper.gateway.web.LargeAnswers;
import seatkeeper.gateway.web.Page;
import tools.jackson.core.JsonGenerator;

@RestController
class SeatMapController {

    private final Shows shows;
    private final SeatRows rows;
    private final MapReader map;
    private final LargeAnswers answers;

    SeatMapController(Shows shows, SeatRows rows, MapReader map, LargeAnswers answers) {
        this.shows = shows;
        this.rows = rows;
        this.map = map;
        this.answers = answers;
    }

    record ShowResponse(
            String showId,
            long version,
            @Nullable Integer seatLimit,
            @Nullable Instant onSaleAt,
            @Nullable Instant offSaleAt,
            @Nullable Instant archivedAt,
            List<SectionCount> sections) {}

    /** Every seat. */
    @GetMapping("/booking/seats/{showId}")
    void seats(@PathVariable String showId, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        shows.get(Ids.name("show_id", showId));
        answers.send(request, response, json -> {
            Set<String> leased =
                    map.live(showId).stream().map(LeasedSeat::seatId).collect(Collectors.toSet());
            json.writeStartArray();
            rows.seats(showId, seat -> {
                json.writeStartObject();
                json.writeStringProperty("id", seat.id());
                json.writeStringProperty("show_id", showId);
                json.writeStringProperty("status", seat.status());
                json.writeBooleanProperty("leased", leased.contains(seat.id()));
                json.writeEndObject();
            });
            json.writeEndArray();
        });
    }

    /**
     * Only what is not free, or what changed after a version. What came by push and what this says fit together: a client
     * that missed pushes reads this with the last version it knows.
     */
    @GetMapping("/shows/{showId}/seats")
    void sparse(
            @PathVariable String showId,
            @RequestParam(required = false) @Nullable String since,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Show show = shows.get(Ids.name("show_id", showId));
        long known = Page.number("since", since);
        boolean complete = since == null || known < show.layoutVersion() || known > show.version();
        answers.send(request, response, json -> {
            json.writeStartObject();
            json.writeStringProperty("show_id", showId);
            json.writeNumberProperty("version", show.version());
            json.writeBooleanProperty("complete", complete);
            json.writeArrayPropertyStart("seats");
            if (complete) {
                rows.notFree(showId, seat -> write(json, seat));
            } else if (known < show.version()) {
                rows.changedSince(showId, known, seat -> write(json, seat));
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("leases");
            for (LeasedSeat leased : map.live(showId)) {
                json.writeStartObject();
                json.writeStringProperty("seat_id", leased.seatId());
                json.writeStringProperty(
                        "expires_at", leased.lease().expiresAt().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, SeatState seat) {
        json.writeStartObject();
        json.writeStringProperty("id", seat.id());
        json.writeStringProperty("status", seat.status());
        json.writeEndObject();
    }

    @GetMapping("/shows/{showId}")
    ShowResponse show(@PathVariable String showId) {
        Show show = shows.get(Ids.name("show_id", showId));
        return new ShowResponse(
                showId,
                show.version(),
                show.seatLimit(),
                show.onSaleAt(),
                show.offSaleAt(),
                show.archivedAt(),
                map.count(showId));
    }
}
