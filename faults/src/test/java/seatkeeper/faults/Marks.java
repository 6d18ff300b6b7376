package seatkeeper.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the requests whose loss matters most in one connection's stream of bytes towards a server: COMMIT, EVAL and
 * produce. One instance a connection.
 */
interface Marks {

    /** Whether a marked request begins or ends in these bytes. */
    boolean in(byte[] chunk, int length);

    enum Protocol {
        POSTGRES("COMMIT"),
        REDIS("EVAL"),
        KAFKA("produce");

        final String marked;

        Protocol(String marked) {
            this.marked = marked;
        }

        Marks marks() {
            return switch (this) {
                case POSTGRES -> new Postgres();
                case REDIS -> Marks::evals;
                case KAFKA -> new Kafka();
            };
        }
    }

    /** Of requests and users, wherever they stand as text. */
    static Stream<String> ids(byte[] chunk, int length) {
        return Ids.UUID
                .matcher(new String(chunk, 0, length, ISO_8859_1))
                .results()
                .map(MatchResult::group);
    }

    final class Ids {
        private static final Pattern UUID =
                Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

        private Ids() {}
    }

    private static boolean evals(byte[] chunk, int length) {
        return Redis.EVAL.matcher(new String(chunk, 0, length, ISO_8859_1)).find();
    }

    final class Redis {
        private static final Pattern EVAL = Pattern.compile("\r\nEVAL(SHA)?\r\n");

        private Redis() {}
    }

    /** Collects the stream into whole messages. */
    abstract class Framed implements Marks {

        private ByteArrayOutputStream pending = new ByteArrayOutputStream();

        @Override
        public final boolean in(byte[] chunk, int length) {
            pending.write(chunk, 0, length);
            ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
            boolean found = false;
            for (int size = size(bytes); size > 0 && size <= bytes.remaining(); size = size(bytes)) {
                found |= isMarked(bytes.slice(bytes.position(), size));
                bytes.position(bytes.position() + size);
            }
            pending = new ByteArrayOutputStream();
            pending.write(bytes.array(), bytes.position(), bytes.remaining());
            return found;
        }

        /** Of the message that begins here; 0 when too little of it is there. */
        abstract int size(ByteBuffer bytes);

        abstract boolean isMarked(ByteBuffer message);
    }

    /** Frames of a length and an API key; 0 is produce. */
    final class Kafka extends Framed {

        @Override
        int size(ByteBuffer bytes) {
            return bytes.remaining() < 6 ? 0 : 4 + bytes.getInt(bytes.position());
        }

        @Override
        boolean isMarked(ByteBuffer message) {
            return message.getShort(4) == 0;
        }
    }

    /**
     * First messages without a type, then Query and Bind; the driver names its COMMIT as a prepared statement after a
     * few uses.
     */
    final class Postgres extends Framed {

        private static final int PROTOCOL_3 = 3;

        private final Set<String> commits = new HashSet<>();
        private boolean started;

        @Override
        int size(ByteBuffer bytes) {
            if (started) {
                return bytes.remaining() < 5 ? 0 : 1 + bytes.getInt(bytes.position() + 1);
            }
            return bytes.remaining() < 8 ? 0 : bytes.getInt(bytes.position());
        }

        @Override
        boolean isMarked(ByteBuffer message) {
            if (!started) {
                started = message.getShort(4) == PROTOCOL_3;
                return false;
            }
            char type = (char) message.get(0);
            message.position(5);
            return switch (type) {
                case 'Q' -> isCommit(text(message));
                case 'P' -> {
                    String name = text(message);
                    boolean _ = isCommit(text(message)) ? commits.add(name) : commits.remove(name);
                    yield false;
                }
                case 'B' -> {
                    String _ = text(message);
                    yield commits.contains(text(message));
                }
                default -> false;
            };
        }

        private static boolean isCommit(String sql) {
            return sql.equalsIgnoreCase("COMMIT");
        }

        private static String text(ByteBuffer message) {
            StringBuilder text = new StringBuilder();
            for (byte b = message.get(); b != 0; b = message.get()) {
                text.append((char) b);
            }
            return text.toString();
        }
    }
}
