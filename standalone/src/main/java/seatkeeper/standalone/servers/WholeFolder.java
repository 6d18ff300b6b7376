package seatkeeper.standalone.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** A folder that is complete or not there, whenever its making is killed: it gets its name last. */
final class WholeFolder {

    interface Maker {
        void make(Path empty) throws Exception;
    }

    private WholeFolder() {}

    static Path make(Path folder, Maker maker) throws Exception {
        if (!Files.exists(folder)) {
            var unfinished = folder.resolveSibling(folder.getFileName() + ".unfinished");
            delete(unfinished);
            Files.createDirectories(unfinished);
            maker.make(unfinished);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        }
        return folder;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var paths = Files.walk(folder)) {
                for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
