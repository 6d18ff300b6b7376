package seatkeeper.contract;

import java.util.Collection;
import java.util.Locale;

/**
 * Unknown fields are ignored, misspelt ones are not: a cancel whose {@code seatIds} were ignored would give back the whole
 * booking.
 */
public final class Spelling {

    private Spelling() {}

    /**
     * Lets every name pass but one that differs from a known name by case, separators or plural only.
     *
     * @param path where the field stands, empty or with a dot at its end
     * @throws InvalidField with the name that is meant
     */
    public static void check(String path, String name, Collection<String> known) {
        if (known.contains(name)) {
            return;
        }
        for (String meant : known) {
            if (isMeant(name, meant)) {
                throw new InvalidField(path + name, "is not known; " + meant + " is meant");
            }
        }
    }

    private static boolean isMeant(String name, String meant) {
        String written = singular(letters(name));
        String right = singular(letters(meant));
        // Of seat_ids, seats is a plural too.
        return written.equals(right) || (meant.endsWith("_ids") && (written + "id").equals(right));
    }

    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private static String singular(String letters) {
        return letters.endsWith("s") ? letters.substring(0, letters.length() - 1) : letters;
    }
}
