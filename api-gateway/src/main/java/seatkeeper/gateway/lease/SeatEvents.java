package seatkeeper.gateway.lease;

import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.web.Refusal;

/** What happens in a show, from a stream in Redis that its scripts write while somebody listens. */
@Component
public class SeatEvents {

    private final ShowScripts scripts;

    SeatEvents(ShowScripts scripts) {
        this.scripts = scripts;
    }

    /**
     * Something that happened to seats.
     *
     * @param kind leased, released, booked, cancelled, blocked or unblocked
     * @param extra of leased: the end of the lease in epoch milliseconds; of released: nothing; else the show's version
     */
    public record Event(String id, String kind, List<String> seatIds, long extra) {}

    /**
     * What happened since an event.
     *
     * @param complete false when older events are gone, so that some may be missing
     * @param newest id of the last event there is
     */
    public record Events(boolean complete, String newest, List<Event> events) {}

    /**
     * What happened in the show after an event; events are kept only while somebody asks for them once a minute.
     *
     * @param last id of that event; empty for none, only to learn the newest
     * @throws Refusal 404 when there is no such show
     */
    public Events after(String showId, String last, int limit) {
        Answer answer = scripts.ask(
                Script.EVENTS,
                showId,
                List.of(),
                places -> List.of(MapHead.layout(places.version()), last, String.valueOf(limit)));
        List<Object> parts = answer.parts();
        List<Event> events = new ArrayList<>();
        for (int i = 2; i < parts.size(); i += 4) {
            events.add(new Event(
                    parts.get(i).toString(),
                    parts.get(i + 1).toString(),
                    List.of(parts.get(i + 2).toString().split(",")),
                    Long.parseLong(parts.get(i + 3).toString())));
        }
        return new Events(answer.is("OK"), parts.get(1).toString(), events);
    }
}
