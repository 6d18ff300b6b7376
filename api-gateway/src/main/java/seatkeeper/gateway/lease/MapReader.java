package seatkeeper.gateway.lease;

import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.show.Places;
import seatkeeper.gateway.web.Refusal;

/** How a show stands, from Redis. */
@Component
class MapReader {

    private final ShowScripts scripts;

    MapReader(ShowScripts scripts) {
        this.scripts = scripts;
    }

    /** A leased seat, and when its lease ends. */
    record LeasedSeat(String seatId, Lease lease) {}

    /** All live leases of a show. */
    List<LeasedSeat> live(String showId) {
        List<LeasedSeat> leases = new ArrayList<>();
        for (int known = 0; ; ) {
            String from = String.valueOf(known);
            List<Object> answer = scripts.ask(Script.LIVE, showId, List.of(), _ -> List.of(from))
                    .parts();
            if (answer.size() == 1) {
                return leases;
            }
            for (int i = 1; i < answer.size(); i += 2) {
                known++;
                String seat = answer.get(i).toString();
                // Chosen as one of the best, and not leased yet.
                if (!seat.startsWith("*")) {
                    Object until = Long.valueOf(answer.get(i + 1).toString());
                    leases.add(new LeasedSeat(seat, ShowScripts.lease(until, answer.getFirst())));
                }
            }
        }
    }

    /** How the seats of a section stand. */
    record SectionCount(String name, int available, int leased, int booked, int blocked) {}

    /**
     * How the seats of each section stand: one call to Redis.
     *
     * @throws Refusal 404 when there is no such show
     */
    List<SectionCount> count(String showId) {
        Answer answer =
                scripts.ask(Script.LOOK, showId, List.of(), places -> List.of(MapHead.layout(places.version())));
        String map = answer.parts().get(1).toString();
        return answer.places().sections().stream()
                .map(section -> count(map, section))
                .toList();
    }

    private static SectionCount count(String map, Places.Section section) {
        int[] letters = new int[128];
        map.substring(MapHead.LENGTH + section.from(), MapHead.LENGTH + section.to() + 1)
                .chars()
                .forEach(letter -> letters[letter & 127]++);
        return new SectionCount(section.name(), letters['A'], letters['L'], letters['B'], letters['X']);
    }
}
