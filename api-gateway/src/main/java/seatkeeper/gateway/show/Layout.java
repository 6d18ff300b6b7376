package seatkeeper.gateway.show;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the seats of a show are: sections of rows of seats. Sections and rows come in the order in which their first
 * seats were listed, the best first; seats of a row in the order of their numbers.
 *
 * @param version of the show when seats were last added
 */
public record Layout(long version, List<Section> sections) {

    /** A section; its name is empty where a show has none. */
    public record Section(String name, List<Row> rows) {}

    /** A row of a section. */
    public record Row(String name, List<Seat> seats) {}

    /** A seat; its category names its price. */
    public record Seat(String id, int number, @Nullable String category, String status, long version) {}

    /** A seat as the table has it. */
    record Placed(String section, String row, int position, Seat seat) {}

    static Layout of(long version, List<Placed> seats) {
        Map<String, List<Placed>> sections = grouped(seats, Placed::section);
        return new Layout(
                version,
                sections.entrySet().stream()
                        .map(section -> new Section(section.getKey(), rows(section.getValue())))
                        .toList());
    }

    private static List<Row> rows(List<Placed> section) {
        return grouped(section, Placed::row).entrySet().stream()
                .map(row -> new Row(
                        row.getKey(),
                        row.getValue().stream()
                                .map(Placed::seat)
                                .sorted(Comparator.comparingInt(Seat::number))
                                .toList()))
                .toList();
    }

    private static Map<String, List<Placed>> grouped(
            List<Placed> seats, java.util.function.Function<Placed, String> name) {
        return seats.stream()
                .sorted(Comparator.comparingInt(Placed::position))
                .collect(Collectors.groupingBy(name, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * Every seat with its place on one line, where side by side means next to each other: between rows, and where a
     * number is missing, a place is left out.
     */
    public List<Place> places() {
        List<Place> places = new ArrayList<>();
        int next = 0;
        for (Section section : sections) {
            for (Row row : section.rows) {
                Seat left = null;
                for (Seat seat : row.seats) {
                    next += left != null && seat.number != left.number + 1 ? 1 : 0;
                    places.add(new Place(next++, section.name, seat));
                    left = seat;
                }
                next++;
            }
        }
        return places;
    }

    /** A seat's place on the line. */
    public record Place(int index, String section, Seat seat) {}
}
