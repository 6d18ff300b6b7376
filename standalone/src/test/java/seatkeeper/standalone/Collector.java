package seatkeeper.standalone;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes spans by OTLP over HTTP, as a collector of OpenTelemetry does. */
final class Collector implements AutoCloseable {

    /** A span, and whose it is. */
    record Received(String service, Span span) {

        String trace() {
            return hex(span.getTraceId());
        }

        String parent() {
            return hex(span.getParentSpanId());
        }

        String id() {
            return hex(span.getSpanId());
        }

        String tag(String name) {
            return value(span.getAttributesList(), name);
        }
    }

    final Queue<Received> spans = new ConcurrentLinkedQueue<>();

    private final HttpServer server;

    Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            for (var resource : ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
                    .getResourceSpansList()) {
                String service = value(resource.getResource().getAttributesList(), "service.name");
                resource.getScopeSpansList().stream()
                        .flatMap(scope -> scope.getSpansList().stream())
                        .forEach(span -> spans.add(new Received(service, span)));
            }
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    /** As {@code OTEL_EXPORTER_OTLP_ENDPOINT} has it: without the path. */
    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private static String value(List<KeyValue> attributes, String name) {
        return attributes.stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(attribute -> attribute.getValue().getStringValue())
                .findFirst()
                .orElse("");
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
