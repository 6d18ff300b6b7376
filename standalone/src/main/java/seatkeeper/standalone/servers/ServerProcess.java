package seatkeeper.standalone.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that is a process of its own. It outlives a killed JVM: the next start finds it by its pid file, makes
 * sure by its command line that it is ours and on this folder, and stops it.
 */
abstract sealed class ServerProcess extends Server permits PostgresServer, RedisServer {

    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    /** Long, because a server recovers after a crash before it is ready. */
    private static final Duration START_LIMIT = Duration.ofMinutes(5);

    private static final long LOG_LIMIT_BYTES = 16L << 20;

    /** Where a server's children outlive it for a moment, as PostgreSQL's do, it cannot start until they are gone. */
    private static final Duration LEFTOVERS_LIMIT = Duration.ofSeconds(15);

    private static final Duration PORT_LIMIT = Duration.ofSeconds(1);

    private final String name;
    private final String option;
    private final int port;
    private final DataFolder folder;
    private final Path logFile;
    private @Nullable Process process;

    ServerProcess(String name, String option, int port, DataFolder folder) {
        this.name = name;
        this.option = option;
        this.port = port;
        this.folder = folder;
        this.logFile = folder.file(option + ".log");
    }

    /** Where the server itself writes its pid, in the first line. */
    abstract Path pidFile();

    /** Unpacks and makes the data folder first, where it must. */
    abstract List<String> command() throws Exception;

    /** The arguments, side by side in the command line, that no process has but this server on this data folder. */
    abstract List<String> mark();

    abstract boolean isReady(long pid) throws IOException;

    /** What the applications expect to find in a server that is ready. */
    abstract void furnish() throws Exception;

    /** From the gentlest to the roughest, each with its time; at the end comes a kill. */
    abstract List<Signal> stopSignals();

    /** Whether the hindrance goes away, perhaps because it is removed here. */
    abstract boolean isPassing(String reason);

    record Signal(String name, Duration patience) {}

    public int port() {
        return port;
    }

    public synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        return process.pid();
    }

    @Override
    void requirePort() {
        if (orphan().isEmpty() && !Ports.isFree(port)) {
            throw new StartFailure("port %d for %s is taken; set --%s-port=...".formatted(port, name, option));
        }
    }

    @Override
    public synchronized void start() {
        if (process != null && isOurs(process.toHandle())) {
            return;
        }
        long began = System.nanoTime();
        try {
            orphan().ifPresent(this::stopOrphan);
            awaitPort();
            launch();
            furnish();
        } catch (StartFailure e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StartFailure.of(name, e);
        } catch (Exception e) {
            throw StartFailure.of(name, e);
        }
        log.info("{} is ready on port {} after {} ms", name, port, (System.nanoTime() - began) / 1_000_000);
    }

    @Override
    public synchronized void stop() {
        if (process != null) {
            stop(process.toHandle());
            process = null;
        }
    }

    /** As a crash would: no server code runs any more. */
    public synchronized void kill() {
        if (process != null) {
            kill(process.toHandle());
        }
    }

    /** It keeps its connections and answers nothing until {@link #thaw}. */
    public void freeze() {
        signal("STOP", tree(ProcessHandle.of(pid()).orElseThrow()));
    }

    public void thaw() {
        signal("CONT", tree(ProcessHandle.of(pid()).orElseThrow()));
    }

    DataFolder folder() {
        return folder;
    }

    /** Runs a tool of the server to its end. */
    void run(List<String> command) throws IOException, InterruptedException {
        long logged = logSize();
        var tool = spawn(command);
        if (tool.waitFor() != 0) {
            throw failure(lastWords(tool, logged));
        }
    }

    /** A process that is being ended loses its arguments first and its port a moment later. */
    private void awaitPort() throws InterruptedException {
        long deadline = System.nanoTime() + PORT_LIMIT.toNanos();
        while (!Ports.isFree(port) && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
        requirePort();
    }

    private void launch() throws Exception {
        long leftoversDeadline = System.nanoTime() + LEFTOVERS_LIMIT.toNanos();
        while (true) {
            long logged = logSize();
            var started = spawn(command());
            process = started;
            if (becomesReady(started)) {
                return;
            }
            var reason = lastWords(started, logged);
            requirePort();
            if (!isPassing(reason) || System.nanoTime() > leftoversDeadline) {
                throw failure(reason);
            }
            Thread.sleep(200);
        }
    }

    private boolean becomesReady(Process started) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (started.isAlive()) {
            if (isReady(started.pid())) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                kill(started.toHandle());
                throw failure("not ready after " + START_LIMIT);
            }
            Thread.sleep(10);
        }
        return false;
    }

    private Process spawn(List<String> command) throws IOException {
        if (logSize() > LOG_LIMIT_BYTES) {
            Files.move(logFile, folder.file(option + ".log.old"), StandardCopyOption.REPLACE_EXISTING);
        }
        var builder = new ProcessBuilder(OwnSession.of(command))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
        return builder.start();
    }

    private Optional<ProcessHandle> orphan() {
        return recorded().filter(this::isOurs);
    }

    /** The process that has the recorded pid now, which may be any. */
    Optional<ProcessHandle> recorded() {
        try (var lines = Files.lines(pidFile())) {
            return lines.findFirst().map(String::strip).map(Long::parseLong).flatMap(ProcessHandle::of);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Also tells a process that is gone from one that is: nobody may ever reap an orphan, but it loses its arguments. */
    boolean isOurs(ProcessHandle handle) {
        var arguments = List.of(handle.info().arguments().orElse(new String[0]));
        return handle.isAlive() && Collections.indexOfSubList(arguments, mark()) >= 0;
    }

    private void stopOrphan(ProcessHandle orphan) {
        log.info("{} (pid {}) was left over from a killed run: stopping it", name, orphan.pid());
        stop(orphan);
    }

    private void stop(ProcessHandle handle) {
        signal("CONT", tree(handle));
        for (var signal : stopSignals()) {
            signal(signal.name(), List.of(handle));
            if (isGoneAfter(handle, signal.patience())) {
                return;
            }
            log.warn(
                    "{} (pid {}) did not stop within {} of SIG{}",
                    name,
                    handle.pid(),
                    signal.patience(),
                    signal.name());
        }
        kill(handle);
    }

    private void kill(ProcessHandle handle) {
        var tree = tree(handle);
        tree.forEach(ProcessHandle::destroyForcibly);
        if (!isGoneAfter(handle, Duration.ofSeconds(10))) {
            log.warn("{} (pid {}) did not end within 10 s of SIGKILL", name, handle.pid());
        }
    }

    private boolean isGoneAfter(ProcessHandle handle, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean interrupted = false;
        while (isOurs(handle) && System.nanoTime() < deadline) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !isOurs(handle);
    }

    private static List<ProcessHandle> tree(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants()).toList();
    }

    /** Through the shell, where kill is built in: Java knows two signals only, and a slim image has no /bin/kill. */
    private static void signal(String signal, List<ProcessHandle> handles) {
        var pids = handles.stream().map(handle -> Long.toString(handle.pid())).collect(Collectors.joining(" "));
        try {
            new ProcessBuilder("sh", "-c", "kill -%s %s".formatted(signal, pids))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long logSize() throws IOException {
        return Files.exists(logFile) ? Files.size(logFile) : 0;
    }

    /** The line in which the process said why it ends; others may write to the log too. */
    private String lastWords(Process ended, long logged) throws IOException {
        List<String> lines;
        try (var log = Files.newInputStream(logFile)) {
            log.skipNBytes(Math.min(logged, logSize()));
            lines = new String(log.readAllBytes(), UTF_8).lines().toList();
        }
        return lines.stream()
                .filter(line -> line.contains("error:")
                        || (line.contains("FATAL") && line.contains("[%d]".formatted(ended.pid()))))
                .findFirst()
                .or(() -> lines.stream().reduce((_, last) -> last))
                .orElse("it ended without a word")
                .replaceFirst(".*(?=FATAL)", "")
                .strip();
    }

    private StartFailure failure(String reason) {
        return new StartFailure("%s did not start: %s (see %s)".formatted(name, reason, logFile));
    }
}
