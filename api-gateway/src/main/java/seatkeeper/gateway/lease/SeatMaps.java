package seatkeeper.gateway.lease;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static seatkeeper.gateway.lease.ShowScripts.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.data.redis.connection.DataType;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.redis.PipelinedRedis;
import seatkeeper.gateway.show.Layouts;
import seatkeeper.gateway.show.Places;
import seatkeeper.gateway.show.Show;
import seatkeeper.gateway.show.ShowChanged;
import seatkeeper.gateway.show.Shows;
import seatkeeper.gateway.show.Shows.SeatState;
import seatkeeper.gateway.show.SingleFlight;
import seatkeeper.gateway.web.Refusal;

/**
 * The maps in Redis: views of shows at a version. One is loaded by one SET of what Postgres has at one moment, and moved
 * on by outcomes, each exactly one version. What is missing in between is filled from Postgres.
 *
 * <p>No load loses an outcome: it is announced before Postgres is read, from then on Redis keeps up to which version
 * outcomes were settled, and takes no map that is older.
 */
@Component
class SeatMaps {

    private static final int ATTEMPTS = 20;

    /** Of more changes the whole map is less work. */
    private static final int MOST_FILLED = 2_000;

    private final PipelinedRedis redis;
    private final StringRedisTemplate keysOf;
    private final Shows shows;
    private final Layouts layouts;
    private final SingleFlight<Places> loads = new SingleFlight<>();
    private final SingleFlight<Places> fills = new SingleFlight<>();

    SeatMaps(PipelinedRedis redis, StringRedisTemplate keysOf, Shows shows, Layouts layouts) {
        this.redis = redis;
        this.keysOf = keysOf;
        this.shows = shows;
        this.layouts = layouts;
    }

    /**
     * Loads the map where Redis has none of the newest layout.
     *
     * @return the places of that layout
     * @throws Refusal 404 when there is no such show
     */
    Places ready(String showId) {
        return loads.run(showId, () -> {
            Places newest = layouts.newest(showId);
            return layoutOf(begin(showId)).equals(MapHead.layout(newest.version())) ? newest : load(showId);
        });
    }

    /**
     * Brings the map up to what Postgres has now: by what changed, or as a whole.
     *
     * @return the places of its layout
     */
    Places refresh(String showId) {
        return fills.run(showId, () -> bringUp(showId));
    }

    private Places bringUp(String showId) {
        Places newest = layouts.newest(showId);
        List<Object> before = begin(showId);
        boolean isFilled = layoutOf(before).equals(MapHead.layout(newest.version()))
                && fill(showId, newest, Long.parseLong(before.get(1).toString()));
        return isFilled ? newest : load(showId);
    }

    /** Gives up what there is, whatever it is, and loads the map. */
    void anew(String showId) {
        // Not while Postgres is away.
        layouts.newest(showId);
        List<String> keys = keys(showId, List.of());
        String leases = keys.get(1);
        keysOf.delete(keys.stream().filter(key -> !key.equals(leases)).toList());
        if (keysOf.type(leases) != DataType.ZSET) {
            keysOf.delete(leases);
        }
        load(showId);
    }

    /** The operator has changed the show through this gateway: no buyer pays for that. */
    @EventListener
    void refresh(ShowChanged changed) {
        // By itself: what another call is doing may have begun before the change.
        bringUp(changed.showId());
    }

    private List<Object> begin(String showId) {
        return run(Script.BEGIN, showId, List.of());
    }

    private static String layoutOf(List<Object> begun) {
        return begun.get(2).toString();
    }

    private boolean fill(String showId, Places places, long since) {
        Shows.Changes changes = shows.changes(showId, since);
        Show show = changes.show();
        // How many seats users have booked is only loaded, with the whole map.
        if (show.layoutVersion() != places.version()
                || show.seatLimit() != null
                || changes.seats().size() > MOST_FILLED) {
            return false;
        }
        List<String> arguments = new ArrayList<>(List.of(MapHead.version(since), MapHead.of(show)));
        changes.seats().stream()
                .collect(Collectors.groupingBy(SeatState::status))
                .forEach((status, seats) -> Runs.of(
                                places, seats.stream().map(SeatState::id).toList())
                        .forEach(run ->
                                arguments.addAll(List.of(letter(status), kind(status), run.places(), run.names()))));
        return isOk(run(Script.FILL, showId, arguments));
    }

    private Places load(String showId) {
        Loading loading = new Loading();
        List<String> moved = List.of();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            begin(showId);
            if (moved.isEmpty()) {
                loading.read(showId);
            }
            List<String> arguments = new ArrayList<>(List.of(loading.map(), loading.users.toString()));
            arguments.addAll(moved);
            List<Object> answer = run(Script.LOAD, showId, arguments);
            if (isOk(answer)) {
                return loading.places;
            }
            moved = answer.getFirst().equals("MOVED") ? moved(loading.places, answer) : List.of();
        }
        throw Refusal.unavailable("the seat map", null);
    }

    /** Members of leases, each with the place its seat has now. */
    private static List<String> moved(Places places, List<Object> answer) {
        List<String> pairs = new ArrayList<>();
        for (Object member : answer.subList(1, answer.size())) {
            String seat = member.toString().substring(member.toString().indexOf(':') + 1);
            pairs.add(member.toString());
            pairs.add(ShowScripts.place(places, seat) + ":" + seat);
        }
        return pairs;
    }

    /** A map as it is read from Postgres. */
    private final class Loading implements Shows.View {

        private Places places = Places.UNKNOWN;
        private byte[] line = {};
        private final StringBuilder users = new StringBuilder();
        private @Nullable Show show;

        /** Once more where the layout changes meanwhile. */
        void read(String showId) {
            do {
                places = layouts.newest(showId);
                line = places.line('A', '-');
                users.setLength(0);
                shows.read(showId, this);
            } while (show == null || show.layoutVersion() != places.version());
        }

        String map() {
            return (show == null ? "" : MapHead.of(show)) + new String(line, ISO_8859_1);
        }

        @Override
        public void show(Show show) {
            this.show = show;
        }

        @Override
        public void seat(String seatId, String status) {
            int place = places.of(seatId);
            // Of another layout: all is read again.
            if (place >= 0) {
                line[place] = (byte) letter(status).charAt(0);
            }
        }

        @Override
        public void holding(String userId, int seats) {
            users.append(userId).append("%06d".formatted(seats));
        }
    }

    private static String letter(String status) {
        return switch (status) {
            case "BOOKED" -> "B";
            case "BLOCKED" -> "X";
            default -> "A";
        };
    }

    private static String kind(String status) {
        return switch (status) {
            case "BOOKED" -> "booked";
            case "BLOCKED" -> "blocked";
            default -> "cancelled";
        };
    }

    private static boolean isOk(List<Object> answer) {
        return answer.getFirst().equals("OK");
    }

    private List<Object> run(Script script, String showId, List<String> arguments) {
        return PipelinedRedis.answer(redis.run(script.lua, keys(showId, List.of()), arguments));
    }
}
