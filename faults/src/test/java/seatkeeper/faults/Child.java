package seatkeeper.faults;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/** Runs another class's main, and ends with the process that started it, however that one ends. */
final class Child {

    private Child() {}

    public static void main(String[] args) throws Throwable {
        Thread.ofPlatform().daemon().name("parent").start(Child::endWithParent);
        MethodHandles.lookup()
                .findStatic(Class.forName(args[0]), "main", MethodType.methodType(void.class, String[].class))
                .invoke(Arrays.copyOfRange(args, 1, args.length));
    }

    private static void endWithParent() {
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
