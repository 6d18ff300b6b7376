package seatkeeper.gateway.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.InvalidField;

/** Lists in pages: {@code limit} says how many, {@code after} is the {@code next} of the page before. */
public final class Page {

    private static final int DEFAULT_SIZE = 100;
    private static final int MAX_SIZE = 1_000;

    private Page() {}

    /**
     * How many entries are asked for.
     *
     * @throws InvalidField when that is less than 1 or too many
     */
    public static int size(@Nullable Integer limit) {
        if (limit != null && (limit < 1 || limit > MAX_SIZE)) {
            throw new InvalidField("limit", "must lie between 1 and " + MAX_SIZE);
        }
        return limit == null ? DEFAULT_SIZE : limit;
    }

    /**
     * Where a numbered list goes on; 0 for its beginning.
     *
     * @throws InvalidField when it is no number
     */
    public static long number(String field, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        if (!value.matches("\\d{1,18}")) {
            throw new InvalidField(field, "must be a number");
        }
        return Long.parseLong(value);
    }

    /** Where the list goes on; null at its end. */
    public static <T> @Nullable String next(List<T> page, int size, Function<T, String> key) {
        return page.size() < size ? null : key.apply(page.getLast());
    }
}
