package seatkeeper.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the commands Redis has carried out, those of scripts too; and empties it. */
record RedisCounters(int port) {

    private static final Pattern COMMAND = Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+),.*");
    /** What is asked whether anybody books or not. */
    private static final Pattern IDLE = Pattern.compile("ping|info|hello|client.*|xrange|xinfo.*|flushall");

    long commands() throws IOException {
        try (Socket socket = ask("INFO commandstats\r\nQUIT\r\n")) {
            long sum = 0;
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher command = COMMAND.matcher(line);
                if (command.matches() && !IDLE.matcher(command.group(1)).matches()) {
                    sum += Long.parseLong(command.group(2));
                }
            }
            return sum;
        }
    }

    void flush() throws IOException {
        try (Socket socket = ask("FLUSHALL\r\n")) {
            if (socket.getInputStream().read() != '+') {
                throw new IOException("Redis was not emptied");
            }
        }
    }

    private Socket ask(String command) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
