package seatkeeper.standalone;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.Interaction;
import org.openqa.selenium.interactions.PointerInput;
import org.openqa.selenium.interactions.Sequence;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A headless Chromium on the page of a gateway. Where there is none the test is skipped, unless the environment says
 * {@code SEATKEEPER_BROWSER=required}, as CI does.
 */
final class Browser implements AutoCloseable {

    private static final Optional<Path> CHROMIUM = program("chromium", "chromium-browser", "google-chrome");
    private static final Optional<Path> DRIVER = program("chromedriver");

    /** Held, or it would be forgotten with its level: it misses a library for a protocol that is not used here. */
    private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

    static {
        SELENIUM.setLevel(Level.SEVERE);
    }

    private final ChromeDriver driver;

    private Browser(ChromeOptions options) {
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(DRIVER.orElseThrow().toString()))
                        .usingAnyFreePort()
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
        driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(60));
    }

    static Browser desktop() {
        return new Browser(options("--window-size=1440,1000"));
    }

    static Browser phone(int width) {
        ChromeOptions options = options();
        options.setExperimentalOption(
                "mobileEmulation",
                Map.of("deviceMetrics", Map.of("width", width, "height", 844, "pixelRatio", 2, "touch", true)));
        return new Browser(options);
    }

    private static ChromeOptions options(String... more) {
        if (CHROMIUM.isEmpty() || DRIVER.isEmpty()) {
            String why = "chromium or chromedriver is not installed";
            if ("required".equals(System.getenv("SEATKEEPER_BROWSER"))) {
                fail(why);
            }
            abort(why);
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.orElseThrow().toString());
        // Root, as in a container, has no sandbox; a small /dev/shm is usual there, too.
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
        options.addArguments("--hide-scrollbars");
        options.addArguments(more);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        return options;
    }

    private static Optional<Path> program(String... names) {
        return Arrays.stream(names)
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void visit(int port, String show) {
        driver.get("http://127.0.0.1:" + port + "/#" + show);
    }

    /** Opens a show and waits until its map is live. */
    Browser open(int port, String show) {
        visit(port, show);
        eventually(() -> assertThat(live()).isEqualTo("live"));
        return this;
    }

    String tab() {
        return driver.getWindowHandle();
    }

    Browser newTab() {
        driver.switchTo().newWindow(WindowType.TAB);
        return this;
    }

    void goTo(String tab) {
        driver.switchTo().window(tab);
    }

    /** {@code light} or {@code dark}. */
    void prefers(String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** What is wider than the window or than its part of the panel. */
    List<?> sticksOut() {
        return (List<?>) driver.executeScript("return [document.documentElement, ...document.querySelectorAll("
                + "'header, #panel > section, button')].filter((box) => box.scrollWidth > box.clientWidth)"
                + ".map((box) => box.outerHTML.slice(0, 80))");
    }

    String live() {
        return data("live");
    }

    /** Where the buyer is: idle, busy or booked. */
    String phase() {
        return data("phase");
    }

    private String data(String name) {
        return (String) driver.executeScript("return document.body.dataset[arguments[0]]", name);
    }

    /** What the main button would do: none, lock, confirm or wait. */
    String does() {
        return (String) driver.executeScript("return document.getElementById('act').dataset.does ?? ''");
    }

    String text(String id) {
        return (String) driver.executeScript("return document.getElementById(arguments[0]).textContent", id);
    }

    String notice() {
        return text("notice");
    }

    boolean shows(String id) {
        return driver.findElement(By.id(id)).isDisplayed();
    }

    void click(String id) {
        driver.findElement(By.id(id)).click();
    }

    void keys(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    String focused() {
        return (String) driver.executeScript("return document.activeElement.id");
    }

    Object script(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Of an expression over {@code hall}, {@code map} and {@code id}, a seat. */
    private Object of(String seat, String expression) {
        return driver.executeAsyncScript(
                "const [id, done] = arguments; import('/js/app.js').then((app) => {"
                        + "const { hall, map } = app.current(); const i = hall.index.get(id); done(" + expression
                        + "); })",
                seat);
    }

    /** In the words the page has for it. */
    String seat(String seat) {
        return (String) driver.executeAsyncScript(
                "const [id, done] = arguments; Promise.all([import('/js/app.js'), import('/js/hall.js')])"
                        + ".then(([app, { WORDS }]) => { const { hall } = app.current();"
                        + " done(WORDS[hall.shown[hall.index.get(id)]]); })",
                seat);
    }

    double scale() {
        return ((Number) of("", "map.scale")).doubleValue();
    }

    double left() {
        return ((Number) of("", "map.left")).doubleValue();
    }

    /** Where a seat is in the window. */
    private int[] place(String seat) {
        List<?> place = (List<?>) of(
                seat,
                "(({ x, y }, box) => [Math.round(x + box.left), Math.round(y + box.top)])"
                        + "(map.point(i), map.canvas.getBoundingClientRect())");
        return place.stream().mapToInt(part -> ((Number) part).intValue()).toArray();
    }

    void clickSeat(String seat) {
        int[] place = place(seat);
        PointerInput mouse = new PointerInput(PointerInput.Kind.MOUSE, "mouse");
        driver.perform(List.of(new Sequence(mouse, 0)
                .addAction(move(mouse, place[0], place[1]))
                .addAction(mouse.createPointerDown(0))
                .addAction(mouse.createPointerUp(0))));
    }

    void tapSeat(String seat) {
        int[] place = place(seat);
        touch(place[0], place[1], place[0], place[1]);
    }

    /** One finger on the map, from somewhere to somewhere. */
    void touch(int fromX, int fromY, int toX, int toY) {
        PointerInput finger = new PointerInput(PointerInput.Kind.TOUCH, "finger");
        Sequence gesture =
                new Sequence(finger, 0).addAction(move(finger, fromX, fromY)).addAction(finger.createPointerDown(0));
        if (fromX != toX || fromY != toY) {
            gesture.addAction(move(finger, (fromX + toX) / 2, (fromY + toY) / 2))
                    .addAction(move(finger, toX, toY));
        }
        driver.perform(List.of(gesture.addAction(finger.createPointerUp(0))));
    }

    private static Interaction move(PointerInput pointer, int x, int y) {
        return pointer.createPointerMove(Duration.ofMillis(50), PointerInput.Origin.viewport(), x, y);
    }

    /** What the console complains of. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    static void eventually(ThrowingRunnable assertion) {
        await().atMost(60, SECONDS).untilAsserted(assertion);
    }

    @Override
    public void close() {
        driver.quit();
    }
}
