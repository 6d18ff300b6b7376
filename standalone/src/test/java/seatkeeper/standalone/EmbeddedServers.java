package seatkeeper.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;

/** The servers of the standalone system, in a folder that goes with them. */
final class EmbeddedServers implements TestServers {

    private final Path folder = folder();
    private final LocalServers servers = LocalServers.start(folder, Ports.ANY);

    @Override
    public ConfigurableApplicationContext start(SpringApplicationBuilder application, String... args) {
        return LocalApplications.on(servers).start(application, args);
    }

    @Override
    public String jdbcUrl() {
        return servers.postgres().jdbcUrl();
    }

    @Override
    public String bootstrapServers() {
        return servers.kafka().bootstrapServers();
    }

    @Override
    public String redisUrl() {
        return servers.redis().uri();
    }

    @Override
    public Restore kafkaStopped() {
        servers.kafka().stop();
        return servers.kafka()::start;
    }

    @Override
    public Restore postgresStopped() {
        servers.postgres().stop();
        return servers.postgres()::start;
    }

    @Override
    public Restore redisStopped() {
        servers.redis().stop();
        return servers.redis()::start;
    }

    @Override
    public void close() {
        servers.close();
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "system-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
