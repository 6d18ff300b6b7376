package seatkeeper.gateway.lease;

/** A lease a user has; pinned while a confirm is under way. */
record HeldLease(String seatId, Lease lease, boolean pinned) {}
