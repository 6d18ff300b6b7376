# One image for each application: docker build --build-arg APPLICATION=api-gateway .
ARG APPLICATION

FROM maven:3.9-eclipse-temurin-25 AS build
ARG APPLICATION
WORKDIR /source
COPY . .
RUN mvn -B -ntp -pl $APPLICATION -am package -Dmaven.test.skip
RUN java -Djarmode=tools -jar $APPLICATION/target/seatkeeper-$APPLICATION-exec.jar \
        extract --layers --destination /layers --application-filename app.jar

FROM eclipse-temurin:25-jre
ARG APPLICATION
RUN useradd --system --uid 10001 --no-create-home seatkeeper && mkdir /app && chown 10001 /app
USER 10001
WORKDIR /app
# Fewer heaps of malloc, less memory lost between them.
ENV MALLOC_ARENA_MAX=2
# What changes least comes first.
COPY --from=build --chown=10001 /layers/dependencies/ /layers/spring-boot-loader/ /layers/snapshot-dependencies/ ./
COPY --from=build --chown=10001 /layers/application/ ./
COPY --chown=10001 $APPLICATION/jvm.options deploy/health.sh ./
# A start up to the point where servers are needed, so that later ones find their classes loaded and linked.
RUN java @jvm.options -XX:AOTCacheOutput=app.aot -Xlog:aot=error -Dspring.context.exit=onRefresh -jar app.jar && test -s app.aot
ENTRYPOINT ["java", "-XX:AOTCache=app.aot", "@jvm.options", "-jar", "app.jar"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["bash", "health.sh"]
