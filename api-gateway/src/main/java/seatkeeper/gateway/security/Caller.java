package seatkeeper.gateway.security;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import seatkeeper.contract.Ids;
import seatkeeper.contract.InvalidField;
import seatkeeper.gateway.web.Refusal;

/**
 * Who makes a call; a parameter of every call that acts for a user or shows what is a user's.
 *
 * @param userId whom the token names; null when that is no user
 * @param anyUser whether the caller acts for all users, and sees what is theirs
 * @param operator whether the caller may do what only operators may
 */
public record Caller(@Nullable UUID userId, boolean anyUser, boolean operator) {

    /**
     * The user_id of a request.
     *
     * @throws InvalidField when it is missing or no UUID
     * @throws Refusal 403 when the caller does not act for that user
     */
    public UUID user(@Nullable String value) {
        UUID user = Ids.uuid("user_id", value);
        requireUser(user);
        return user;
    }

    /**
     * Lets who acts for that user pass.
     *
     * @throws Refusal 403
     */
    public void requireUser(UUID user) {
        if (!maySee(user)) {
            throw Refusal.forbidden("user_id is not the subject of the token");
        }
    }

    /**
     * Lets operators pass.
     *
     * @throws Refusal 403
     */
    public void requireOperator() {
        if (!operator) {
            throw Refusal.forbidden("only operators may do this");
        }
    }

    /** Whether something of that user is the caller's business; of nobody, only when everything is. */
    public boolean maySee(@Nullable UUID user) {
        return anyUser || (user != null && user.equals(userId));
    }
}
