package seatkeeper.gateway.web;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code wait} preference of RFC 7240, section 4.3, in seconds. */
public final class PreferWait {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String VALUE = "(?:" + TOKEN + "|\"(?:[^\"\\\\]|\\\\.)*\")";

    /** One preference of the list, its value, and parameters nobody asks for: section 2 of the RFC. */
    private static final Pattern PREFERENCE = Pattern.compile("\\G[\\s,]*(" + TOKEN + ")(?:\\s*=\\s*(" + VALUE + "))?"
            + "(?:\\s*;\\s*(?:" + TOKEN + "(?:\\s*=\\s*" + VALUE + ")?)?)*\\s*(?:,|$)");

    private static final Pattern SECONDS = Pattern.compile("\"?(\\d{1,9})\"?");

    private PreferWait() {}

    /** What the header asks for, capped; zero when it does not, or not in a way one can understand. */
    public static Duration parse(@Nullable String prefer, Duration cap) {
        if (prefer == null) {
            return Duration.ZERO;
        }
        Matcher preference = PREFERENCE.matcher(prefer);
        while (preference.find()) {
            // Of several, the first counts.
            if (preference.group(1).equalsIgnoreCase("wait")) {
                return seconds(preference.group(2), cap);
            }
        }
        return Duration.ZERO;
    }

    private static Duration seconds(@Nullable String value, Duration cap) {
        Matcher seconds = SECONDS.matcher(value == null ? "" : value);
        if (!seconds.matches()) {
            return Duration.ZERO;
        }
        Duration asked = Duration.ofSeconds(Long.parseLong(seconds.group(1)));
        return asked.compareTo(cap) < 0 ? asked : cap;
    }
}
