package seatkeeper.gateway.show;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the seats of a show lie, at one version of its layout: all on one line, where side by side means next to each
 * other. Sections and rows come in the order in which their first seats were listed, the best first; seats of a row in
 * the order of their numbers. Between rows, and where a number is missing, a place is left out.
 *
 * <p>A gateway keeps those of many shows, so they are arrays: some 25 bytes a seat and its name.
 */
public final class Places {

    /** Of a show whose layout this gateway does not know. */
    public static final Places UNKNOWN = new Builder(-1).build();

    private final long version;
    /** All ids, one behind the other, in the order of the line; that of seat i ends at ends[i]. */
    private final byte[] ids;

    private final int[] ends;
    private final int[] places;
    /** Open addressing by hash of the id: a seat's index and one, 0 for none. */
    private final int[] table;

    private final List<Section> sections;

    /** Which part of the line a section is; both ends are in it. */
    public record Section(String name, int from, int to) {}

    private Places(long version, byte[] ids, int[] ends, int[] places, List<Section> sections) {
        this.version = version;
        this.ids = ids;
        this.ends = ends;
        this.places = places;
        this.sections = List.copyOf(sections);
        this.table = new int[Math.max(2, Integer.highestOneBit(ends.length) * 4)];
        for (int seat = 0; seat < ends.length; seat++) {
            int slot = slot(hash(seat));
            while (table[slot] != 0) {
                slot = after(slot);
            }
            table[slot] = seat + 1;
        }
    }

    /** Of the layout: that of the show when seats were last added. */
    public long version() {
        return version;
    }

    /** How many seats there are. */
    public int size() {
        return ends.length;
    }

    public List<Section> sections() {
        return sections;
    }

    /** Where the section is, or null when there is none of that name. */
    public @Nullable Section section(String name) {
        return sections.stream()
                .filter(section -> section.name.equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The place of the seat, or -1 when there is no such seat. */
    public int of(String seatId) {
        for (int slot = slot(seatId.hashCode()); table[slot] != 0; slot = after(slot)) {
            int seat = table[slot] - 1;
            if (isCalled(seat, seatId)) {
                return places[seat];
            }
        }
        return -1;
    }

    /** The seat at a place that has one. */
    public String seatAt(int place) {
        int seat = Arrays.binarySearch(places, place);
        int start = start(seat);
        return new String(ids, start, ends[seat] - start, ISO_8859_1);
    }

    /** The line with a letter for each seat and another one for what is between them. */
    public byte[] line(char seat, char between) {
        byte[] line = new byte[places.length == 0 ? 0 : places[places.length - 1] + 1];
        Arrays.fill(line, (byte) between);
        for (int place : places) {
            line[place] = (byte) seat;
        }
        return line;
    }

    int bytes() {
        return ids.length + 4 * (ends.length + places.length + table.length) + 64 * sections.size();
    }

    private int start(int seat) {
        return seat == 0 ? 0 : ends[seat - 1];
    }

    private boolean isCalled(int seat, String id) {
        int start = start(seat);
        if (ends[seat] - start != id.length()) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            if (ids[start + i] != id.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** That of the id as a text; ids are ASCII. */
    private int hash(int seat) {
        int hash = 0;
        for (int i = start(seat); i < ends[seat]; i++) {
            hash = 31 * hash + ids[i];
        }
        return hash;
    }

    /** By the golden ratio: hashes of ids that count on lie close together. */
    private int slot(int hash) {
        return (hash * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(table.length) + 1);
    }

    private int after(int slot) {
        return (slot + 1) & (table.length - 1);
    }

    /** Takes the seats in the order of the line. */
    static final class Builder {

        private final long version;
        private byte[] ids = new byte[1024];
        private int[] ends = new int[64];
        private int[] places = new int[64];
        private int count;
        private int next;
        private int lastNumber;
        private String section = "";
        private String row = "";
        private final List<Section> sections = new ArrayList<>();

        Builder(long version) {
            this.version = version;
        }

        void add(String seatSection, String seatRow, int number, String id) {
            boolean isNewSection = count == 0 || !seatSection.equals(section);
            if (count > 0 && (isNewSection || !seatRow.equals(row) || number != lastNumber + 1)) {
                next++;
            }
            if (isNewSection) {
                sections.add(new Section(seatSection, next, next));
            } else {
                sections.set(sections.size() - 1, new Section(section, sections.getLast().from, next));
            }
            section = seatSection;
            row = seatRow;
            lastNumber = number;
            append(id);
            next++;
        }

        private void append(String id) {
            int start = count == 0 ? 0 : ends[count - 1];
            if (start + id.length() > ids.length) {
                ids = Arrays.copyOf(ids, 2 * ids.length);
            }
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, 2 * count);
                places = Arrays.copyOf(places, 2 * count);
            }
            for (int i = 0; i < id.length(); i++) {
                ids[start + i] = (byte) id.charAt(i);
            }
            ends[count] = start + id.length();
            places[count++] = next;
        }

        Places build() {
            int bytes = count == 0 ? 0 : ends[count - 1];
            return new Places(
                    version,
                    Arrays.copyOf(ids, bytes),
                    Arrays.copyOf(ends, count),
                    Arrays.copyOf(places, count),
                    sections);
        }
    }
}
