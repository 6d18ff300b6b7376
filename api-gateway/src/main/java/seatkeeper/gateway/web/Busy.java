package seatkeeper.gateway.web;

import java.sql.SQLTransientConnectionException;

/** Postgres is there, and has too much to do for one more to wait. */
public final class Busy extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    public Busy(Throwable cause) {
        super("Postgres has too much to do", cause);
    }
}
