package seatkeeper.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import seatkeeper.contract.Ids;
import seatkeeper.gateway.GatewayProperties;

/** Each listener keeps its own virtual thread, which writes what its feed has and sleeps. */
@RestController
class EventsController {

    private static final Logger log = LoggerFactory.getLogger(EventsController.class);

    private static final byte[] HEARTBEAT = ":\n\n".getBytes(UTF_8);

    private final LiveShows shows;
    private final Duration heartbeat;

    EventsController(LiveShows shows, GatewayProperties properties) {
        this.shows = shows;
        this.heartbeat = properties.live().heartbeat();
    }

    @GetMapping("/shows/{showId}/events")
    void events(
            @PathVariable String showId,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletRequest request,
            HttpServletResponse response) {
        ShallowEtagHeaderFilter.disableContentCaching(request);
        Ids.name("show_id", showId);
        try (LiveShows.Listener listener = shows.listen(showId)) {
            // The place in the feed first: what happens while the missed events are read is found there.
            Feed.Place place = listener.feed().end();
            List<LiveEvent> missed = lastEventId == null ? List.of() : missed(showId, lastEventId, place.last());
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(UTF_8);
            response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
            // Proxies of the nginx family keep answers back otherwise.
            response.setHeader("X-Accel-Buffering", "no");
            OutputStream out = response.getOutputStream();
            if (lastEventId == null) {
                // An id without an event: whoever loses the connection before the first one can resume, too.
                out.write("id: %s\n\n".formatted(place.last()).getBytes(UTF_8));
            }
            write(out, listener.feed(), place, missed);
        } catch (IOException e) {
            log.debug("a listener is gone", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What happened since the event the listener knows; or that it has to begin anew. */
    private List<LiveEvent> missed(String showId, String lastEventId, LiveEvent.Id newest) {
        LiveEvent.Id last = LiveEvent.Id.parse(lastEventId);
        List<LiveEvent> missed = last == null ? null : shows.since(showId, last);
        return missed == null ? List.of(LiveEvent.reset(newest)) : missed;
    }

    /** Until the feed ends, the listener falls too far behind, or its connection breaks. */
    private void write(OutputStream out, Feed feed, Feed.Place start, List<LiveEvent> missed)
            throws IOException, InterruptedException {
        out.write("retry: 2000\n\n".getBytes(UTF_8));
        for (LiveEvent event : missed) {
            out.write(event.text().getBytes(UTF_8));
        }
        out.flush();
        LiveEvent.Id sent = missed.isEmpty() ? start.last() : missed.getLast().id();
        Feed.Place place = start;
        while (true) {
            Feed.Batch batch = feed.read(place, heartbeat);
            if (batch.ended()) {
                return;
            }
            if (batch.events().isEmpty()) {
                out.write(HEARTBEAT);
            }
            for (LiveEvent event : batch.events()) {
                // The missed events may reach further than the feed did.
                if (event.id().compareTo(sent) > 0) {
                    out.write(event.text().getBytes(UTF_8));
                }
            }
            out.flush();
            place = batch.next();
        }
    }
}
