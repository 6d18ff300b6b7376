package seatkeeper.bench;

import seatkeeper.worker.WorkerApplication;

/** The worker. */
final class WorkerProcess {

    private WorkerProcess() {}

    public static void main(String[] args) {
        EndWithParent.watch();
        WorkerApplication.application().run(args);
    }
}
