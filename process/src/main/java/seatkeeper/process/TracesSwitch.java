package seatkeeper.process;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** {@code booking.traces}: without it there are no tracers at all, and no call pays for one that does nothing. */
class TracesSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

    private boolean on;

    @Override
    public void setEnvironment(Environment environment) {
        on = environment.getProperty("booking.traces", Boolean.class, false);
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurations, AutoConfigurationMetadata metadata) {
        boolean[] wanted = new boolean[autoConfigurations.length];
        for (int i = 0; i < wanted.length; i++) {
            String name = autoConfigurations[i];
            wanted[i] = on
                    || name == null
                    || Stream.of("micrometer.tracing.", "opentelemetry.", "data.redis.autoconfigure.observation.")
                            .noneMatch(part -> name.startsWith("org.springframework.boot." + part));
        }
        return wanted;
    }
}
