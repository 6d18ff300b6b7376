package seatkeeper.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM of ours, ready when it is waited for; it writes to a log file. */
final class Child implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern READY = Pattern.compile("(?:api-gateway|booking-worker) is ready(?: on port (\\d+))?");

    private final Process process;
    private final Path log;
    private int port;
    private long peakKilobytes;

    private Child(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Child start(Path log, List<String> jvmOptions, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", absolute(System.getProperty("java.class.path")), main.getName()));
        command.addAll(arguments);
        try {
            ProcessBuilder jvm =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            // As in the image.
            jvm.environment().put("MALLOC_ARENA_MAX", "2");
            return new Child(jvm.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A gateway's HTTP port, once it is ready; a worker has none. */
    int port() {
        return port;
    }

    /** The most memory it has had resident so far; 0 where the system does not say. */
    double peakMegabytes() {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            if (process.isAlive() && Files.exists(status)) {
                peakKilobytes = Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(peakKilobytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return peakKilobytes / 1024.0;
    }

    /** Leaves the machine to others, until thawed; the rest of the system sees a process that does not answer. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Stops it as an operator would. */
    @Override
    public void close() {
        double _ = peakMegabytes();
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            Matcher ready = READY.matcher(Files.readString(log));
            if (ready.find()) {
                port = ready.group(1) == null ? 0 : Integer.parseInt(ready.group(1));
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("not ready:\n" + Files.readString(log));
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(Pattern.quote(File.pathSeparator), -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
