package seatkeeper.standalone.servers;

/** One of the three: on a fixed port, with data that outlives it, to be started again after a stop or a crash. */
abstract sealed class Server implements AutoCloseable permits KafkaServer, ServerProcess {

    /** Fails at once, before anything is started, when somebody else has the port. */
    abstract void requirePort();

    /** Returns when clients can use it; does nothing when it runs already. */
    public abstract void start();

    public abstract void stop();

    @Override
    public void close() {
        stop();
    }
}
