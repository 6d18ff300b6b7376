package seatkeeper.standalone.servers;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL with full durability. The library brings its programs only: its builder would fail for good on a folder
 * whose making was killed, gives up on a recovery of more than a few seconds and does not find an orphan.
 */
public final class PostgresServer extends ServerProcess {

    public static final String USER = "postgres";
    public static final String DATABASE = "seats";

    private static final String STATISTICS = "pg_stat_statements";

    private final Map<String, String> settings;

    PostgresServer(int port, DataFolder folder, Map<String, String> extraSettings) {
        super("PostgreSQL", "postgres", port, folder);
        settings = settings(port, extraSettings);
    }

    /** For {@link #USER}, who needs no password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), DATABASE);
    }

    @Override
    Path pidFile() {
        return folder().file("postgres").resolve("postmaster.pid");
    }

    @Override
    List<String> command() throws Exception {
        folder().folder("postgres", this::initialize);
        removeStaleLock();
        var command = program("postgres");
        command.addAll(mark());
        settings.forEach((setting, value) -> command.addAll(List.of("-c", setting + "=" + value)));
        return command;
    }

    @Override
    List<String> mark() {
        return List.of("-D", folder().file("postgres").toString());
    }

    /** What pg_ctl waits for: the eighth line of the lock file. */
    @Override
    boolean isReady(long pid) throws IOException {
        try {
            var lines = Files.readAllLines(pidFile());
            return lines.size() >= 8
                    && lines.getFirst().equals(Long.toString(pid))
                    && lines.get(7).strip().equals("ready");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** The statistics go beside our database, whose schema belongs to Flyway; they cover all databases. */
    @Override
    void furnish() throws SQLException {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port()});
        source.setDatabaseName("postgres");
        source.setUser(USER);
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            try (var found = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE EXTENSION IF NOT EXISTS " + STATISTICS);
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    /** SIGINT ends all sessions and writes a checkpoint; SIGQUIT leaves the rest to the recovery at the next start. */
    @Override
    List<Signal> stopSignals() {
        return List.of(new Signal("INT", Duration.ofSeconds(30)), new Signal("QUIT", Duration.ofSeconds(5)));
    }

    /** Sessions outlive a killed server until their statement ends, and keep a new one from the data. */
    @Override
    boolean isPassing(String reason) {
        if (!reason.contains("pre-existing shared memory block")) {
            return false;
        }
        ProcessHandle.allProcesses().filter(this::isLeftover).forEach(ProcessHandle::destroyForcibly);
        return true;
    }

    /** On Linux; elsewhere they can only be waited for. */
    private boolean isLeftover(ProcessHandle handle) {
        try {
            var workingFolder = Files.readSymbolicLink(Path.of("/proc", Long.toString(handle.pid()), "cwd"));
            return workingFolder.equals(folder().file("postgres"))
                    && handle.info().command().orElse("").endsWith("/bin/postgres");
        } catch (IOException e) {
            return false;
        }
    }

    /** The order of text must not depend on the machine, nor the rows' order with it. */
    private void initialize(Path empty) throws Exception {
        var initdb = program("initdb");
        initdb.addAll(List.of("-D", empty.toString(), "--username", USER, "--auth", "trust", "--encoding", "UTF8"));
        initdb.addAll(List.of("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"));
        run(initdb);
    }

    /**
     * After a crash of the machine or container the pid in PostgreSQL's lock file may be that of any process, or the
     * file empty, and PostgreSQL would refuse to start. We hold the folder's lock and know better.
     */
    private void removeStaleLock() throws IOException {
        boolean isEmpty = Files.exists(pidFile()) && Files.size(pidFile()) == 0;
        if (isEmpty || recorded().filter(holder -> !isOurs(holder)).isPresent()) {
            Files.delete(pidFile());
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace of its own it does not see that it is. */
    private static List<String> program(String name) throws Exception {
        var command = new ArrayList<String>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(Binaries.postgres().resolve("bin", name).toString());
        return command;
    }

    /** Fewer checkpoints mean fewer full page images in the WAL; a crash is paid with a longer recovery. */
    private static Map<String, String> settings(int port, Map<String, String> extra) {
        var settings = new LinkedHashMap<String, String>();
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        settings.put("fsync", "on");
        settings.put("synchronous_commit", "on");
        settings.put("full_page_writes", "on");
        settings.put("max_connections", "100");
        // For the indexes of millions of bookings; what is never touched takes no memory.
        settings.put("shared_buffers", "1GB");
        settings.put("max_wal_size", "2GB");
        settings.put("min_wal_size", "256MB");
        settings.put("checkpoint_timeout", "15min");
        settings.put("random_page_cost", "1.1");
        settings.put("jit", "off");
        settings.put("shared_preload_libraries", STATISTICS);
        settings.put("log_line_prefix", "%m [%p] %q%a ");
        settings.putAll(extra);
        return settings;
    }
}
