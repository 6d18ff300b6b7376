package seatkeeper.gateway.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import seatkeeper.gateway.show.Places;

/**
 * Seats as a script takes them, however many: their places in runs of those side by side, and their names.
 *
 * @param places {@code first+count,first+count}
 * @param names {@code seat,seat}
 */
record Runs(String places, String names) {

    /** The most seats of one event. */
    private static final int MOST = 500;

    /** Seats that are not in the layout are named, and have no place. */
    static List<Runs> of(Places layout, List<String> seatIds) {
        List<Runs> all = new ArrayList<>();
        for (int from = 0; from < seatIds.size(); from += MOST) {
            all.add(one(layout, seatIds.subList(from, Math.min(from + MOST, seatIds.size()))));
        }
        return all;
    }

    private static Runs one(Places layout, List<String> seatIds) {
        List<Integer> places = seatIds.stream()
                .map(layout::of)
                .filter(place -> place >= 0)
                .sorted(Comparator.naturalOrder())
                .toList();
        StringBuilder runs = new StringBuilder();
        for (int i = 0; i < places.size(); ) {
            int count = 1;
            while (i + count < places.size() && places.get(i + count) == places.get(i) + count) {
                count++;
            }
            runs.append(runs.isEmpty() ? "" : ",")
                    .append(MapHead.LENGTH + places.get(i))
                    .append('+')
                    .append(count);
            i += count;
        }
        return new Runs(runs.toString(), String.join(",", seatIds));
    }
}
