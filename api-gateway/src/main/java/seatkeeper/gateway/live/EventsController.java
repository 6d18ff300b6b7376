package seatkeeper.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import seatkeeper.contract.Ids;

/** Lets callers listen to what happens in a show. */
@RestController
class EventsController {

    /** A stream keeps it as long as it lasts. */
    private static final int BUFFER = 4 * 1024;

    private final LiveShows shows;

    EventsController(LiveShows shows) {
        this.shows = shows;
    }

    @GetMapping("/shows/{showId}/events")
    void events(
            @PathVariable String showId,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        ShallowEtagHeaderFilter.disableContentCaching(request);
        Ids.name("show_id", showId);
        LiveShows.Listener listener = shows.listen(showId);
        try {
            // The place in the feed first: what happens while the missed events are read is found there.
            Feed.Place place = listener.feed().end();
            List<LiveEvent> missed = lastEventId == null ? List.of() : missed(showId, lastEventId, place.last());
            response.setBufferSize(BUFFER);
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(UTF_8);
            response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
            // Proxies of the nginx family keep answers back otherwise.
            response.setHeader("X-Accel-Buffering", "no");
            if (HttpMethod.HEAD.matches(request.getMethod())) {
                listener.close();
                return;
            }
            OutputStream out = response.getOutputStream();
            if (lastEventId == null) {
                // An id without an event: whoever loses the connection before the first one can resume, too.
                out.write("id: %s\n\n".formatted(place.last()).getBytes(UTF_8));
            }
            out.write("retry: 2000\n\n".getBytes(UTF_8));
            AsyncContext call = request.startAsync();
            call.setTimeout(0);
            new EventStream(listener, place, call, out).start(missed);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** What happened since the event the listener knows; or that it has to begin anew. */
    private List<LiveEvent> missed(String showId, String lastEventId, LiveEvent.Id newest) {
        LiveEvent.Id last = LiveEvent.Id.parse(lastEventId);
        List<LiveEvent> missed = last == null ? null : shows.since(showId, last);
        return missed == null ? List.of(LiveEvent.reset(newest)) : missed;
    }
}
