package seatkeeper.standalone.servers;

/** Why the servers cannot start; the message is one line for the person at the terminal. */
public final class StartFailure extends RuntimeException {

    StartFailure(String message) {
        super(message);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
