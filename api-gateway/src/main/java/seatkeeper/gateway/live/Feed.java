package seatkeeper.gateway.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The latest events of a show, kept once for all who listen; each listener has only a place in them. Who falls behind
 * the oldest is cut off, so that no listener costs memory by being slow.
 */
final class Feed {

    private static final int KEPT = 1024;

    private final LiveEvent[] ring = new LiveEvent[KEPT];
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private long end;
    private LiveEvent.Id newest;
    private boolean closed;

    /** Of what comes after that event. */
    Feed(LiveEvent.Id newest) {
        this.newest = newest;
    }

    /** Who is told that there may be something to read; must not wait. */
    interface Listener {

        void wake();
    }

    /**
     * Where a listener is.
     *
     * @param next index of the first event it has not got
     * @param last id of the last event before that
     */
    record Place(long next, LiveEvent.Id last) {}

    /** What a listener gets: some events, or none when there are no new ones; with it ends the feed, or it is cut off. */
    record Batch(List<LiveEvent> events, Place next, boolean ended) {}

    Place end() {
        lock.lock();
        try {
            return new Place(end, newest);
        } finally {
            lock.unlock();
        }
    }

    void join(Listener listener) {
        listeners.add(listener);
    }

    void leave(Listener listener) {
        listeners.remove(listener);
    }

    void add(List<LiveEvent> events) {
        lock.lock();
        try {
            for (LiveEvent event : events) {
                ring[(int) (end++ % KEPT)] = event;
                newest = event.id();
            }
        } finally {
            lock.unlock();
        }
        if (!events.isEmpty()) {
            wakeAll();
        }
    }

    /** For the next event, a sign of life, or the end. */
    void wakeAll() {
        listeners.forEach(Listener::wake);
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
        wakeAll();
    }

    /** The events from that place on. */
    Batch read(Place place) {
        lock.lock();
        try {
            if (closed || place.next < end - KEPT) {
                return new Batch(List.of(), place, true);
            }
            List<LiveEvent> events = new ArrayList<>((int) (end - place.next));
            for (long i = place.next; i < end; i++) {
                events.add(ring[(int) (i % KEPT)]);
            }
            return new Batch(events, new Place(end, newest), false);
        } finally {
            lock.unlock();
        }
    }

    /** Waits out the pause between two looks; false when the feed is closed. */
    boolean pause(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = ended.awaitNanos(left);
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
