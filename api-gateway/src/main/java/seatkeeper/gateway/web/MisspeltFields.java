package seatkeeper.gateway.web;

import java.util.Collection;
import java.util.List;
import seatkeeper.contract.Spelling;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.DeserializationProblemHandler;

/** Leaves unknown fields to be ignored, and refuses those that are misspelt. */
final class MisspeltFields extends DeserializationProblemHandler {

    @Override
    public boolean handleUnknownProperty(
            DeserializationContext context,
            JsonParser json,
            ValueDeserializer<?> deserializer,
            Object beanOrClass,
            String name) {
        Collection<Object> known = deserializer.getKnownPropertyNames();
        if (known != null) {
            List<String> names = known.stream().map(String::valueOf).toList();
            Spelling.check("", name, names);
        }
        return false;
    }
}
