package seatkeeper.gateway.web;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.Counter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;
import seatkeeper.gateway.GatewayProperties;

/**
 * What connections may cost. Those beyond the bound are answered 503 and closed, as far as there is room for them to be
 * accepted at all; then idle ones are closed sooner. Small bodies are read before a call has a thread: whoever sends one
 * slowly has none.
 */
@Component
class JettyLimits implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

    private static final Logger log = LoggerFactory.getLogger(JettyLimits.class);

    /** Connections that are there to be refused. */
    private static final int ROOM_FOR_REFUSALS = 500;
    /** Files that are not connections of callers: jars, and connections to the servers. */
    private static final int OTHER_FILES = 300;

    private static final int IDLE_WHEN_FULL_MS = 1_000;

    private static final int ACCEPT_QUEUE = 1_000;

    private static final int OUTPUT_BUFFER = 16 * 1024;

    private static final String SERVED = JettyLimits.class.getName() + ".served";

    private final int most;
    private final Bounds bounds;
    private final Counter refusals;

    JettyLimits(GatewayProperties properties, Bounds bounds) {
        this.most = Math.min(properties.bounds().connections(), mostFiles() - OTHER_FILES - ROOM_FOR_REFUSALS);
        this.bounds = bounds;
        this.refusals = bounds.refusals("connections");
        if (most < properties.bounds().connections()) {
            log.warn("at most {} connections, for this process may open {} files", most, mostFiles());
        }
    }

    private static int mostFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(system.getMaxFileDescriptorCount(), Integer.MAX_VALUE)
                : Integer.MAX_VALUE;
    }

    @Override
    public void customize(JettyServletWebServerFactory factory) {
        factory.addServerCustomizers(this::limit);
    }

    private void limit(Server server) {
        NetworkConnectionLimit limit = new NetworkConnectionLimit(most + ROOM_FOR_REFUSALS, server);
        limit.setEndPointIdleTimeout(IDLE_WHEN_FULL_MS);
        server.addBean(limit);
        for (Connector connector : server.getConnectors()) {
            limit(connector);
        }
        server.insertHandler(new EagerContentHandler(new RetainedContentLoaderFactory(BodyLimit.BYTES, 0, false)));
        server.insertHandler(new Connections());
        bounds.watch("connections", () -> connections(server), most);
    }

    private static void limit(Connector connector) {
        HttpConfiguration http =
                connector.getConnectionFactory(HttpConnectionFactory.class).getHttpConfiguration();
        // On the heap, where their memory is bounded with the rest.
        http.setOutputBufferSize(OUTPUT_BUFFER);
        http.setUseInputDirectByteBuffers(false);
        http.setUseOutputDirectByteBuffers(false);
        if (connector instanceof ServerConnector network) {
            // Those of a burst: who does not fit in waits for seconds before he tries again.
            network.setAcceptQueueSize(ACCEPT_QUEUE);
        }
    }

    private static int connections(Server server) {
        return Arrays.stream(server.getConnectors())
                .mapToInt(JettyLimits::connections)
                .sum();
    }

    private static int connections(Connector connector) {
        return connector.getConnectedEndPoints().size();
    }

    private final class Connections extends Handler.Wrapper {

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            // A connection that was served once goes on being served, however many come after it.
            ConnectionMetaData connection = request.getConnectionMetaData();
            if (connection.getAttribute(SERVED) != null || connections(getServer()) <= most) {
                connection.setAttribute(SERVED, true);
                return super.handle(request, response, callback);
            }
            refusals.increment();
            Refusal refusal = Refusal.overloaded("too many connections are open already");
            response.setStatus(refusal.status().value());
            HttpFields.Mutable headers = response.getHeaders();
            headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
            headers.put(HttpHeader.RETRY_AFTER, refusal.retryAfterSeconds());
            headers.put(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            String body = "{\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\"}"
                    .formatted(refusal.status().value(), Code.OVERLOADED, refusal.getMessage());
            Content.Sink.write(response, true, body, callback);
            return true;
        }
    }
}
