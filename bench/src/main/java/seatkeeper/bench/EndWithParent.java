package seatkeeper.bench;

import java.io.IOException;

/** Lets a process end with the one that started it, however that one ends. */
final class EndWithParent {

    private EndWithParent() {}

    static void watch() {
        Thread.ofPlatform().daemon().name("parent").start(EndWithParent::run);
    }

    private static void run() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes; the stream ends with the parent.
            }
        } catch (IOException e) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(1);
    }
}
