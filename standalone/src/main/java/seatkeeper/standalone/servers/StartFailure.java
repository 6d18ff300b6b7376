package seatkeeper.standalone.servers;

/** Why the servers cannot start; the message is one line for the person at the terminal. */
public final class StartFailure extends RuntimeException {

    StartFailure(String message) {
        super(message);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /** Tells the innermost cause: the outer ones only say that it did not start. */
    static StartFailure of(String server, Throwable cause) {
        var root = cause;
        for (var next = cause; next != null; next = next.getCause()) {
            root = next;
        }
        return new StartFailure("%s did not start: %s".formatted(server, root), cause);
    }
}
