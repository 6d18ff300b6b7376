package seatkeeper.gateway.show;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes sections of rows of seats, as the seats come. */
final class LayoutWriter {

    private final JsonGenerator json;
    private @Nullable String section;
    private @Nullable String row;

    LayoutWriter(JsonGenerator json, long version) {
        this.json = json;
        json.writeStartObject();
        json.writeNumberProperty("version", version);
        json.writeArrayPropertyStart("sections");
    }

    void write(SeatRows.LaidOut seat) {
        if (!seat.section().equals(section)) {
            endSection();
            section = begin(seat.section(), "rows");
        }
        if (!seat.row().equals(row)) {
            endRow();
            row = begin(seat.row(), "seats");
        }
        json.writeStartObject();
        json.writeStringProperty("id", seat.id());
        json.writeNumberProperty("number", seat.number());
        if (seat.category() == null) {
            json.writeNullProperty("category");
        } else {
            json.writeStringProperty("category", seat.category());
        }
        json.writeStringProperty("status", seat.status());
        json.writeNumberProperty("version", seat.version());
        json.writeEndObject();
    }

    void end() {
        endSection();
        json.writeEndArray();
        json.writeEndObject();
    }

    private String begin(String name, String parts) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeArrayPropertyStart(parts);
        return name;
    }

    private void endRow() {
        if (row != null) {
            json.writeEndArray();
            json.writeEndObject();
            row = null;
        }
    }

    private void endSection() {
        endRow();
        if (section != null) {
            json.writeEndArray();
            json.writeEndObject();
            section = null;
        }
    }
}
