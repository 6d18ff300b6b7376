package seatkeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import seatkeeper.standalone.servers.LocalServers;
import seatkeeper.standalone.servers.Ports;

/** The crowd at its full numbers, at one gateway with the flags it is shipped with; how fast is for the benchmark to say. */
@Tag("crowd")
class CrowdIT {

    @Test
    void leavesTheGatewayAliveWithinItsMemory(@TempDir Path folder) throws Exception {
        try (LocalServers servers = LocalServers.start(Files.createDirectory(folder.resolve("servers")), Ports.ANY)) {
            Drain drain = new Drain(servers);
            // Tables and topics.
            drain.worker().close();
            Fleet fleet = new Fleet(servers, folder);
            List<Measured> rows = new CrowdRows(drain, fleet, folder, 1, 1).run();
            assertThat(rows).hasSize(5);
            assertThat(new GatewaysRow(
                                    drain,
                                    fleet,
                                    new RedisCounters(servers.ports().redis()),
                                    0.05,
                                    1)
                            .run()
                            .work())
                    .hasSize(1);
            assertThat(fleet.memory()).allSatisfy(row -> assertThat(row.ratio()).isLessThanOrEqualTo(1));
        }
    }
}
