package seatkeeper.contract;

/** A value that breaks the contract, with the name its field has in JSON. */
public final class InvalidField extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;

    public InvalidField(String field, String detail) {
        // No stack trace: this is an answer to a client, made by the thousand when somebody sends rubbish.
        super(field + " " + detail, null, false, false);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
