/** Synthetic buyers, so that one sees a race on the seat map. */
@NullMarked
package seatkeeper.standalone.crowd;

import org.jspecify.annotations.NullMarked;
