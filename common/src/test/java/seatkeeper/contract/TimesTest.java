package seatkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {

    /** Each is a time some standard library writes. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            2026-11-24T12:00Z,                          2026-11-24T12:00:00Z
            2026-11-24T12:00+01:00,                     2026-11-24T11:00:00Z
            2026-11-24T12:00:00+0100,                   2026-11-24T11:00:00Z
            2026-11-24T12:00:00-01,                     2026-11-24T13:00:00Z
            2026-11-24T12:00:00.1Z,                     2026-11-24T12:00:00.100Z
            2026-11-24T12:00:00.1234567890123Z,         2026-11-24T12:00:00.123Z
            2026-11-24T12:00:00.999999999+18:00,        2026-11-23T18:00:00.999Z
            1970-01-01T00:00:00Z,                       1970-01-01T00:00:00Z
            9999-12-31T23:59:59Z,                       9999-12-31T23:59:59Z
            """)
    void readsEverySpelling(String written, Instant meant) {
        assertThat(Times.instant("at", written)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-24",
                "2026-11-24T12:00",
                "2026-11-24T12Z",
                "2026-11-24T12:00:00.Z",
                "2026-11-24T12:00.5Z",
                "2026-11-24T12:00:00Z00",
                "2026-11-24T12:00:00+1",
                "2026-11-24T12:00:00+01:0",
                "2026-11-24T12:00:00+19:00",
                "2026-11-24T25:00:00Z",
                "2026-02-30T12:00:00Z",
                "1969-12-31T23:59:59Z",
                "+10000-01-01T00:00:00Z",
                "1764000000"
            })
    void refusesWhatIsNoTime(String written) {
        assertThatThrownBy(() -> Times.instant("at", written))
                .isInstanceOf(InvalidField.class)
                .hasMessageContaining("at");
    }
}
