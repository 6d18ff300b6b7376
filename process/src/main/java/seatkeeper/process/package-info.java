/** What gateway and worker share as processes: the servers they need, waited for and watched. */
@NullMarked
package seatkeeper.process;

import org.jspecify.annotations.NullMarked;
