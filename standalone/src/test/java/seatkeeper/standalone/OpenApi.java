package seatkeeper.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The document openapi.yaml, which every answer of every test is held against. */
final class OpenApi {

    private static final String IRI = "https://seatkeeper.example/openapi.json";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonNode document;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();
    private final Map<String, Pattern> paths = new LinkedHashMap<>();

    OpenApi() {
        try (InputStream file = OpenApi.class.getResourceAsStream("/static/openapi.yaml")) {
            document = JSON.valueToTree(new Yaml().load(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemas(Map.of(IRI, JSON.writeValueAsString(document))));
        document.path("paths")
                .propertyNames()
                .forEach(path -> paths.put(path, Pattern.compile(path.replaceAll("\\{[a-z_]+}", "[^/]+"))));
    }

    /** Method and path of every operation. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().propertyNames().forEach(method -> {
                    if (!method.equals("parameters")) {
                        operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    }
                }));
        return operations;
    }

    JsonNode document() {
        return document;
    }

    /** The scopes of a token that an operation, named as above, asks for. */
    Set<String> scopes(String operation) {
        String[] parts = operation.split(" ", 2);
        Set<String> scopes = new TreeSet<>();
        document.at("/paths/" + escaped(parts[1]) + "/" + parts[0].toLowerCase(java.util.Locale.ROOT) + "/security")
                .forEach(way -> way.path("token").forEach(scope -> scopes.add(scope.asString())));
        return scopes;
    }

    /** Nothing is answered that the document does not say; what it does not know at all is not its business. */
    void requireDocumented(String method, String path, int status, String contentType, JsonNode body) {
        String operation = paths.entrySet().stream()
                .filter(known -> known.getValue().matcher(path).matches())
                .map(Map.Entry::getKey)
                // A path without parameters says more than one with them.
                .min((a, b) -> Integer.compare(a.indexOf('{'), b.indexOf('{')))
                .map(known -> "/paths/" + escaped(known) + "/" + method.toLowerCase(java.util.Locale.ROOT))
                .orElse("");
        if (operation.isEmpty() || document.at(operation).isMissingNode()) {
            return;
        }
        String said = method + " " + path + " " + status + " " + contentType + " " + body;
        String response = operation + "/responses/" + status;
        JsonNode documented = document.at(response);
        assertThat(documented.isMissingNode())
                .as("undocumented status: " + said)
                .isFalse();
        String reference = documented.path("$ref").asString("");
        String place = reference.isEmpty() ? response : reference.substring(1);
        JsonNode content = document.at(place).path("content");
        if (content.isEmpty()) {
            return;
        }
        String type = contentType.split(";", 2)[0];
        assertThat(content.has(type)).as("undocumented content type: " + said).isTrue();
        assertThat(schema(place + "/content/" + escaped(type) + "/schema").validate(body))
                .as(said)
                .isEmpty();
    }

    private Schema schema(String pointer) {
        return schemas.computeIfAbsent(
                pointer,
                place -> registry.getSchema(
                        SchemaLocation.of(IRI + "#" + place.replace("{", "%7B").replace("}", "%7D"))));
    }

    private static String escaped(String step) {
        return step.replace("~", "~0").replace("/", "~1");
    }
}
