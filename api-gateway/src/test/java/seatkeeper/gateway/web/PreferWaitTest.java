package seatkeeper.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferWaitTest {

    private static final Duration CAP = Duration.ofSeconds(30);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            wait=10                        | 10
            Wait=10                        | 10
            WAIT = 10                      | 10
            wait="10"                      | 10
            respond-async, wait=10         | 10
            respond-async,wait=10,x=1      | 10
            wait=10;a=b                    | 10
            ,, wait=10                     | 10
            a="b\\", wait=3", wait=10      | 10
            wait=10, wait=20               | 10
            wait=99                        | 30
            foo; wait=10                   | 0
            x="a, wait=5"                  | 0
            await=10                       | 0
            wait                           | 0
            wait=                          | 0
            wait=-1                        | 0
            wait=x                         | 0
            wait=99999999999999999999      | 0
            return=minimal                 | 0
            ``                             | 0
            """)
    void isReadAsTheRfcHasIt(String prefer, int seconds) {
        assertThat(PreferWait.parse(prefer, CAP)).hasSeconds(seconds);
    }

    @Test
    void isZeroWithoutTheHeader() {
        assertThat(PreferWait.parse(null, CAP)).isZero();
    }
}
