package seatkeeper.gateway.show;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;

@RestController
class ShowController {

    private static final int MAX_SEATS = 200_000;

    private final Shows shows;

    ShowController(Shows shows) {
        this.shows = shows;
    }

    record SectionRequest(
            @Nullable String name,
            @Nullable Integer rows,
            @Nullable Integer seatsPerRow) {}

    record ShowRequest(
            @Nullable List<@Nullable String> seats,
            @Nullable List<@Nullable SectionRequest> sections) {}

    record ShowResponse(String showId, int seats, int added) {}

    @PutMapping("/shows/{showId}")
    ResponseEntity<ShowResponse> put(@PathVariable String showId, @RequestBody ShowRequest request) {
        Ids.name("show_id", showId);
        List<String> seats = seats(request);
        Shows.Put put = shows.put(showId, seats);
        ShowResponse response = new ShowResponse(showId, seats.size(), put.added());
        return put.created()
                ? ResponseEntity.created(URI.create("/booking/seats/" + showId)).body(response)
                : ResponseEntity.ok(response);
    }

    private static List<String> seats(ShowRequest request) {
        if ((request.seats == null) == (request.sections == null)) {
            throw new InvalidField("seats", "or sections must be there, one of them");
        }
        return request.seats != null ? listed(request.seats) : numbered(request.sections);
    }

    private static List<String> listed(List<@Nullable String> seats) {
        within("seats", seats.size());
        List<String> listed = new ArrayList<>(seats.size());
        Set<String> seen = HashSet.newHashSet(seats.size());
        for (int i = 0; i < seats.size(); i++) {
            String seat = Ids.name("seats[" + i + "]", seats.get(i));
            if (!seen.add(seat)) {
                throw new InvalidField("seats[" + i + "]", "names " + seat + " again");
            }
            listed.add(seat);
        }
        return listed;
    }

    /** Seat ids are {@code section-row-seat}, rows and seats counted from 1. */
    private static List<String> numbered(@Nullable List<@Nullable SectionRequest> sections) {
        List<String> seats = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; sections != null && i < sections.size(); i++) {
            String field = "sections[" + i + "]";
            SectionRequest section = sections.get(i);
            if (section == null) {
                throw new InvalidField(field, "is missing");
            }
            String name = Ids.name(field + ".name", section.name);
            if (!names.add(name)) {
                throw new InvalidField(field + ".name", "names " + name + " again");
            }
            int rows = count(field + ".rows", section.rows);
            int seatsPerRow = count(field + ".seats_per_row", section.seatsPerRow);
            within("sections", seats.size() + (long) rows * seatsPerRow);
            IntStream.rangeClosed(1, rows)
                    .forEach(row -> IntStream.rangeClosed(1, seatsPerRow)
                            .forEach(seat -> seats.add(Ids.name(field + ".name", name + "-" + row + "-" + seat))));
        }
        within("sections", seats.size());
        if (new HashSet<>(seats).size() < seats.size()) {
            throw new InvalidField("sections", "name the same seat twice");
        }
        return seats;
    }

    private static int count(String field, @Nullable Integer value) {
        if (value == null || value < 1) {
            throw new InvalidField(field, "must be a number from 1");
        }
        return value;
    }

    private static void within(String field, long seats) {
        if (seats < 1 || seats > MAX_SEATS) {
            throw new InvalidField(field, "must make 1 to " + MAX_SEATS + " seats");
        }
    }
}
