package seatkeeper.gateway.show;

/** Seats or rules of a show have changed. */
public record ShowChanged(String showId) {}
