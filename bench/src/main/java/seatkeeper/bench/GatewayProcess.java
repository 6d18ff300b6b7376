package seatkeeper.bench;

import seatkeeper.gateway.GatewayApplication;

/** The gateway, and in the same HTTP server what it is measured against. */
final class GatewayProcess {

    private GatewayProcess() {}

    public static void main(String[] args) {
        EndWithParent.watch();
        GatewayApplication.application()
                .sources(ConstantAnswer.class, SimpleWay.class)
                .run(args);
    }
}
