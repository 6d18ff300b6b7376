/** Leases of seats: all or nothing, one Lua call each. */
@NullMarked
package seatkeeper.gateway.lease;

import org.jspecify.annotations.NullMarked;
