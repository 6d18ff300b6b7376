/**
 * Faults injected for real: gateways and workers as processes of their own beside real servers, a proxy of ours on every
 * way between them, a seeded workload that keeps a journal, and a checker that compares the journal, the logs and the
 * tables. See docs/reliability.md.
 */
package seatkeeper.faults;
