package seatkeeper.worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import seatkeeper.process.ProcessConfiguration;
import seatkeeper.worker.intake.DeadLetterReplay;

/** The booking-worker as a process of its own; any number of them share the partitions. */
@SpringBootApplication
@ConfigurationPropertiesScan
@Import(ProcessConfiguration.class)
public class WorkerApplication {

    private static final Logger log = LoggerFactory.getLogger(WorkerApplication.class);

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(DeadLetterReplay.COMMAND)) {
            System.exit(DeadLetterReplay.status(args));
        } else {
            application().run(args);
        }
    }

    /** Reads booking-worker.yml, then the user's application.yml and environment. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(WorkerApplication.class)
                .main(WorkerApplication.class)
                .properties("spring.config.name=booking-worker,application");
    }

    /** The one line at start. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> announcement() {
        return _ -> log.info("booking-worker is ready");
    }
}
