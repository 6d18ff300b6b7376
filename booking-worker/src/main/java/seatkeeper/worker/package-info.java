/**
 * The booking-worker: reads commands in the order of their partition, decides them, commits the decisions in Postgres
 * and publishes the outcomes. {@code intake} is the way in and out, {@code decision} pure, {@code ledger} all the SQL.
 */
@NullMarked
package seatkeeper.worker;

import org.jspecify.annotations.NullMarked;
