package seatkeeper.standalone.servers;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;
import redis.embedded.RedisExecProvider;

/**
 * The programs of PostgreSQL and Redis, unpacked once into the user's cache. The libraries' own unpacking is not
 * used: one killed midway leaves half a PostgreSQL for good, and Redis would be unpacked at every start.
 */
final class Binaries {

    private static final String SYSTEM = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
    private static final String MACHINE =
            System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");

    private Binaries() {}

    /** The folder with bin/postgres. Named by the content, since the library does not tell the version. */
    static Path postgres() throws Exception {
        byte[] archive;
        try (var packed = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(SYSTEM, MACHINE)) {
            archive = packed.readAllBytes();
        }
        var digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive), 0, 8);
        return cached("postgres-" + digest, folder -> unpack(new ByteArrayInputStream(archive), folder));
    }

    static Path redis() throws Exception {
        var name = "redis-%s-%s-%s"
                .formatted(RedisExecProvider.redisVersion, SYSTEM, MACHINE)
                .toLowerCase(Locale.ROOT);
        return cached(name, Binaries::copyRedis).resolve("redis-server");
    }

    /** Several JVMs may want to unpack at once: the first does, the others wait. */
    private static synchronized Path cached(String name, WholeFolder.Maker maker) throws Exception {
        var cache = Files.createDirectories(cache());
        var lockFile = cache.resolve(name + ".lock");
        try (var channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            return WholeFolder.make(cache, name, maker);
        }
    }

    private static Path cache() {
        var configured = System.getenv("XDG_CACHE_HOME");
        var root = configured == null || configured.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        return root.resolve("seatkeeper");
    }

    private static void copyRedis(Path folder) throws IOException {
        var unpacked = RedisExecProvider.defaultProvider().get().toPath();
        var server = Files.copy(unpacked, folder.resolve("redis-server"));
        makeExecutable(server);
    }

    private static void unpack(InputStream archive, Path folder) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(archive))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var target = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(tar, target);
                    if ((entry.getMode() & 0100) != 0) {
                        makeExecutable(target);
                    }
                }
            }
        }
    }

    private static void makeExecutable(Path file) throws IOException {
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + file + " executable");
        }
    }
}
