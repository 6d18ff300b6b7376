package seatkeeper.gateway.lease;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import seatkeeper.gateway.show.Layout;

/** Which part of a show's map each section is, as text {@code name:from:to,name:from:to}. */
final class Ranges {

    private Ranges() {}

    /** Both ends are in it. */
    record Range(int from, int to) {}

    static Map<String, Range> of(List<Layout.Place> places) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        places.forEach(place -> ranges.merge(
                place.section(),
                new Range(place.index(), place.index()),
                (range, last) -> new Range(range.from(), last.to())));
        return ranges;
    }

    static String format(Map<String, Range> ranges) {
        return ranges.entrySet().stream()
                .map(section -> section.getKey() + ":" + section.getValue().from() + ":"
                        + section.getValue().to())
                .collect(Collectors.joining(","));
    }

    static Map<String, Range> parse(String text) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        for (String section : text.split(",", -1)) {
            String[] parts = section.split(":", -1);
            ranges.put(parts[0], new Range(Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        }
        return ranges;
    }
}
