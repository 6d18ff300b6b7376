package seatkeeper.gateway.lease;

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
import seatkeeper.gateway.show.Show;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.show.Shows.SeatState;
import seatkeeper.gateway.web.Page;

@RestController
class SeatMapController {

    private final Shows shows;
    private final MapReader map;

    SeatMapController(Shows shows, MapReader map) {
        this.shows = shows;
        this.map = map;
    }

    record SeatResponse(String id, String showId, String status, boolean leased) {}

    record LeaseResponse(String seatId, Instant expiresAt) {}

    record SparseResponse(
            String showId, long version, boolean complete, List<SeatState> seats, List<LeaseResponse> leases) {}

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
    List<SeatResponse> seats(@PathVariable String showId) {
        List<SeatState> seats = shows.seats(Ids.name("show_id", showId));
        Set<String> leased = map.live(showId).stream().map(LeasedSeat::seatId).collect(Collectors.toSet());
        return seats.stream()
                .map(seat -> new SeatResponse(seat.id(), showId, seat.status(), leased.contains(seat.id())))
                .toList();
    }

    /**
     * Only what is not free, or what changed after a version. What came by push and what this says fit together: a client
     * that missed pushes reads this with the last version it knows.
     */
    @GetMapping("/shows/{showId}/seats")
    SparseResponse sparse(@PathVariable String showId, @RequestParam(required = false) @Nullable String since) {
        Show show = shows.get(Ids.name("show_id", showId));
        long known = Page.number("since", since);
        boolean complete = since == null || known < show.layoutVersion() || known > show.version();
        List<SeatState> seats = complete
                ? shows.notFree(showId)
                : known == show.version() ? List.of() : shows.changedSince(showId, known);
        return new SparseResponse(
                showId,
                show.version(),
                complete,
                seats,
                map.live(showId).stream()
                        .map(leased -> new LeaseResponse(
                                leased.seatId(), leased.lease().expiresAt()))
                        .toList());
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
