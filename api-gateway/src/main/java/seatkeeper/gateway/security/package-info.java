/** Who calls and what he may do: anybody anything in the demo, by signed tokens with {@code booking.security=jwt}. */
@NullMarked
package seatkeeper.gateway.security;

import org.jspecify.annotations.NullMarked;
