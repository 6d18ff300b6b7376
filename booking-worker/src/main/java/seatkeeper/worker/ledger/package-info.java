/** The tables, as one batch sees them. */
@NullMarked
package seatkeeper.worker.ledger;

import org.jspecify.annotations.NullMarked;
