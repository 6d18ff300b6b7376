package seatkeeper.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FollowedTest {

    private final Followed followed = new Followed();
    private final String one = UUID.randomUUID().toString();
    private final String other = UUID.randomUUID().toString();

    @Test
    void aLostAnswerIsRepeatedOnceAllThatItMentionsHasBeenSentAgain() {
        followed.sent(Set.of(one, other));
        followed.lost(Set.of(one, other));
        followed.lost(Set.of(one));
        followed.sent(Set.of(one));
        assertThat(followed.repeated()).isEqualTo(1);
        followed.sent(Set.of(one));
        assertThat(followed.repeated()).isEqualTo(1);
        followed.sent(Set.of(other));
        assertThat(followed.repeated()).isEqualTo(2);
    }

    @Test
    void idsAreFoundInJsonAndInArraysOfPostgres() {
        byte[] sent = "{\"request_id\":\"%s\"}\0{\"%s\"}".formatted(one, other).getBytes(ISO_8859_1);
        assertThat(Marks.ids(sent, sent.length).collect(Collectors.toSet())).containsExactlyInAnyOrder(one, other);
    }
}
