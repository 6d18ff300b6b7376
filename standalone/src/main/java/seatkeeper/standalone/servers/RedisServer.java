package seatkeeper.standalone.servers;

import static java.net.InetAddress.ofLiteral;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Redis with an append-only file: a crash of the machine costs at most the last second, one of Redis nothing. */
public final class RedisServer extends ServerProcess {

    /** Without a title of its own the process keeps the command line by which we know it again. */
    private static final Map<String, String> SETTINGS = Map.of(
            "bind", "127.0.0.1",
            "appendonly", "yes",
            "appendfsync", "everysec",
            "save", "",
            "maxmemory-policy", "noeviction",
            "set-proc-title", "no");

    private final Map<String, String> extraSettings;

    RedisServer(int port, DataFolder folder, Map<String, String> extraSettings) {
        super("Redis", "redis", port, folder);
        this.extraSettings = extraSettings;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port();
    }

    @Override
    Path pidFile() {
        return folder().file("redis").resolve("redis.pid");
    }

    @Override
    List<String> command() throws Exception {
        folder().folder("redis", _ -> {});
        var command = new ArrayList<String>();
        command.add(Binaries.redis().toString());
        command.addAll(mark());
        command.addAll(List.of(
                "--port", Integer.toString(port()), "--pidfile", pidFile().toString()));
        SETTINGS.forEach((setting, value) -> command.addAll(List.of("--" + setting, value)));
        extraSettings.forEach((setting, value) -> command.addAll(List.of("--" + setting, value)));
        return command;
    }

    @Override
    List<String> mark() {
        return List.of("--dir", folder().file("redis").toString());
    }

    /** Asks for the pid too: another Redis might answer on a port that was free a moment ago. */
    @Override
    boolean isReady(long pid) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(ofLiteral("127.0.0.1"), port()), 1_000);
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("INFO server persistence\r\nQUIT\r\n".getBytes(US_ASCII));
            var info = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return info.contains("process_id:%d\r\n".formatted(pid)) && info.contains("\r\nloading:0\r\n");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    void furnish() {}

    @Override
    List<Signal> stopSignals() {
        return List.of(new Signal("TERM", Duration.ofSeconds(20)));
    }

    @Override
    boolean isPassing(String reason) {
        return false;
    }
}
