package seatkeeper.gateway.lease;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.springframework.data.redis.core.script.RedisScript;

/** The Lua scripts in {@code resources/lease}; its README has the protocol. */
@SuppressWarnings({"rawtypes", "ImmutableEnumChecker"})
enum Script {
    ACQUIRE,
    CHOOSE,
    TAKE,
    EXTEND,
    RELEASE,
    RELEASE_ALL,
    LEASES_OF,
    VERIFY,
    HOLD,
    UNHOLD,
    SETTLE,
    BEGIN,
    LOAD,
    FILL,
    LOOK,
    LIVE,
    EVENTS;

    private static final String USES = "-- uses: ";

    final RedisScript<List> lua;

    Script() {
        lua = RedisScript.of(text(), List.class);
    }

    /** With the parts it uses, each once. */
    String text() {
        String own = file(name().toLowerCase(Locale.ROOT));
        StringBuilder text = new StringBuilder(file("base"));
        if (own.startsWith(USES)) {
            for (String part : own.substring(USES.length(), own.indexOf('\n')).split(", ", -1)) {
                text.append(file(part));
            }
        }
        return text.append(own).toString();
    }

    private static String file(String name) {
        try (InputStream file = Script.class.getResourceAsStream("/lease/" + name + ".lua")) {
            if (file == null) {
                throw new IllegalStateException("there is no script " + name);
            }
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
