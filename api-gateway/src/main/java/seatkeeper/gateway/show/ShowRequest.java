package seatkeeper.gateway.show;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.contract.Times;
import seatkeeper.gateway.show.Shows.ListedSeat;
import seatkeeper.gateway.show.Shows.Rules;

/** A show as an operator describes it: its seats one by one, or sections of equal rows. */
record ShowRequest(
        @Nullable List<ShowRequest.@Nullable Seat> seats,
        @Nullable List<ShowRequest.@Nullable Section> sections,
        @Nullable Integer seatLimit,
        @Nullable String onSaleAt,
        @Nullable String offSaleAt) {

    private static final int MAX_SEATS = 200_000;

    /** The digits at the end of an id number the seat, what is before them names its row. */
    private static final Pattern NUMBERED = Pattern.compile("(.*?)-?(\\d{1,9})");

    /** A seat: its id alone, or with its place. */
    record Seat(
            @Nullable String id,
            @Nullable String section,
            @Nullable String row,
            @Nullable Integer number,
            @Nullable String category) {

        @JsonCreator
        Seat {}

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Seat of(String id) {
            return new Seat(id, null, null, null, null);
        }
    }

    record Section(
            @Nullable String name,
            @Nullable Integer rows,
            @Nullable Integer seatsPerRow,
            @Nullable String category) {}

    Rules rules() {
        if (seatLimit != null && seatLimit < 1) {
            throw new InvalidField("seat_limit", "must be a number from 1");
        }
        Instant from = Times.instant("on_sale_at", onSaleAt);
        Instant to = Times.instant("off_sale_at", offSaleAt);
        if (from != null && to != null && !from.isBefore(to)) {
            throw new InvalidField("off_sale_at", "must come after on_sale_at");
        }
        return new Rules(seatLimit, from, to);
    }

    List<ListedSeat> listedSeats() {
        if ((seats == null) == (sections == null)) {
            throw new InvalidField("seats", "or sections must be there, one of them");
        }
        return seats != null ? listed(seats) : numbered(sections);
    }

    private static List<ListedSeat> listed(List<@Nullable Seat> seats) {
        within("seats", seats.size());
        List<ListedSeat> listed = new ArrayList<>(seats.size());
        Set<String> seen = HashSet.newHashSet(seats.size());
        for (int i = 0; i < seats.size(); i++) {
            String field = "seats[" + i + "]";
            Seat seat = seats.get(i);
            if (seat == null) {
                throw new InvalidField(field, "is missing");
            }
            ListedSeat placed = placed(field, seat);
            if (!seen.add(placed.id())) {
                throw new InvalidField(field, "names " + placed.id() + " again");
            }
            listed.add(placed);
        }
        return listed;
    }

    private static ListedSeat placed(String field, Seat seat) {
        boolean bare = seat.row == null && seat.number == null && seat.section == null;
        String id = Ids.name(bare && seat.category == null ? field : field + ".id", seat.id);
        Matcher numbered = NUMBERED.matcher(id);
        boolean hasNumber = numbered.matches();
        String row = hasNumber ? numbered.group(1) : id;
        return new ListedSeat(
                id,
                seat.section == null ? "" : Ids.name(field + ".section", seat.section),
                seat.row == null ? row : Ids.name(field + ".row", seat.row),
                seat.number != null ? seat.number : hasNumber ? Integer.parseInt(numbered.group(2)) : 0,
                category(field, seat.category));
    }

    /** Seat ids are {@code section-row-seat}, rows and seats counted from 1. */
    private static List<ListedSeat> numbered(@Nullable List<@Nullable Section> sections) {
        List<ListedSeat> seats = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; sections != null && i < sections.size(); i++) {
            String field = "sections[" + i + "]";
            Section section = sections.get(i);
            if (section == null) {
                throw new InvalidField(field, "is missing");
            }
            String name = Ids.name(field + ".name", section.name);
            if (!names.add(name)) {
                throw new InvalidField(field + ".name", "names " + name + " again");
            }
            int rows = count(field + ".rows", section.rows);
            int seatsPerRow = count(field + ".seats_per_row", section.seatsPerRow);
            String category = category(field, section.category);
            within("sections", seats.size() + (long) rows * seatsPerRow);
            for (int row = 1; row <= rows; row++) {
                for (int number = 1; number <= seatsPerRow; number++) {
                    String id = Ids.name(field + ".name", name + "-" + row + "-" + number);
                    if (!ids.add(id)) {
                        throw new InvalidField("sections", "name the same seat twice");
                    }
                    seats.add(new ListedSeat(id, name, String.valueOf(row), number, category));
                }
            }
        }
        within("sections", seats.size());
        return seats;
    }

    private static @Nullable String category(String field, @Nullable String category) {
        return category == null ? null : Ids.name(field + ".category", category);
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
