/** Submitting a confirm, and all that is known of a request until its outcome has arrived and been told. */
@NullMarked
package seatkeeper.gateway.booking;

import org.jspecify.annotations.NullMarked;
