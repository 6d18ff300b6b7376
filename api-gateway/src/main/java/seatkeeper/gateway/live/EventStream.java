package seatkeeper.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of one listener. It has a thread only while there is something to write: to listen costs little. */
final class EventStream implements Feed.Listener {

    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    private static final byte[] HEARTBEAT = ":\n\n".getBytes(UTF_8);

    private final LiveShows.Listener listener;
    private final AsyncContext call;
    private final OutputStream out;
    /** How often it was woken since its thread looked last; 0: it has no thread. */
    private final AtomicInteger wakes = new AtomicInteger(1);
    /** These two belong to the thread. */
    private Feed.Place place;

    private LiveEvent.Id sent;

    /**
     * Begins to listen.
     *
     * @param place where the feed was before the missed events were read
     */
    EventStream(LiveShows.Listener listener, Feed.Place place, AsyncContext call, OutputStream out) {
        this.listener = listener;
        this.place = place;
        this.sent = place.last();
        this.call = call;
        this.out = out;
    }

    /** Writes what the listener has missed, then what there is. */
    void start(List<LiveEvent> missed) {
        listener.feed().join(this);
        Thread.ofVirtual().name("listener").start(() -> run(missed));
    }

    @Override
    public void wake() {
        if (wakes.getAndIncrement() == 0) {
            Thread.ofVirtual().name("listener").start(() -> run(List.of()));
        }
    }

    private void run(List<LiveEvent> missed) {
        try {
            for (LiveEvent event : missed) {
                out.write(event.text().getBytes(UTF_8));
                sent = event.id();
            }
            int seen;
            do {
                seen = wakes.get();
                if (!writeNew()) {
                    end();
                    return;
                }
            } while (!wakes.compareAndSet(seen, 0));
        } catch (IOException | RuntimeException e) {
            log.debug("a listener is gone", e);
            end();
        }
    }

    /** False when the feed has ended, or the listener fell too far behind. */
    private boolean writeNew() throws IOException {
        Feed.Batch batch = listener.feed().read(place);
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
        return !batch.ended();
    }

    /** Its thread ends without giving the place up, so that nobody starts another. */
    private void end() {
        listener.feed().leave(this);
        listener.close();
        call.complete();
    }
}
