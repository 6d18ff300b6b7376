package seatkeeper.gateway.lease;

import java.util.List;
import java.util.Set;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.gateway.show.SeatStatus;
import seatkeeper.gateway.show.Shows;

@RestController
class SeatMapController {

    private final Shows shows;
    private final SeatLeases leases;

    SeatMapController(Shows shows, SeatLeases leases) {
        this.shows = shows;
        this.leases = leases;
    }

    record SeatResponse(String id, String showId, String status, boolean leased) {}

    @GetMapping("/booking/seats/{showId}")
    List<SeatResponse> seats(@PathVariable String showId) {
        Ids.name("show_id", showId);
        List<SeatStatus> seats = shows.seats(showId);
        Set<String> leased = leases.leased(
                showId,
                seats.stream()
                        .filter(seat -> !seat.booked())
                        .map(SeatStatus::id)
                        .toList());
        return seats.stream()
                .map(seat -> new SeatResponse(
                        seat.id(), showId, seat.booked() ? "BOOKED" : "AVAILABLE", leased.contains(seat.id())))
                .toList();
    }
}
