package seatkeeper.gateway.lease;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts as Redis gets them, each with the parts it uses. */
class ScriptTest {

    /** Redis has them for every script; each uses what it needs. */
    private static final String UNUSED_VARIABLES = "211";

    @Test
    void luacheckFindsNothing(@TempDir Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("luacheck"));
        for (Script script : Script.values()) {
            Path file = folder.resolve(script.name().toLowerCase(Locale.ROOT) + ".lua");
            command.add(Files.writeString(file, script.text()).toString());
        }
        command.addAll(List.of(
                "--no-color",
                "--std=lua51",
                "--max-line-length=130",
                "--ignore=" + UNUSED_VARIABLES,
                "--read-globals=redis",
                "--read-globals=KEYS",
                "--read-globals=ARGV"));
        Process luacheck;
        try {
            luacheck = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue("required".equals(System.getenv("SEATKEEPER_LUACHECK")), "luacheck is not installed");
            throw e;
        }
        String printed = new String(luacheck.getInputStream().readAllBytes(), UTF_8);
        assertThat(luacheck.waitFor()).as(printed).isZero();
    }

    /** Redis would make them anew at each call. */
    @Test
    void theScriptsOfEveryLeaseAndConfirmHaveNoFunctions() {
        assertThat(List.of(Script.ACQUIRE, Script.HOLD))
                .allSatisfy(script -> assertThat(script.text()).doesNotContain("function"));
    }
}
