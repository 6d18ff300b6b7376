/** What happens in a show, told to whoever listens: Server-Sent Events. */
@NullMarked
package seatkeeper.gateway.live;

import org.jspecify.annotations.NullMarked;
