package seatkeeper.gateway.web;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import seatkeeper.contract.Code;

/** Refusals that never reach Spring, such as a path with a broken escape: a problem too, not Tomcat's page. */
public final class ProblemReport extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String code = status < 500 ? ",\"code\":\"" + Code.INVALID_REQUEST + "\"" : "";
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            PrintWriter writer = response.getReporter();
            if (writer != null) {
                writer.write(
                        "{\"status\":" + status + code + ",\"detail\":\"the server could not read this request\"}");
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException e) {
            // Nobody is left to be told.
        }
    }
}
