package seatkeeper.standalone.crowd;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;

/**
 * One crowd at a time. Only the standalone system has this; its GET takes the place of the gateway's file of the same
 * name, which tells the page that there is no crowd.
 */
@RestController
@RequestMapping("/crowd.json")
public class CrowdController implements DisposableBean {

    private static final int MAX_BUYERS = 1_000;
    private static final int MAX_SECONDS = 120;

    private final Environment environment;
    private @Nullable Crowd crowd;

    CrowdController(Environment environment) {
        this.environment = environment;
    }

    record Request(
            @Nullable String showId,
            @Nullable Integer buyers,
            @Nullable Integer seconds) {}

    /**
     * How it goes.
     *
     * @param available always: there is a crowd to be had
     * @param seconds how long it lasts; 0 when there has been none yet
     * @param leased seats the buyers hold now
     * @param booked seats they got
     * @param lost how often somebody else was first
     */
    record Status(
            boolean available,
            boolean running,
            long seconds,
            double leftSeconds,
            int leased,
            int booked,
            int lost,
            double bookingsPerSecond) {

        private static final Status NONE = new Status(true, false, 0, 0, 0, 0, 0, 0);
    }

    @GetMapping
    synchronized Status status() {
        return crowd == null ? Status.NONE : crowd.status();
    }

    /** Starts one, unless there is one already. */
    @PostMapping
    synchronized Status start(@RequestBody Request request) {
        String showId = Ids.name("show_id", request.showId);
        int buyers = within("buyers", request.buyers, MAX_BUYERS);
        int seconds = within("seconds", request.seconds, MAX_SECONDS);
        if (crowd == null || !crowd.status().running()) {
            URI gateway = URI.create("http://127.0.0.1:" + environment.getRequiredProperty("local.server.port"));
            crowd = new Crowd(gateway, showId, Duration.ofSeconds(seconds));
            crowd.enter(buyers);
        }
        return crowd.status();
    }

    @DeleteMapping
    synchronized Status stop() {
        if (crowd != null) {
            crowd.stop();
        }
        return status();
    }

    @Override
    public synchronized void destroy() {
        stop();
    }

    private static int within(String field, @Nullable Integer value, int max) {
        if (value == null || value < 1 || value > max) {
            throw new InvalidField(field, "must lie between 1 and " + max);
        }
        return value;
    }
}
