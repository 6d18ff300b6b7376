package seatkeeper.process;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** To be imported by an application, which declares a {@link Dependency} bean for each server it needs. */
@Configuration(proxyBeanMethods = false)
public class ProcessConfiguration {

    @Bean
    Traces traces(ObjectProvider<Tracer> tracer, ObjectProvider<Propagator> propagator) {
        return new Traces(tracer.getIfAvailable(), propagator.getIfAvailable());
    }

    /**
     * Holds the start up until every server has been there once. By then the process is alive and its health answers;
     * it is ready when this is over.
     */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ApplicationRunner waitForDependencies(List<Dependency> dependencies) {
        return _ -> {
            CompletableFuture<Void> all = new CompletableFuture<>();
            CompletableFuture<?>[] each = dependencies.stream()
                    .map(dependency -> dependency.found().whenComplete((_, failure) -> {
                        if (failure != null) {
                            all.completeExceptionally(failure);
                        }
                    }))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture<?> _ = CompletableFuture.allOf(each).thenRun(() -> all.complete(null));
            try {
                all.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Misconfigured wrong ? wrong : e;
            }
        };
    }
}
