package seatkeeper.gateway.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Makes bounds that can be watched: what is taken, of how much, and who was refused. */
@Component
public class Bounds {

    private final MeterRegistry metrics;

    Bounds(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /**
     * A bound.
     *
     * @param name the label of its metrics
     * @param detail what a caller beyond it is told
     */
    public Bound bound(String name, int most, String detail) {
        Bound bound = new Bound(most, detail, refusals(name));
        watch(name, bound::taken, most);
        return bound;
    }

    void watch(String name, Supplier<Number> taken, int most) {
        Gauge.builder("seatkeeper.bound.taken", taken)
                .description("What callers have of something that is bounded")
                .tag("bound", name)
                .register(metrics);
        Gauge.builder("seatkeeper.bound.limit", () -> most)
                .description("How much of it they may have")
                .tag("bound", name)
                .register(metrics);
    }

    Counter refusals(String name) {
        return Counter.builder("seatkeeper.bound.refusals")
                .description("Calls refused because a bound was reached")
                .tag("bound", name)
                .register(metrics);
    }
}
