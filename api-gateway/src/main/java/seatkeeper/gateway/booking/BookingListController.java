package seatkeeper.gateway.booking;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.contract.Outcome;
import seatkeeper.gateway.booking.Decisions.BookedSeat;
import seatkeeper.gateway.security.Caller;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.web.Page;

/** Lists of what is booked and decided, page by page. */
@RestController
class BookingListController {

    private final Decisions decisions;
    private final Shows shows;

    BookingListController(Decisions decisions, Shows shows) {
        this.decisions = decisions;
        this.shows = shows;
    }

    record BookingList(List<BookedSeat> bookings, @Nullable String next) {}

    record History(List<RequestStatus> history, @Nullable String next) {}

    /** The seats a user has. */
    @GetMapping("/users/{userId}/bookings")
    BookingList bookings(
            @PathVariable String userId,
            @RequestParam(name = "show_id", required = false) @Nullable String showId,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit,
            Caller caller) {
        String[] seat = after == null ? new String[] {"", ""} : place(after);
        int size = Page.size(limit);
        List<BookedSeat> bookings = decisions.ofUser(
                caller.user(userId), showId == null ? null : Ids.name("show_id", showId), seat[0], seat[1], size);
        return new BookingList(bookings, Page.next(bookings, size, last -> last.showId() + ":" + last.seatId()));
    }

    private static String[] place(String after) {
        String[] seat = after.split(":", -1);
        if (seat.length != 2) {
            throw new InvalidField("after", "must be the next of the page before");
        }
        return new String[] {Ids.name("after", seat[0]), Ids.name("after", seat[1])};
    }

    /** Who did what when: the decisions of a show in their order, as far back as they are kept. */
    @GetMapping("/shows/{showId}/history")
    History history(
            @PathVariable String showId,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit) {
        shows.get(Ids.name("show_id", showId));
        int size = Page.size(limit);
        List<Outcome> page = decisions.ofShow(showId, Page.number("after", after), size);
        return new History(
                page.stream().map(RequestStatus::of).toList(),
                Page.next(page, size, last -> String.valueOf(last.showVersion())));
    }
}
