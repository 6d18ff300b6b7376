package seatkeeper.bench;

import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** What the HTTP server can do at all: it reads the same JSON as a lease and answers as much. */
@RestController
class ConstantAnswer {

    @PostMapping("/bench/constant")
    Map<String, Object> answer(@RequestBody Map<String, Object> ignored) {
        return Map.of(
                "success",
                true,
                "show_id",
                "show",
                "seat_ids",
                List.of("A1", "A2"),
                "expires_at",
                "2026-01-01T00:00:00Z");
    }
}
