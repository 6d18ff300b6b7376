package seatkeeper.standalone.servers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder all data lives in, locked for one JVM. The operating system frees the lock of a crashed one, so the file
 * itself says nothing and is never deleted.
 */
final class DataFolder implements AutoCloseable {

    /** Closing any channel on a file frees this JVM's lock on it, so a second one must not even be opened. */
    private static final Set<Path> OPEN_IN_THIS_JVM = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static DataFolder open(Path folder) {
        var path = created(folder);
        if (!OPEN_IN_THIS_JVM.add(path)) {
            throw alreadyRunning(path, Long.toString(ProcessHandle.current().pid()));
        }
        FileChannel lock = null;
        try {
            lock = FileChannel.open(path.resolve("lock"), CREATE, READ, WRITE);
            if (lock.tryLock() == null) {
                throw alreadyRunning(path, read(lock));
            }
            lock.truncate(0);
            lock.write(UTF_8.encode(Long.toString(ProcessHandle.current().pid())), 0);
            return new DataFolder(path, lock);
        } catch (IOException e) {
            release(path, lock);
            throw new StartFailure("cannot lock the data folder %s: %s".formatted(path, e), e);
        } catch (StartFailure e) {
            release(path, lock);
            throw e;
        }
    }

    /** The folder of one server, made by the given maker at the first start. */
    Path folder(String name, WholeFolder.Maker maker) throws Exception {
        return WholeFolder.make(path, name, maker);
    }

    Path file(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        release(path, lock);
    }

    private static Path created(Path folder) {
        try {
            var path = Files.createDirectories(folder).toRealPath();
            if (path.toString().contains(",")) {
                throw new StartFailure(
                        "the data folder %s has a comma in its path: Kafka cannot use it".formatted(path));
            }
            return path;
        } catch (IOException e) {
            throw new StartFailure("cannot create the data folder %s: %s".formatted(folder, e), e);
        }
    }

    private static void release(Path path, @Nullable FileChannel lock) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OPEN_IN_THIS_JVM.remove(path);
        }
    }

    private static String read(FileChannel lock) throws IOException {
        var pid = ByteBuffer.allocate(20);
        lock.read(pid, 0);
        return UTF_8.decode(pid.flip()).toString();
    }

    private static StartFailure alreadyRunning(Path path, String pid) {
        return new StartFailure("Seatkeeper is already running on %s (pid %s); stop it or set --data=<other folder>"
                .formatted(path, pid));
    }
}
