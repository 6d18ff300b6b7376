package seatkeeper.faults;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import seatkeeper.faults.Cluster.Member;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** Calls as any HTTP client makes them; what is odd about an answer goes to the journal. */
final class Http {

    /** Longer than a gateway waits for anything, including an outcome. */
    private static final Duration TIMEOUT = Duration.ofSeconds(12);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Journal journal;
    /** As a load balancer does: who refused a connection is left alone until then. */
    private final Map<Member, Long> restUntil = new ConcurrentHashMap<>();

    Http(Journal journal) {
        this.journal = journal;
    }

    /** What came back. */
    record Answer(int status, JsonNode body, long sentAt, long receivedAt) {

        String text(String field) {
            return body.path(field).asString("");
        }

        boolean is(int expected) {
            return status == expected;
        }

        /** Neither done nor refused: to be tried again with the same id. */
        boolean isUnsure() {
            return status >= 500;
        }
    }

    /** One of those that seem to be up. */
    Member any(List<Member> gateways, Random random) {
        long now = System.nanoTime();
        List<Member> up = gateways.stream()
                .filter(gateway -> restUntil.getOrDefault(gateway, now) - now <= 0)
                .toList();
        List<Member> choice = up.isEmpty() ? gateways : up;
        return choice.get(random.nextInt(choice.size()));
    }

    @Nullable Answer post(Member gateway, String path, String body, int waitSeconds) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(gateway, path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return send(gateway, path, request, waitSeconds);
    }

    @Nullable Answer put(Member gateway, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(gateway, path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body));
        return send(gateway, "/shows", request, 0);
    }

    @Nullable Answer get(Member gateway, String path, int waitSeconds) {
        String kind = path.substring(0, path.lastIndexOf('/'));
        return send(gateway, kind, HttpRequest.newBuilder(uri(gateway, path)).GET(), waitSeconds);
    }

    private static URI uri(Member gateway, String path) {
        return URI.create("http://127.0.0.1:" + gateway.port + path);
    }

    /** Null when no answer came. */
    private @Nullable Answer send(Member gateway, String kind, HttpRequest.Builder request, int waitSeconds) {
        if (waitSeconds > 0) {
            request.header("Prefer", "wait=" + waitSeconds);
        }
        long sentAt = System.currentTimeMillis();
        try {
            HttpResponse<String> response = client.send(request.timeout(TIMEOUT).build(), BodyHandlers.ofString());
            long receivedAt = System.currentTimeMillis();
            boolean json =
                    response.headers().firstValue("Content-Type").orElse("").contains("json");
            Answer answer = new Answer(
                    response.statusCode(),
                    json ? Order.JSON.readTree(response.body()) : MissingNode.getInstance(),
                    sentAt,
                    receivedAt);
            note(gateway, kind, answer, response);
            return answer;
        } catch (IOException e) {
            journal.count("HTTP " + kind + " no answer");
            if (e instanceof ConnectException) {
                restUntil.put(gateway, System.nanoTime() + Duration.ofSeconds(1).toNanos());
            }
            journal.refusals.add(
                    new Journal.Refusal(gateway.toString(), kind, 0, "", sentAt, System.currentTimeMillis() - sentAt));
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void note(Member gateway, String kind, Answer answer, HttpResponse<String> response) {
        journal.count("HTTP %s %d %s".formatted(kind, answer.status(), answer.text("code")));
        if (answer.status() >= 500) {
            journal.refusals.add(new Journal.Refusal(
                    gateway.toString(),
                    kind,
                    answer.status(),
                    answer.text("code"),
                    answer.sentAt(),
                    answer.receivedAt() - answer.sentAt()));
            if (answer.status() != 503
                    || response.headers().firstValue("Retry-After").isEmpty()) {
                journal.violation("%s answered %s with %d: %s", gateway, kind, answer.status(), response.body());
            }
        } else if (answer.is(400) || answer.is(405) || answer.is(415)) {
            journal.violation("%s refused a sound call of %s: %s", gateway, kind, response.body());
        }
    }
}
