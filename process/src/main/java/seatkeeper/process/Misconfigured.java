package seatkeeper.process;

/** Waiting will not help: somebody has to change a setting. The process says so in one line, and ends. */
public final class Misconfigured extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public Misconfigured(String message, Throwable cause) {
        super(message, cause);
    }
}
