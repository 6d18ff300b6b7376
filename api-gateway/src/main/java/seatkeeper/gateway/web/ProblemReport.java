package seatkeeper.gateway.web;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.springframework.http.MediaType;
import seatkeeper.contract.Code;

/** Refusals that never reach Spring, such as a path with a broken escape: a problem too, not Jetty's page. */
final class ProblemReport extends ErrorHandler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = documented(
                request.getAttribute(ERROR_EXCEPTION) instanceof HttpException refused
                        ? refused.getCode()
                        : response.getStatus());
        String code = status < 500 ? ",\"code\":\"" + Code.INVALID_REQUEST + "\"" : "";
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        Content.Sink.write(
                response,
                true,
                "{\"status\":" + status + code + ",\"detail\":\"the server could not read this request\"}",
                callback);
        return true;
    }

    /** That a path, a query or a header is too long is bad input like any other: callers know 400. */
    private static int documented(int status) {
        return status == HttpStatus.URI_TOO_LONG_414 || status == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431
                ? HttpStatus.BAD_REQUEST_400
                : status;
    }
}
