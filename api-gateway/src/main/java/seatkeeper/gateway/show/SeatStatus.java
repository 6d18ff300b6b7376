package seatkeeper.gateway.show;

/** A seat of a show, and whether it is booked. */
public record SeatStatus(String id, boolean booked) {}
