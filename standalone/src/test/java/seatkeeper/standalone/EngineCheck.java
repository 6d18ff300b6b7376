package seatkeeper.standalone;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.testcontainers.DockerClientFactory;

/** Ends a run that is to use containers where there can be none, before any test could fail or be skipped. */
public final class EngineCheck implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (TestServers.inContainers() && !DockerClientFactory.instance().isDockerAvailable()) {
            throw new IllegalStateException(
                    "-Dservers=containers: no Docker engine answers; start one, or leave the option away");
        }
    }
}
