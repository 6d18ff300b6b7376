package seatkeeper.process;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** One line instead of a stack trace. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class MisconfiguredReport implements SpringBootExceptionReporter {

    private static final Logger log = LoggerFactory.getLogger(MisconfiguredReport.class);

    @Override
    public boolean reportException(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Misconfigured) {
                log.error("{}", cause.getMessage());
                return true;
            }
        }
        return false;
    }
}
