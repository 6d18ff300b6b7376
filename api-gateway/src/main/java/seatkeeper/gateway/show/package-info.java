/** Shows and their seats, from Postgres. */
@NullMarked
package seatkeeper.gateway.show;

import org.jspecify.annotations.NullMarked;
