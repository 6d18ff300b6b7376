package seatkeeper.standalone.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.commons.io.FileUtils;

/** A folder that is complete or not there, whenever its making is killed: it gets its name last. */
final class WholeFolder {

    interface Maker {
        void make(Path empty) throws Exception;
    }

    private WholeFolder() {}

    static Path make(Path parent, String name, Maker maker) throws Exception {
        var folder = parent.resolve(name);
        if (!Files.exists(folder)) {
            var prefix = name + ".unfinished-";
            deleteUnfinished(parent, prefix);
            var unfinished = Files.createTempDirectory(parent, prefix);
            maker.make(unfinished);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        }
        return folder;
    }

    /** What cannot be deleted is in the way of nobody: a tool of a killed run may still be writing there. */
    private static void deleteUnfinished(Path parent, String prefix) throws IOException {
        try (var siblings = Files.list(parent)) {
            for (var path : siblings.toList()) {
                if (path.getFileName().toString().startsWith(prefix)) {
                    FileUtils.deleteQuietly(path.toFile());
                }
            }
        }
    }
}
