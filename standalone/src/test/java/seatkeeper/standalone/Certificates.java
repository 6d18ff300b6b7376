package seatkeeper.standalone;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority of its own, and what it signed for the servers on 127.0.0.1; made by the JDK's keytool. */
final class Certificates {

    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final KeyStore trusted;

    private Certificates(Path folder, KeyStore trusted) {
        this.folder = folder;
        this.trusted = trusted;
    }

    static Certificates in(Path folder) throws Exception {
        Files.createDirectories(folder);
        Path authority = folder.resolve("authority.p12");
        Path server = keystore(folder);
        String[] made = {"-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"};
        keytool(
                authority,
                "-genkeypair",
                made,
                "-alias",
                "authority",
                "-dname",
                "CN=authority",
                "-ext",
                "bc:c=ca:true");
        keytool(server, "-genkeypair", made, "-alias", "server", "-dname", "CN=server");
        Path request = folder.resolve("server.csr");
        Path signed = folder.resolve("server.crt");
        String[] none = {};
        keytool(server, "-certreq", none, "-alias", "server", "-file", request.toString());
        keytool(
                authority,
                "-gencert",
                none,
                "-rfc",
                "-alias",
                "authority",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-infile",
                request.toString(),
                "-outfile",
                signed.toString());
        Path ca = authority(folder);
        keytool(authority, "-exportcert", none, "-rfc", "-alias", "authority", "-file", ca.toString());
        keytool(server, "-importcert", none, "-noprompt", "-alias", "authority", "-file", ca.toString());
        keytool(server, "-importcert", none, "-alias", "server", "-file", signed.toString());
        KeyStore keys = load(server);
        writeKey(folder, keys.getKey("server", PASSWORD.toCharArray()).getEncoded());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        Certificate root = keys.getCertificate("authority");
        trusted.setCertificateEntry("authority", root);
        return new Certificates(folder, trusted);
    }

    /** The server's certificate and key. */
    Path keystore() {
        return keystore(folder);
    }

    static String password() {
        return PASSWORD;
    }

    /** The same as PEM files. */
    Path certificate() {
        return folder.resolve("server.crt");
    }

    Path key() {
        return folder.resolve("server.key");
    }

    /** Whom clients have to trust, as PEM. */
    Path authority() {
        return authority(folder);
    }

    SSLContext client() throws GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static Path keystore(Path folder) {
        return folder.resolve("server.p12");
    }

    private static Path authority(Path folder) {
        return folder.resolve("authority.crt");
    }

    /** Servers refuse a key that others may read. */
    private static void writeKey(Path folder, byte[] key) throws IOException {
        String text = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key) + "\n-----END PRIVATE KEY-----\n";
        Path file = Files.createFile(
                folder.resolve("server.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, text.getBytes(US_ASCII));
    }

    private static KeyStore load(Path file) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static void keytool(Path store, String action, String[] how, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), action));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of(how));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command + ": " + said);
        }
    }
}
