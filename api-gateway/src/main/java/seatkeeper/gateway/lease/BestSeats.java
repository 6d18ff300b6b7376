package seatkeeper.gateway.lease;

import static seatkeeper.gateway.lease.ShowScripts.granted;
import static seatkeeper.gateway.lease.ShowScripts.millis;
import static seatkeeper.gateway.lease.ShowScripts.withPlaces;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import seatkeeper.gateway.GatewayProperties;
import seatkeeper.gateway.lease.ShowScripts.Answer;
import seatkeeper.gateway.show.Layouts;
import seatkeeper.gateway.show.Places;
import seatkeeper.gateway.web.Refusal;

/**
 * The best seats there are. Redis finds them in the map and knows no names; the gateway knows the names. So they are
 * found first, and kept from others who look for the best, and then leased.
 */
@Component
class BestSeats {

    /** As long as a gateway may need between the two calls; seats of one that died come back then. */
    private static final Duration RESERVED = Duration.ofSeconds(2);

    /** Who leases seats by name may be quicker. */
    private static final int ATTEMPTS = 10;

    private final ShowScripts scripts;
    private final Layouts layouts;
    private final Duration maxLifetime;

    BestSeats(ShowScripts scripts, Layouts layouts, GatewayProperties properties) {
        this.scripts = scripts;
        this.layouts = layouts;
        this.maxLifetime = properties.lease().maxLifetime();
    }

    /**
     * Leases the best seats there are, side by side where they can be.
     *
     * @param section null for the whole show
     * @throws Refusal 409 when there are not enough, or not enough side by side; 404 when there is no such show
     */
    BestLease lease(
            String showId, UUID userId, int quantity, boolean adjacent, @Nullable String section, Duration ttl) {
        if (section != null && layouts.get(showId).section(section) == null) {
            // It may have been added through another gateway.
            layouts.recent(showId);
        }
        String shortest = millis(ttl.compareTo(maxLifetime) < 0 ? ttl : maxLifetime);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Answer chosen = granted(
                    scripts.ask(
                            Script.CHOOSE,
                            showId,
                            List.of(),
                            places -> choice(places, userId, quantity, adjacent, section)),
                    List.of());
            List<String> seatIds = chosen.parts().stream()
                    .skip(2)
                    .map(place -> chosen.places().seatAt(ShowScripts.number(place) - MapHead.LENGTH))
                    .toList();
            Answer taken = scripts.ask(Script.TAKE, showId, seatIds, withPlaces(seatIds, userId.toString(), shortest));
            if (!taken.is("AGAIN")) {
                boolean together = chosen.parts().get(1).equals(1L);
                return new BestLease(seatIds, together, ShowScripts.lease(granted(taken, seatIds)));
            }
        }
        throw Refusal.unavailable("the seat map", null);
    }

    private static List<String> choice(
            Places places, UUID userId, int quantity, boolean adjacent, @Nullable String section) {
        Places.Section part = section == null ? null : places.section(section);
        // Without a section the whole line; 0, which is in the head, for one that is not there.
        int from = section == null ? MapHead.LENGTH : part == null ? 0 : MapHead.LENGTH + part.from();
        int to = part == null ? -1 : MapHead.LENGTH + part.to();
        return List.of(
                MapHead.layout(places.version()),
                userId.toString(),
                String.valueOf(quantity),
                adjacent ? "1" : "0",
                String.valueOf(from),
                String.valueOf(to),
                millis(RESERVED));
    }
}
