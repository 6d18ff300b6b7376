package seatkeeper.standalone;

import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import seatkeeper.gateway.GatewayApplication;
import seatkeeper.standalone.crowd.CrowdController;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.worker.WorkerApplication;

/**
 * A worker and a gateway in this process, against local servers: two applications, two contexts, that share nothing but
 * the class path.
 */
record LocalApplications(ConfigurableApplicationContext worker, ConfigurableApplicationContext gateway) {

    /** For everybody on this machine; the gateways are open to nobody else. */
    static final String OPERATOR_KEY = "operator";

    /**
     * Starts both; ready when this returns.
     *
     * @param managementPort of the gateway; the worker has the next one
     */
    static LocalApplications start(LocalServers servers, int managementPort, String... args) {
        return new LocalApplications(
                worker(servers, with(managementPort + 1, args)), gateway(servers, with(managementPort, args)));
    }

    private static String[] with(int managementPort, String... args) {
        return Stream.concat(Stream.of("--management.server.port=" + managementPort), Stream.of(args))
                .toArray(String[]::new);
    }

    static ConfigurableApplicationContext worker(LocalServers servers, String... args) {
        // The HTTP port is the gateway's; the worker has that of its management only.
        String[] own =
                Stream.of(args).filter(arg -> !arg.startsWith("--server.port=")).toArray(String[]::new);
        return WorkerApplication.application().run(with(servers, own));
    }

    static ConfigurableApplicationContext gateway(LocalServers servers, String... args) {
        return GatewayApplication.application().sources(CrowdController.class).run(with(servers, args));
    }

    /** As it is deployed: without what is only here for trying it out. */
    static ConfigurableApplicationContext plainGateway(LocalServers servers, String... args) {
        return GatewayApplication.application().run(with(servers, args));
    }

    /** The arguments, and what they leave open. */
    private static String[] with(LocalServers servers, String... args) {
        return Stream.concat(
                        Stream.of(
                                        "--spring.datasource.url="
                                                + servers.postgres().jdbcUrl(),
                                        "--spring.kafka.bootstrap-servers=127.0.0.1:"
                                                + servers.ports().kafka(),
                                        "--booking.operator-key=" + OPERATOR_KEY,
                                        "--spring.data.redis.host=127.0.0.1",
                                        "--spring.data.redis.port="
                                                + servers.ports().redis(),
                                        "--management.server.port=0")
                                .filter(ours -> Stream.of(args).noneMatch(arg -> arg.startsWith(name(ours)))),
                        Stream.of(args))
                .toArray(String[]::new);
    }

    private static String name(String argument) {
        return argument.substring(0, argument.indexOf('=') + 1);
    }
}
