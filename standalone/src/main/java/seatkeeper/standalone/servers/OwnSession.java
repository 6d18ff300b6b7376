package seatkeeper.standalone.servers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Ctrl-C in a terminal goes to the JVM and to all its children at once. In a session of their own the servers do not
 * hear it, and last until the applications are closed.
 */
final class OwnSession {

    private static final List<String> PREFIX = prefix();

    private OwnSession() {}

    /** The command that becomes the given one; its pid stays the same. */
    static List<String> of(List<String> command) {
        var all = new ArrayList<>(PREFIX);
        all.addAll(command);
        return all;
    }

    /** macOS has no setsid, but a Perl. */
    private static List<String> prefix() {
        if (isInstalled("setsid")) {
            return List.of("setsid");
        }
        return isInstalled("perl")
                ? List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV")
                : List.of();
    }

    private static boolean isInstalled(String program) {
        var path = System.getenv().getOrDefault("PATH", "");
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(path)
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
