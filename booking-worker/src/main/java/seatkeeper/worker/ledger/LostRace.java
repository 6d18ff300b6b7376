package seatkeeper.worker.ledger;

import org.springframework.dao.ConcurrencyFailureException;

/** Another transaction changed what this batch was decided on; roll back, and decide it again on what is there now. */
public final class LostRace extends ConcurrencyFailureException {

    private static final long serialVersionUID = 1L;

    LostRace(String what) {
        super("another transaction was first: " + what);
    }

    LostRace(String what, Throwable cause) {
        super("another transaction was first: " + what, cause);
    }
}
