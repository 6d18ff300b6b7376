package seatkeeper.standalone;

/** What the tests run on. */
interface TestServers extends LocalApplications.Servers, AutoCloseable {

    /** Embedded ones, or with {@code -Dservers=containers} containers. */
    static TestServers open() {
        return inContainers() ? new ContainerServers() : new EmbeddedServers();
    }

    static boolean inContainers() {
        String servers = System.getProperty("servers", "embedded");
        return switch (servers) {
            case "containers" -> true;
            case "embedded" -> false;
            default -> throw new IllegalArgumentException("-Dservers is containers or embedded, not " + servers);
        };
    }

    String jdbcUrl();

    String bootstrapServers();

    String redisUrl();

    /** Stops Kafka until the answer is closed; then it is where it was, with what it had, as are the other two. */
    Restore kafkaStopped();

    Restore postgresStopped();

    Restore redisStopped();

    @Override
    void close();

    /** Undoes what a test did to the system; without a checked exception. */
    interface Restore extends AutoCloseable {
        @Override
        void close();
    }
}
