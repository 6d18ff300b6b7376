/** Everything in one process: real servers, worker, gateway and demo data. */
@NullMarked
package seatkeeper.standalone;

import org.jspecify.annotations.NullMarked;
