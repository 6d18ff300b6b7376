package seatkeeper.gateway.lease;

import java.util.List;

/** Leased seats that were chosen; together when they lie side by side. */
record BestLease(List<String> seatIds, boolean together, Lease lease) {}
