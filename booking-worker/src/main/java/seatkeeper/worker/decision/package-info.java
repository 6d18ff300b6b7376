/** The decision: a pure function of the state read and the commands in order. No Spring, no JDBC, no clock. */
@NullMarked
package seatkeeper.worker.decision;

import org.jspecify.annotations.NullMarked;
