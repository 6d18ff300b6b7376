package seatkeeper.gateway.show;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.gateway.security.Caller;
import seatkeeper.gateway.show.Shows.ListedSeat;
import seatkeeper.gateway.web.LargeAnswers;
import seatkeeper.gateway.web.Page;

@RestController
class ShowController {

    private final Shows shows;
    private final SeatRows rows;
    private final LargeAnswers answers;

    ShowController(Shows shows, SeatRows rows, LargeAnswers answers) {
        this.shows = shows;
        this.rows = rows;
        this.answers = answers;
    }

    record PutResponse(String showId, int seats, int added) {}

    record ShowsResponse(List<Show> shows, @Nullable String next) {}

    @PutMapping("/shows/{showId}")
    ResponseEntity<PutResponse> put(@PathVariable String showId, @RequestBody ShowRequest request) {
        Ids.name("show_id", showId);
        List<ListedSeat> seats = request.listedSeats();
        Shows.Put put = shows.put(showId, seats, request.rules());
        PutResponse response = new PutResponse(showId, seats.size(), put.added());
        return put.created()
                ? ResponseEntity.created(URI.create("/shows/" + showId)).body(response)
                : ResponseEntity.ok(response);
    }

    @PostMapping("/shows/{showId}/archive")
    Show archive(@PathVariable String showId, Caller caller) {
        caller.requireOperator();
        shows.archive(Ids.name("show_id", showId));
        return shows.get(showId);
    }

    @GetMapping("/shows")
    ShowsResponse list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit) {
        int size = Page.size(limit);
        List<Show> found = shows.list(after == null ? "" : Ids.name("after", after), size);
        return new ShowsResponse(found, Page.next(found, size, Show::showId));
    }

    @GetMapping("/shows/{showId}/layout")
    void layout(@PathVariable String showId, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Show show = shows.get(Ids.name("show_id", showId));
        answers.send(request, response, json -> {
            LayoutWriter layout = new LayoutWriter(json, show.layoutVersion());
            rows.laidOut(showId, layout::write);
            layout.end();
        });
    }
}
