package seatkeeper.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of deploy/kubernetes against the schema of Kubernetes, as its Java client has it: unknown fields too. */
class DeploymentTest {

    private static final Path FOLDER = Path.of("..", "deploy", "kubernetes");

    /** Throws when the resource is not one of its kind. */
    private interface Schema {
        void check(JsonElement resource) throws IOException;
    }

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "v1 ConfigMap", V1ConfigMap::validateJsonElement,
            "v1 Namespace", V1Namespace::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            // Of KEDA, whose schema is not to be had from a repository of Maven.
            "keda.sh/v1alpha1 ScaledObject", _ -> {},
            "keda.sh/v1alpha1 TriggerAuthentication", _ -> {});

    @Test
    void everyResourceFollowsItsSchema() throws Exception {
        List<Map<String, ?>> resources = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file :
                    files.filter(file -> !file.endsWith("kustomization.yaml")).toList()) {
                resources.addAll(resources(Files.readString(file)));
            }
        }
        assertThat(resources).hasSizeGreaterThan(10);
        for (Map<String, ?> resource : resources) {
            check(resource);
        }
    }

    @Test
    void kustomizeRendersThemAll() throws Exception {
        Programs.require("SEATKEEPER_KUBECTL", Programs.installed("kubectl", "kustomize", "--help"), "no kubectl here");
        List<Map<String, ?>> resources = resources(Programs.run("", "kubectl", "kustomize", FOLDER.toString()));
        assertThat(resources).hasSizeGreaterThan(12);
        for (Map<String, ?> resource : resources) {
            check(resource);
            if (!resource.get("kind").equals("Namespace")) {
                assertThat(((Map<?, ?>) resource.get("metadata")).get("namespace"))
                        .isEqualTo("seatkeeper");
            }
        }
    }

    /** As many workers as partitions, and no more. */
    @Test
    void workersAreBoundedByThePartitions() throws Exception {
        Map<String, ?> scaled = resources(Files.readString(FOLDER.resolve("booking-worker.yaml"))).stream()
                .filter(resource -> resource.get("kind").equals("ScaledObject"))
                .findFirst()
                .orElseThrow();
        String worker = Files.readString(Path.of("..", "booking-worker/src/main/resources/booking-worker.yml"));
        assertThat(worker).contains("  partitions: " + ((Map<?, ?>) scaled.get("spec")).get("maxReplicaCount") + "\n");
    }

    @Test
    void theSchemaBites() {
        String wrong = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {replica: 2}}";
        assertThatThrownBy(() -> check(resources(wrong).getFirst())).isInstanceOf(IllegalArgumentException.class);
    }

    private static void check(Map<String, ?> resource) throws IOException {
        String kind = resource.get("apiVersion") + " " + resource.get("kind");
        assertThat(SCHEMAS).containsKey(kind);
        SCHEMAS.get(kind).check(new Gson().toJsonTree(resource));
    }

    private static List<Map<String, ?>> resources(String yaml) {
        List<Map<String, ?>> resources = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
            @SuppressWarnings("unchecked")
            Map<String, ?> resource = (Map<String, ?>) document;
            resources.add(resource);
        }
        return resources;
    }
}
