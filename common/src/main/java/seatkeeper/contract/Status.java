package seatkeeper.contract;

/** Where a request stands; all but PENDING are terminal and never change. */
public enum Status {
    PENDING,
    CONFIRMED,
    REJECTED
}
