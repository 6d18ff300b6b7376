package seatkeeper.gateway.web;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import seatkeeper.contract.Code;

/** Whoever speaks plain HTTP to a port that expects TLS is told so; Jetty alone would answer what no client can read. */
@Component
class PlainOnTls implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

    @Override
    public void customize(JettyServletWebServerFactory factory) {
        factory.addServerCustomizers(PlainOnTls::detect);
    }

    private static void detect(Server server) {
        for (Connector connector : server.getConnectors()) {
            SslConnectionFactory tls = connector.getConnectionFactory(SslConnectionFactory.class);
            if (tls != null && connector instanceof AbstractConnector detecting) {
                List<ConnectionFactory> factories = new ArrayList<>(connector.getConnectionFactories());
                factories.remove(tls);
                factories.addFirst(new DetectorConnectionFactory(tls));
                detecting.setConnectionFactories(factories);
                detecting.setDefaultProtocol(factories.getFirst().getProtocol());
                server.insertHandler(new SecureOnly());
            }
        }
    }

    private static final class SecureOnly extends Handler.Wrapper {

        private static final String BODY = "{\"status\":%d,\"code\":\"%s\",\"detail\":\"this port expects TLS\"}"
                .formatted(HttpStatus.BAD_REQUEST_400, Code.INVALID_REQUEST);

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (request.isSecure()) {
                return super.handle(request, response, callback);
            }
            response.setStatus(HttpStatus.BAD_REQUEST_400);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            Content.Sink.write(response, true, BODY, callback);
            return true;
        }
    }
}
