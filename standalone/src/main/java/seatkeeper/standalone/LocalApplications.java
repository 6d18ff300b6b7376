package seatkeeper.standalone;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.standalone.crowd.CrowdController;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.worker.WorkerApplication;

/**
 * A worker and a gateway in this process, against local servers: two applications, two contexts, that share nothing but
 * the class path.
 */
final class LocalApplications {

    /** For everybody on this machine; the gateways are open to nobody else. */
    static final String OPERATOR_KEY = "operator";

    private static final List<String> SETTINGS =
            List.of("--booking.operator-key=" + OPERATOR_KEY, "--management.server.port=0");

    private LocalApplications() {}

    /** Where the servers are: starts an application on them, with arguments that win over what it sets itself. */
    @FunctionalInterface
    interface Servers {
        ConfigurableApplicationContext start(SpringApplicationBuilder application, String... args);
    }

    static Servers on(LocalServers servers) {
        List<String> addresses = List.of(
                "--spring.datasource.url=" + servers.postgres().jdbcUrl(),
                "--spring.kafka.bootstrap-servers=" + servers.kafka().bootstrapServers(),
                "--spring.data.redis.host=127.0.0.1",
                "--spring.data.redis.port=" + servers.redis().port());
        return (application, args) -> application.run(with(addresses, args));
    }

    static ConfigurableApplicationContext worker(Servers servers, String... args) {
        // The HTTP port is the gateway's; the worker has that of its management only.
        String[] own =
                Stream.of(args).filter(arg -> !arg.startsWith("--server.port=")).toArray(String[]::new);
        return servers.start(WorkerApplication.application(), with(SETTINGS, own));
    }

    static ConfigurableApplicationContext gateway(Servers servers, String... args) {
        return servers.start(GatewayApplication.application().sources(CrowdController.class), with(SETTINGS, args));
    }

    /** As it is deployed: without what is only here for trying it out. */
    static ConfigurableApplicationContext plainGateway(Servers servers, String... args) {
        return servers.start(GatewayApplication.application(), with(SETTINGS, args));
    }

    /** The arguments, and what they leave open. */
    private static String[] with(List<String> ours, String... args) {
        return Stream.concat(
                        ours.stream().filter(our -> Stream.of(args).noneMatch(arg -> arg.startsWith(name(our)))),
                        Stream.of(args))
                .toArray(String[]::new);
    }

    private static String name(String argument) {
        return argument.substring(0, argument.indexOf('=') + 1);
    }
}
