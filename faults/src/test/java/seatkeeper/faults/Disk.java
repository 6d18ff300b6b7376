package seatkeeper.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** The folder of one run; where we may mount, Postgres has a small disk of its own in it. */
final class Disk implements AutoCloseable {

    /** Enough for a million commands. */
    private static final String SIZE = "3g";

    private final Path folder;
    private final boolean isMounted;

    Disk(boolean mayMount) {
        try {
            folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "faults-");
            Files.createDirectories(postgres());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        isMounted = mayMount
                && runs(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=" + SIZE,
                        "tmpfs",
                        postgres().toString());
    }

    Path folder() {
        return folder;
    }

    Path postgres() {
        return folder.resolve("postgres-disk");
    }

    /** Where Redis keeps its data. */
    Path redis() {
        return folder.resolve("redis/redis");
    }

    void fill() {
        if (!isMounted) {
            throw new Blow.NotPossible("only root can mount a small disk");
        }
        try (OutputStream out = Files.newOutputStream(ballast())) {
            byte[] block = new byte[1 << 16];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            // Full.
        }
    }

    void empty() {
        try {
            Files.deleteIfExists(ballast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path ballast() {
        return postgres().resolve("ballast");
    }

    @Override
    public void close() {
        if (isMounted) {
            // Lazily: the lock on the folder is held as long as this JVM lives.
            runs("umount", "--lazy", postgres().toString());
        }
    }

    /** The logs of a run that went well are of no use to anybody. */
    void delete() {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
