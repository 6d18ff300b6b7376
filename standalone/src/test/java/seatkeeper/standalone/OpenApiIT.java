package seatkeeper.standalone;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import seatkeeper.gateway.GatewayApplication;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The document says exactly which calls there are. That answers are as it says is checked in all other tests. */
class OpenApiIT {

    @Test
    void namesEveryCallAndNoOther() {
        RequestMappingHandlerMapping mapping =
                RunningSystem.GATEWAY.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
        Set<String> mapped = mapping.getHandlerMethods().entrySet().stream()
                .filter(call -> call.getValue()
                        .getBeanType()
                        .getPackageName()
                        .startsWith(GatewayApplication.class.getPackageName()))
                .flatMap(call -> call.getKey().getMethodsCondition().getMethods().stream()
                        .flatMap(method -> call.getKey().getPatternValues().stream()
                                .map(path -> method + " "
                                        + path.replace("{showId}", "{show_id}")
                                                .replace("{userId}", "{user_id}")
                                                .replace("{requestId}", "{request_id}"))))
                .collect(toCollection(TreeSet::new));
        assertThat(new OpenApi().operations()).isEqualTo(mapped);
    }

    @Test
    void isServed() {
        RunningSystem.API.get("/openapi.yaml").expect(200);
    }

    @Test
    void theCheckBites() {
        OpenApi document = new OpenApi();
        JsonNode empty = JsonMapper.shared().createObjectNode();
        for (Runnable violation : List.<Runnable>of(
                () -> document.requireDocumented("POST", "/seat-lock", 200, "application/json", empty),
                () -> document.requireDocumented("POST", "/seat-lock", 418, "application/json", empty),
                () -> document.requireDocumented("POST", "/seat-lock", 409, "text/html", empty),
                () -> document.requireDocumented("GET", "/shows/x", 200, "application/json", empty),
                () -> document.requireDocumented(
                        "GET", "/booking/requests/x", 404, "application/problem+json", empty))) {
            assertThatThrownBy(violation::run).isInstanceOf(AssertionError.class);
        }
    }
}
