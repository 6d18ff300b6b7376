package seatkeeper.contract;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Messages as earlier versions wrote them; never to be changed, only added to. */
final class Messages {

    private Messages() {}

    static byte[] yesterdays(String name) throws IOException {
        try (InputStream file = Messages.class.getResourceAsStream("/yesterdays/" + name)) {
            return Objects.requireNonNull(file, name).readAllBytes();
        }
    }
}
