package seatkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import seatkeeper.contract.CommandCodec.Decoded;

/**
 * The decoder on bytes nobody would send: good commands that were cut, joined, flipped and rewritten, and plain noise. It
 * answers with a command that is good by every rule, or with one of the two documented refusals; it never throws.
 *
 * <p>{@code -Dseatkeeper.fuzz.commands=1000000 -Dseatkeeper.fuzz.seed=7} for another number and another run.
 */
class CommandCodecFuzzTest {

    private static final long SEED = Long.getLong("seatkeeper.fuzz.seed", 20_261_124L);

    private static final int MAX_SEATS = 4;

    /** What is put where a value, or a part of one, was. */
    private static final List<String> SPLINTERS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e400",
            "1E-400",
            "99999999999999999999",
            "NaN",
            "[]",
            "{}",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\uDFFF\"",
            "\"A1\"",
            "[[\"A1\"]]",
            "[null]",
            "[\"A1\",\"A1\"]",
            "\\",
            "\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\u0000",
            "\ufeff",
            "é",
            "🎫",
            "A",
            "\n",
            "/**/",
            "2",
            "\"version\":1,",
            "\"1969-12-31T23:59:59.999Z\"",
            "\"9999-12-31T23:59:59.999999999Z\"",
            "\"+10000-01-01T00:00:00Z\"",
            "\"-1000000000-01-01T00:00:00Z\"",
            "\"2026-02-30T00:00:00Z\"",
            "\"2026-01-31T12:00:00+23:59\"",
            "\"2026-01-31T24:00:00Z\"",
            "\"swap_booking\"",
            "\"cancel_booking\"",
            "\"block_seats\"",
            "\"booking_request_id\":\"99999999-2222-4333-8444-555555555555\",",
            "[\"A1\",\"A2\",\"A3\",\"A4\",\"A5\"]");

    private final CommandCodec codec = new CommandCodec(MAX_SEATS);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<byte[]> good = CommandCodecTest.actions().stream()
            .map(CommandCodecFuzzTest::encoded)
            .toList();

    private static byte[] encoded(Command.Action action) {
        return CommandCodec.encode(CommandCodecTest.command(action));
    }

    @Test
    void refusesWhatIsNoCommand() {
        fuzz(Integer.getInteger("seatkeeper.fuzz.commands", 50_000));
    }

    @Test
    @Tag("long")
    void refusesWhatIsNoCommandInAMillion() {
        fuzz(Integer.getInteger("seatkeeper.fuzz.commands", 1_000_000));
    }

    private void fuzz(int runs) {
        int commands = 0;
        int unsupported = 0;
        for (int run = 0; run < runs; run++) {
            byte[] value = input();
            try {
                switch (random.nextInt(8) == 0 ? codec.decode(null, value) : codec.decode(value)) {
                    case Decoded.Valid(Command command) -> {
                        requireGood(command);
                        commands++;
                    }
                    case Decoded.Invalid(Code code, String detail, var _, var showId) -> {
                        assertThat(code).isIn(Code.INVALID_COMMAND, Code.UNSUPPORTED_VERSION);
                        unsupported += code == Code.UNSUPPORTED_VERSION ? 1 : 0;
                        assertThat(detail).isNotBlank().hasSizeLessThan(1_000);
                        assertThat(showId == null || showId.matches("[A-Za-z0-9._~-]{1,64}"))
                                .isTrue();
                    }
                }
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                fail(
                        "seed %d, run %d, input %s"
                                .formatted(SEED, run, HexFormat.of().formatHex(value)),
                        e);
            }
        }
        // The inputs reach all of the decoder, or they would prove little.
        assertThat(commands).isGreaterThan(runs / 1_000).isLessThan(runs / 2);
        assertThat(unsupported).isGreaterThan(runs / 1_000);
    }

    /** By the rules of the contract, and the same when it is written and read again. */
    private void requireGood(Command command) {
        assertThat(command.showId()).matches("[A-Za-z0-9._~-]{1,64}");
        Stream.concat(command.action().taken().stream(), command.action().released().stream())
                .forEach(seat -> assertThat(seat).matches("[A-Za-z0-9._~-]{1,64}"));
        assertThat(command.action().taken()).hasSizeLessThanOrEqualTo(MAX_SEATS).doesNotHaveDuplicates();
        assertThat(codec.decode(CommandCodec.encode(command))).isEqualTo(new Decoded.Valid(command));
    }

    private byte[] input() {
        if (random.nextInt(20) == 0) {
            return noise(random.nextInt(200));
        }
        byte[] value = good.get(random.nextInt(good.size()));
        for (int steps = random.nextInt(4); steps >= 0; steps--) {
            value = mutated(value);
        }
        return value;
    }

    private byte[] mutated(byte[] value) {
        int from = random.nextInt(value.length + 1);
        int to = from + Math.min(random.nextInt(1, 20), value.length - from);
        return switch (random.nextInt(10)) {
            case 0 -> flipped(value);
            case 1 -> joined(value, from, to, new byte[0]);
            case 2 -> Arrays.copyOf(value, from);
            case 3 -> joined(value, from, from, Arrays.copyOfRange(value, from, to));
            case 4 -> joined(value, from, to, noise(random.nextInt(8)));
            case 5 -> joined(value, from, from, bytes(splinter()));
            case 6 -> deep(value);
            case 7 ->
                bytes(new String(value, StandardCharsets.ISO_8859_1)
                        .replace("\"version\":1", "\"version\":" + random.nextInt(4)));
            default -> valueReplaced(value);
        };
    }

    /** The value of some field, whatever it is, becomes another. */
    private byte[] valueReplaced(byte[] value) {
        String text = new String(value, StandardCharsets.ISO_8859_1);
        int start = text.indexOf(':', random.nextInt(text.length() + 1)) + 1;
        int end = text.indexOf(',', start);
        return joined(value, start, end < 0 ? Math.max(start, value.length - 1) : end, bytes(splinter()));
    }

    private byte[] deep(byte[] value) {
        String around = random.nextBoolean() ? "[" : "{\"a\":";
        int depth = random.nextInt(50) == 0 ? 5_000 : random.nextInt(40);
        return joined(value, 0, random.nextBoolean() ? 0 : value.length, bytes(around.repeat(depth)));
    }

    private byte[] flipped(byte[] value) {
        byte[] changed = value.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private String splinter() {
        return SPLINTERS.get(random.nextInt(SPLINTERS.size()));
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] joined(byte[] value, int from, int to, byte[] between) {
        byte[] joined = new byte[value.length - (to - from) + between.length];
        System.arraycopy(value, 0, joined, 0, from);
        System.arraycopy(between, 0, joined, from, between.length);
        System.arraycopy(value, to, joined, from + between.length, value.length - to);
        return joined;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
