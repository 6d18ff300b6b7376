package seatkeeper.contract;

/** The Kafka topics; the key is the show_id in UTF-8, so that one partition holds all of a show, in order. */
public final class Topics {

    public static final String COMMANDS = "booking.commands";
    public static final String OUTCOMES = "booking.outcomes";
    /** Records of {@link #COMMANDS} that are no commands: key and value untouched, why and whence in headers. */
    public static final String DEAD_LETTERS = "booking.commands.dlt";

    /** Consumer group whose committed offsets say how far the commands are decided. */
    public static final String WORKER_GROUP = "booking-worker";

    private Topics() {}
}
