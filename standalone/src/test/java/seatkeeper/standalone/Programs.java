package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.delayedExecutor;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Programs that are on the machine, or not. */
final class Programs {

    private Programs() {}

    /** Skips the test, or fails it where the environment says {@code required} under that name, as CI does. */
    static void require(String variable, boolean there, String otherwise) {
        if (!there) {
            if ("required".equals(System.getenv(variable))) {
                fail(otherwise);
            }
            abort(otherwise);
        }
    }

    static boolean installed(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** A JVM as short-lived as a test. */
    static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** What the program printed; it has to end well, within a minute. */
    static String run(String input, String... command) throws IOException, InterruptedException {
        return run(input, List.of(command));
    }

    static String run(String input, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        // Ends the reading below, too, when it takes too long.
        CompletableFuture<Void> watchdog =
                CompletableFuture.runAsync(process::destroyForcibly, delayedExecutor(60, SECONDS));
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        int status = process.waitFor();
        watchdog.cancel(false);
        assertThat(status).as(printed).isZero();
        return printed;
    }
}
