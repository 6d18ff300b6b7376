package seatkeeper.gateway.web;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import seatkeeper.contract.Code;

/** Counts operations, and logs them (debug), by their result: one that is good, or the code of the refusal. */
@Component
public class Results {

    /** What is counted. */
    public enum Of {
        LEASES("seatkeeper.leases", "Calls that lease seats"),
        COMMANDS("seatkeeper.commands.submitted", "Commands submitted over HTTP");

        private final String meter;
        private final String description;

        Of(String meter, String description) {
            this.meter = meter;
            this.description = description;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Results.class);

    private final MeterRegistry registry;

    Results(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Does the work and counts it.
     *
     * @param good names the result of work that was not refused
     */
    public <T> T count(Of of, String operation, Supplier<T> work, Function<T, String> good) {
        try {
            T answer = work.get();
            count(of, operation, good.apply(answer));
            return answer;
        } catch (Refusal e) {
            count(of, operation, e.code().name());
            throw e;
        } catch (DataAccessException | TransactionException e) {
            count(of, operation, Code.UNAVAILABLE.name());
            throw e;
        }
    }

    private void count(Of of, String operation, String result) {
        log.debug("{}: {}", operation, result);
        Counter.builder(of.meter)
                .description(of.description)
                .tags("operation", operation, "result", result)
                .register(registry)
                .increment();
    }
}
