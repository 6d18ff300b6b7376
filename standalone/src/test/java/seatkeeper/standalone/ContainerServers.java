package seatkeeper.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;
import seatkeeper.standalone.servers.Ports;
import seatkeeper.standalone.servers.PostgresServer;

/** Containers of the images in docker-compose.yml, in a context of their own that outlives the applications'. */
final class ContainerServers implements TestServers {

    /** As docker-compose.yml asks whether they are ready: after a restart, too, when the log has said so before. */
    private static final WaitStrategy KAFKA =
            // The listener for inside: that on 9092 sends its clients to the port outside.
            succeeds("/opt/kafka/bin/kafka-broker-api-versions.sh --bootstrap-server localhost:9093");

    private static final WaitStrategy POSTGRES =
            succeeds("pg_isready -h 127.0.0.1 -U " + PostgresServer.USER + " -d " + PostgresServer.DATABASE);

    private static final WaitStrategy REDIS = succeeds("redis-cli ping | grep -q PONG");

    private final ConfigurableApplicationContext context = new SpringApplicationBuilder(Containers.class)
            .web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .registerShutdownHook(false)
            .run();
    private final KafkaContainer kafka = context.getBean(KafkaContainer.class);
    private final PostgreSQLContainer postgres = context.getBean(PostgreSQLContainer.class);
    private final GenericContainer<?> redis = context.getBean("redis", GenericContainer.class);

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(ServiceConnectionAutoConfiguration.class)
    static class Containers {

        /** Fixed, since clients of a server that was restarted look for it where it was. */
        private final int firstPort = Ports.firstOfFree(3);

        @Bean
        @ServiceConnection
        KafkaContainer kafka() throws IOException {
            KafkaContainer kafka = new KafkaContainer(image("apache/kafka"))
                    .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
                    .withEnv("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m")
                    .waitingFor(KAFKA);
            kafka.setPortBindings(binding(firstPort, 9092));
            return kafka;
        }

        @Bean
        @ServiceConnection
        PostgreSQLContainer postgres() throws IOException {
            PostgreSQLContainer postgres = new PostgreSQLContainer(image("postgres"))
                    .withUsername(PostgresServer.USER)
                    .withDatabaseName(PostgresServer.DATABASE)
                    .withEnv("POSTGRES_HOST_AUTH_METHOD", "trust")
                    .waitingFor(POSTGRES);
            postgres.setPortBindings(binding(firstPort + 1, 5432));
            return postgres;
        }

        @Bean
        @ServiceConnection("redis")
        GenericContainer<?> redis() throws IOException {
            GenericContainer<?> redis = new GenericContainer<>(image("redis"))
                    .withExposedPorts(6379)
                    .waitingFor(REDIS);
            redis.setPortBindings(binding(firstPort + 2, 6379));
            return redis;
        }

        /** At the address under which the engine is reached, and at no other: Postgres asks for no password. */
        private static List<String> binding(int port, int inside) throws UnknownHostException {
            InetAddress engine =
                    InetAddress.getByName(DockerClientFactory.instance().dockerHostIpAddress());
            return List.of(engine.getHostAddress() + ":" + port + ":" + inside);
        }

        private static DockerImageName image(String name) throws IOException {
            return Files.readAllLines(Path.of("..", "docker-compose.yml")).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("image: " + name + ":"))
                    .map(line -> DockerImageName.parse(line.substring("image: ".length())))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Override
    public ConfigurableApplicationContext start(SpringApplicationBuilder application, String... args) {
        return application.initializers(this::connect).run(args);
    }

    /** Not by a parent context: its environment is its children's too, and with it the port of whoever started last. */
    private void connect(ConfigurableApplicationContext application) {
        context.getBeansOfType(ConnectionDetails.class).forEach(application.getBeanFactory()::registerSingleton);
    }

    @Override
    public String jdbcUrl() {
        return postgres.getJdbcUrl();
    }

    @Override
    public String bootstrapServers() {
        return kafka.getBootstrapServers();
    }

    @Override
    public String redisUrl() {
        return "redis://" + redis.getHost() + ":" + redis.getMappedPort(6379);
    }

    @Override
    public Restore kafkaStopped() {
        return stopped(kafka, KAFKA);
    }

    @Override
    public Restore postgresStopped() {
        return stopped(postgres, POSTGRES);
    }

    @Override
    public Restore redisStopped() {
        return stopped(redis, REDIS);
    }

    /** By the engine, since Testcontainers itself would start another container. */
    private static Restore stopped(GenericContainer<?> container, WaitStrategy ready) {
        String id = container.getContainerId();
        container.getDockerClient().stopContainerCmd(id).exec();
        return () -> {
            container.getDockerClient().startContainerCmd(id).exec();
            ready.waitUntilReady(container);
        };
    }

    @Override
    public void close() {
        context.close();
    }

    /** A minute, which is the default, is not enough for Kafka on a busy machine. */
    private static WaitStrategy succeeds(String command) {
        return Wait.forSuccessfulCommand(command).withStartupTimeout(Duration.ofMinutes(3));
    }
}
