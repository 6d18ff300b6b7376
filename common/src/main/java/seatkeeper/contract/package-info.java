/**
 * The contract every process of Seatkeeper and every foreign client shares: identifiers, commands, outcomes, codes,
 * topics and their JSON. Data and pure functions only; no Spring, no I/O.
 */
@NullMarked
package seatkeeper.contract;

import org.jspecify.annotations.NullMarked;
