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

    static LocalApplications start(LocalServers servers, String... args) {
        return new LocalApplications(worker(servers, args), gateway(servers, args));
    }

    static ConfigurableApplicationContext worker(LocalServers servers, String... args) {
        return WorkerApplication.application().run(with(servers, args));
    }

    static ConfigurableApplicationContext gateway(LocalServers servers, String... args) {
        return GatewayApplication.application().sources(CrowdController.class).run(with(servers, args));
    }

    /** As it is deployed: without what is only here for trying it out. */
    static ConfigurableApplicationContext plainGateway(LocalServers servers, String... args) {
        return GatewayApplication.application().run(with(servers, args));
    }

    private static String[] with(LocalServers servers, String... args) {
        return Stream.concat(
                        Stream.of(
                                "--spring.datasource.url=" + servers.postgres().jdbcUrl(),
                                "--spring.kafka.bootstrap-servers=127.0.0.1:"
                                        + servers.ports().kafka(),
                                "--booking.operator-key=" + OPERATOR_KEY,
                                "--spring.data.redis.host=127.0.0.1",
                                "--spring.data.redis.port=" + servers.ports().redis()),
                        Stream.of(args))
                .toArray(String[]::new);
    }
}
