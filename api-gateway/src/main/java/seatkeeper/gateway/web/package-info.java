/** What all HTTP calls share: problem details, limits, preferences. */
@NullMarked
package seatkeeper.gateway.web;

import org.jspecify.annotations.NullMarked;
