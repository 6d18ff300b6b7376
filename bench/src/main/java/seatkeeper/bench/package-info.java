/** How fast it is, beside what its parts could do at all on the same machine in the same minute. */
@NullMarked
package seatkeeper.bench;

import org.jspecify.annotations.NullMarked;
