package seatkeeper.standalone;

import static java.util.UUID.randomUUID;
import static org.assertj.core.api.Assertions.assertThat;
import static seatkeeper.standalone.Browser.eventually;
import static seatkeeper.standalone.RunningSystem.API;
import static seatkeeper.standalone.RunningSystem.SERVERS;
import static seatkeeper.standalone.RunningSystem.show;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;
import org.springframework.context.ConfigurableApplicationContext;

/** The seat map in a real browser. */
class PageIT {

    private final int port = RunningSystem.port(RunningSystem.GATEWAY);

    @Test
    void clicksLockAndConfirm() {
        String show = show("A1", "A2", "A3");
        try (Browser browser = Browser.desktop().open(port, show)) {
            browser.clickSeat("A1");
            browser.clickSeat("A3");
            eventually(() -> assertThat(browser.text("act")).isEqualTo("Lock 2 seats"));
            browser.click("act");
            eventually(() -> assertThat(browser.text("act")).isEqualTo("Confirm 2 seats"));
            assertThat(browser.text("left")).startsWith("Held for you for 1:");
            browser.click("act");
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
            assertThat(browser.notice()).isEqualTo("Booked: A1, A3.");
            for (String timing : List.of("time-lock", "time-accepted", "time-decided")) {
                assertThat(browser.text(timing)).matches("[0-9.]+ ms");
            }
            assertThat(browser.seat("A1")).isEqualTo("booked by you");
            assertThat(browser.seat("A2")).isEqualTo("available");
        }
        assertThat(API.seatMap(show)).isEqualTo(Map.of("A1", "BOOKED", "A2", "AVAILABLE", "A3", "BOOKED"));
    }

    @Test
    @Tag("long")
    void ofTwoBrowsersOneWinsAndTheOtherSeesWhy() {
        String show = show("A1");
        try (Browser one = Browser.desktop().open(port, show);
                Browser other = Browser.desktop().open(port, show)) {
            List<Browser> both = List.of(one, other);
            both.forEach(browser -> browser.clickSeat("A1"));
            both.forEach(browser -> eventually(() -> assertThat(browser.does()).isEqualTo("lock")));
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> one.click("act"));
            other.click("act");
            first.join();
            eventually(() -> assertThat(both).extracting(Browser::does).containsExactlyInAnyOrder("confirm", "none"));
            Browser winner = one.does().equals("confirm") ? one : other;
            Browser loser = winner == one ? other : one;
            assertThat(winner.seat("A1")).isEqualTo("leased by you");
            eventually(() -> assertThat(loser.notice()).startsWith("A1").contains("leased by someone else"));
            eventually(() -> assertThat(loser.seat("A1")).isEqualTo("leased by someone else"));
            winner.click("act");
            eventually(() -> assertThat(winner.phase()).isEqualTo("booked"));
            eventually(() -> assertThat(loser.seat("A1")).isEqualTo("booked"));
            loser.clickSeat("A1");
            eventually(() -> assertThat(loser.notice()).isEqualTo("A1 is booked."));
        }
        assertThat(Db.count("select count(*) from bookings where show_id = ?", show))
                .isEqualTo(1);
        InvariantsIT.audit(show);
    }

    @Test
    @Tag("long")
    void booksByKeyboardAlone() {
        String show = show("A1", "A2", "A3", "A4", "A5");
        try (Browser browser = Browser.desktop().open(port, show)) {
            for (int tabs = 0; tabs < 10 && !browser.focused().equals("map"); tabs++) {
                browser.keys(Keys.TAB);
            }
            assertThat(browser.focused()).isEqualTo("map");
            assertThat(browser.text("seat-said")).isEqualTo("row A, seat 3: available");
            browser.keys(Keys.ARROW_RIGHT, " ");
            eventually(() -> assertThat(browser.text("seat-said")).isEqualTo("row A, seat 4: picked by you"));
            browser.keys(Keys.HOME, " ", Keys.ENTER);
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.keys(Keys.ENTER);
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
        }
        assertThat(API.seatMap(show)).containsEntry("A1", "BOOKED").containsEntry("A4", "BOOKED");
    }

    @Test
    @Tag("long")
    void knowsItsSeatsAfterAReload() {
        String show = show("A1", "A2");
        try (Browser browser = Browser.desktop().open(port, show)) {
            browser.clickSeat("A1");
            eventually(() -> assertThat(browser.does()).isEqualTo("lock"));
            browser.click("act");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.script("location.reload()");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.click("cancel");
            eventually(() -> assertThat(browser.seat("A1")).isEqualTo("available"));
        }
        API.lock(show, randomUUID(), "A1").expect(200);
    }

    @Test
    @Tag("long")
    void saysThatThereIsNoSuchShow() {
        String show = show("A1");
        try (Browser browser = Browser.desktop().open(port, "%")) {
            assertThat(browser.notice()).startsWith("There is no show %; this is ");
            browser.script("location.hash = 'nosuch'");
            eventually(() -> assertThat(browser.notice()).startsWith("There is no show nosuch; this is "));
            String made = show("B1");
            browser.script("location.hash = arguments[0]", made);
            eventually(() -> assertThat(browser.seat("B1")).isEqualTo("available"));
            assertThat(browser.notice()).isEmpty();
            browser.script("location.hash = arguments[0]", show);
            eventually(() -> assertThat(browser.seat("A1")).isEqualTo("available"));
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** More than the six connections that a browser has; and what happened meanwhile is seen on return. */
    @Test
    @Tag("long")
    void anyNumberOfTabsAndALeaseThatRanOutUnseen() {
        String show = show("A1", "A2");
        try (Browser browser = Browser.desktop().open(port, show)) {
            browser.clickSeat("A1");
            eventually(() -> assertThat(browser.does()).isEqualTo("lock"));
            browser.click("act");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            UUID user = UUID.fromString((String) browser.script("return sessionStorage.getItem('user_id')"));
            String first = browser.tab();
            browser.script("document.addEventListener('visibilitychange',"
                    + " () => localStorage.setItem('unseen', document.hidden && document.body.dataset.live))");
            for (int tabs = 2; tabs <= 8; tabs++) {
                browser.newTab().open(port, show);
            }
            // The first tab has given its stream back: it hears neither of the release nor of the other's lease.
            eventually(() -> assertThat(browser.script("return localStorage.getItem('unseen')"))
                    .isEqualTo("connecting"));
            API.release(show, user, "A1").expect(200);
            API.lock(show, randomUUID(), "A1", "A2").expect(200);
            // The stream that the first tab takes up begins behind both events when others have had them.
            eventually(() -> assertThat(browser.seat("A2")).isEqualTo("leased by someone else"));
            browser.goTo(first);
            eventually(() -> assertThat(browser.notice())
                    .isEqualTo("Your lease of A1 has ended; it is leased by someone else."));
            eventually(() -> assertThat(browser.seat("A1")).isEqualTo("leased by someone else"));
            assertThat(browser.does()).isEqualTo("none");
        }
    }

    /** On the whole plan a seat is a few pixels: there is no shape to tell it by. */
    @Test
    @Tag("long")
    void coloursDifferInLightness() {
        try (Browser browser = Browser.desktop().open(port, show("A1"))) {
            for (String scheme : List.of("light", "dark")) {
                browser.prefers(scheme);
                List<Double> lightness = Stream.of("free", "leased", "booked", "mine")
                        .map(name -> luminance((String) browser.script(
                                "return getComputedStyle(document.documentElement).getPropertyValue(arguments[0])",
                                "--" + name)))
                        .sorted()
                        .toList();
                for (int i = 1; i < lightness.size(); i++) {
                    assertThat((lightness.get(i) + 0.05) / (lightness.get(i - 1) + 0.05))
                            .as("contrast in %s of %s", scheme, lightness)
                            .isGreaterThan(1.45);
                }
            }
        }
    }

    private static double luminance(String hex) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double part = Integer.parseInt(hex.substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
            sum += weights[i] * (part <= 0.03928 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return sum;
    }

    @Test
    @Tag("long")
    void reconnectsAfterTheGatewayRestarts() throws IOException {
        String show = show("A1", "A2");
        int own = RunningSystem.freePort();
        ConfigurableApplicationContext gateway = LocalApplications.gateway(SERVERS, "--server.port=" + own);
        try (Browser browser = Browser.desktop().open(own, show)) {
            gateway.close();
            eventually(() -> assertThat(browser.live()).isEqualTo("lost"));
            UUID user = randomUUID();
            API.lock(show, user, "A1", "A2").expect(200);
            API.confirmAndWait(randomUUID(), show, user, "A1").expect(200);
            assertThat(browser.seat("A1")).isEqualTo("available");
            gateway = LocalApplications.gateway(SERVERS, "--server.port=" + own);
            eventually(() -> assertThat(browser.live()).isEqualTo("live"));
            assertThat(browser.seat("A1")).isEqualTo("booked");
            assertThat(browser.seat("A2")).isEqualTo("leased by someone else");
            API.release(show, user, "A2").expect(200);
            eventually(() -> assertThat(browser.seat("A2")).isEqualTo("available"));
        } finally {
            gateway.close();
        }
    }

    @Test
    @Tag("long")
    void worksOnAPhone() {
        String show = show();
        API.put("/shows/" + show, "{\"sections\": [{\"name\": \"stalls\", \"rows\": 30, \"seats_per_row\": 40}]}")
                .expect(201);
        try (Browser browser = Browser.phone(320).open(port, show)) {
            assertThat(browser.sticksOut()).isEmpty();
        }
        try (Browser browser = Browser.phone(390).open(port, show)) {
            assertThat(browser.sticksOut()).isEmpty();
            // The first tap comes closer, the second picks.
            browser.tapSeat("stalls-15-20");
            eventually(() -> assertThat(browser.scale()).isGreaterThanOrEqualTo(18));
            browser.tapSeat("stalls-15-20");
            eventually(() -> assertThat(browser.seat("stalls-15-20")).isEqualTo("picked by you"));
            double before = browser.left();
            browser.touch(250, 250, 150, 250);
            eventually(() -> assertThat(browser.left()).isGreaterThan(before + 1));
            browser.click("act");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            assertThat(browser.sticksOut()).isEmpty();
            browser.click("act");
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
            assertThat(browser.complaints()).isEmpty();
        }
    }

    /** As deployed, without a crowd: nothing to complain of, nothing from elsewhere, and not much of it. */
    @Test
    @Tag("long")
    void isSmallSelfContainedAndQuiet() {
        String show = show("A1", "A2");
        try (ConfigurableApplicationContext gateway = LocalApplications.plainGateway(SERVERS, "--server.port=0");
                Browser browser = Browser.desktop().open(RunningSystem.port(gateway), show)) {
            browser.clickSeat("A1");
            eventually(() -> assertThat(browser.does()).isEqualTo("lock"));
            browser.click("act");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.click("act");
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
            assertThat(browser.shows("crowd")).isFalse();
            assertThat(browser.complaints()).isEmpty();
            assertThat((List<?>) browser.script("return performance.getEntriesByType('resource')"
                            + ".map((entry) => entry.name).filter((name) => !name.startsWith(location.origin))"))
                    .isEmpty();
            assertThat((Long) browser.script("return performance.getEntriesByType('resource')"
                            + ".filter((entry) => /[.](js|css|svg)$/.test(entry.name))"
                            + ".reduce((bytes, entry) => bytes + entry.transferSize, 0)"))
                    .isBetween(1L, 40_000L);
        }
        assertThat(API.get("/").header("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self';");
    }

    @Test
    @Tag("long")
    void asksForATokenAndActsForItsSubject() {
        String show = show("A1", "A2");
        UUID user = randomUUID();
        try (Issuer issuer = new Issuer();
                ConfigurableApplicationContext gateway = LocalApplications.plainGateway(SERVERS, issuer.settings());
                Browser browser = Browser.desktop()) {
            browser.visit(RunningSystem.port(gateway), show);
            eventually(() -> assertThat(browser.shows("sign-in")).isTrue());
            assertThat(browser.focused()).isEqualTo("token");
            browser.keys("secret", Keys.ENTER);
            eventually(() -> assertThat(browser.text("sign-in-why")).isEqualTo("This is no access token."));
            browser.keys(Keys.ESCAPE);
            assertThat(browser.shows("sign-in")).isTrue();

            browser.script("document.getElementById('token').select()");
            browser.keys(
                    issuer.token(user, "read book", claims -> claims.expirationTime(Date.from(Instant.EPOCH))),
                    Keys.ENTER);
            eventually(() -> assertThat(browser.text("sign-in-why")).contains("does not accept this token"));
            browser.keys(issuer.token(user, "read book"), Keys.ENTER);
            eventually(() -> assertThat(browser.live()).isEqualTo("live"));
            assertThat(browser.shows("sign-in")).isFalse();

            browser.clickSeat("A1");
            eventually(() -> assertThat(browser.does()).isEqualTo("lock"));
            browser.click("act");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.click("act");
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
            API.lock(show, randomUUID(), "A2").expect(200);
            eventually(() -> assertThat(browser.seat("A2")).isEqualTo("leased by someone else"));
            browser.script("location.reload()");
            eventually(() -> assertThat(browser.live()).isEqualTo("live"));
            eventually(() -> assertThat(browser.seat("A1")).isEqualTo("booked by you"));

            browser.click("sign-out");
            eventually(() -> assertThat(browser.shows("sign-in")).isTrue());
            assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401"));
        }
        assertThat(Db.column("select user_id from bookings where show_id = ?", show))
                .containsExactly(user.toString());
    }

    @Test
    @Tag("long")
    void aCrowdRacesAndGoes() {
        String show = show();
        API.put("/shows/" + show, "{\"sections\": [{\"name\": \"stalls\", \"rows\": 20, \"seats_per_row\": 40}]}")
                .expect(201);
        try (Browser browser = Browser.desktop().open(port, show)) {
            eventually(() -> assertThat(browser.shows("crowd")).isTrue());
            browser.click("crowd-start");
            eventually(() -> assertThat(number(browser.text("crowd-booked"))).isPositive());
            eventually(() -> assertThat(number(browser.text("count-booked"))).isPositive());
            browser.script("document.getElementById('crowd-start').click()");
            eventually(() -> assertThat(browser.text("crowd-start")).isEqualTo("Simulate a crowd"));
            long booked = Db.count("select count(*) from bookings where show_id = ?", show);
            assertThat(number(browser.text("crowd-booked"))).isEqualTo(booked);
            eventually(() -> assertThat(number(browser.text("count-booked"))).isEqualTo(booked));
            eventually(() -> assertThat(number(browser.text("count-leased"))).isZero());
            assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("409"));
        }
        InvariantsIT.audit(show);
    }

    /** {@code -Dseatkeeper.screenshot=<file>} makes the picture of the README, in the midst of a race. */
    @Test
    @Tag("long")
    @EnabledIfSystemProperty(named = "seatkeeper.screenshot", matches = ".+")
    void poses() throws IOException {
        String show = "arena-" + randomUUID().toString().substring(0, 4);
        StringBuilder sections = new StringBuilder();
        for (int i = 1; i <= 20; i++) {
            sections.append(i == 1 ? "" : ",")
                    .append("{\"name\":\"S%02d\",\"rows\":50,\"seats_per_row\":20}".formatted(i));
        }
        API.put("/shows/" + show, "{\"sections\":[" + sections + "]}").expect(201);
        try (Browser browser = Browser.desktop().open(port, show)) {
            eventually(() -> assertThat(browser.shows("crowd")).isTrue());
            browser.script("document.getElementById('crowd-buyers').value = 100");
            browser.click("crowd-start");
            eventually(() -> assertThat(number(browser.text("crowd-booked")))
                    .as("booked")
                    .isGreaterThan(1_000));
            browser.script("document.querySelector('[data-best=\"3\"]').click()");
            eventually(() -> assertThat(browser.does()).isEqualTo("confirm"));
            browser.click("act");
            eventually(() -> assertThat(browser.phase()).isEqualTo("booked"));
            browser.script("document.getElementById('whole').click()");
            Files.write(Path.of(System.getProperty("seatkeeper.screenshot")), browser.screenshot());
            browser.script("document.getElementById('crowd-start').click()");
            eventually(() -> assertThat(browser.text("crowd-start")).isEqualTo("Simulate a crowd"));
        }
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", "").replace("–", "0"));
    }
}
