package seatkeeper.faults;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A JVM of ours that can be killed, frozen and started again; it writes to a log file, and ends with this one. */
final class Jvm {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String name;
    private final String ready;
    private final List<String> command;
    private final Path log;
    private Process process;
    /** Where the log of the present process begins. */
    private long logBegin;

    /**
     * A JVM that is not started yet.
     *
     * @param patches folders of classes that take the place of others
     * @param ready what it logs when it is
     */
    Jvm(String name, Path folder, List<Path> patches, String ready, Class<?> main, List<String> arguments) {
        this.name = name;
        this.ready = ready;
        this.log = folder.resolve(name + ".log");
        List<String> classPath =
                new ArrayList<>(patches.stream().map(Path::toString).toList());
        classPath.add(System.getProperty("java.class.path"));
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (main == KafkaNode.class ? 256 : 192) + "m",
                "-XX:+UseSerialGC",
                // Starts are many and lives short.
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                String.join(File.pathSeparator, classPath),
                Child.class.getName(),
                main.getName()));
        command.addAll(arguments);
    }

    /** Does nothing when it runs. */
    synchronized void start(Map<String, String> environment) {
        if (isAlive()) {
            return;
        }
        try {
            logBegin = Files.exists(log) ? Files.size(log) : 0;
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void start() {
        start(Map.of());
    }

    void awaitReady() {
        await(name + " is ready, see " + log).atMost(PATIENCE).until(this::isReady);
    }

    synchronized boolean isReady() {
        try {
            return isAlive() && Files.exists(log) && new String(log(), StandardCharsets.UTF_8).contains(ready);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] log() throws IOException {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(logBegin);
            return in.readAllBytes();
        }
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The most memory it ever had, of all kinds. */
    long peakMegabytes() throws IOException {
        try (Stream<String> status = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
            return status.filter(line -> line.startsWith("VmHWM"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    / 1024;
        }
    }

    /** SIGKILL. */
    void kill() {
        end(process::destroyForcibly);
    }

    /** SIGTERM, and then the time it takes. */
    void stop() {
        end(process::destroy);
    }

    private void end(Runnable signal) {
        if (process != null) {
            signal.run();
            await(name + " ends").atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive());
        }
    }

    /** SIGSTOP: it keeps its connections and does nothing. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(signal, process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
