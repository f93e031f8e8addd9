import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Locale;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What this JVM makes of a trust store, for run.sh: reads a line "PATH TAB PASSWORD TAB TYPE" (the
 * password in hexadecimal, the type that of the store, or "default") from stdin, and answers
 *
 *   opened                        or  refused REASON        with a null password, as for cacerts
 *   entry ALIAS DIGEST KIND       each that is listed; the alias in hexadecimal of UTF-16, in lower
 *                                 case; the SHA-256 of the certificate that is found under it, or "-"
 *   trusted DIGEST                each, as the trust manager has them
 *   with-password opened          or  with-password refused REASON
 *   .
 */
public class Ask {
    private static final PrintStream out = new PrintStream(System.out, false);

    public static void main(String[] args) throws Exception {
        System.out.println(System.getProperty("java.version"));
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String[] words = line.split("\t", -1);
            answer(Files.readAllBytes(Path.of(words[0])), password(words[1]), words[2]);
            out.println(".");
            if (!in.ready())
                out.flush();
        }
        out.flush();
    }

    private static void answer(byte[] data, char[] password, String type) {
        try {
            KeyStore store = load(data, null, type);
            StringBuilder said = new StringBuilder("opened\n");
            entries(store, said);
            trusted(store, said);
            out.print(said);
        } catch (Throwable e) { // OutOfMemoryError too: so the JVM says of a length that is absurd
            out.println("refused " + oneLine(reason(data, e)));
        }
        try {
            load(data, password, type);
            out.println("with-password opened");
        } catch (Throwable e) {
            out.println("with-password refused " + oneLine(e));
        }
    }

    /** The default type takes both forms, and tells why a JKS is no PKCS#12. */
    private static Throwable reason(byte[] data, Throwable said) {
        if (data.length < 4 || data[0] != (byte) 0xFE)
            return said;
        try {
            load(data, null, "JKS");
        } catch (Throwable e) {
            return e;
        }
        return said;
    }

    private static KeyStore load(byte[] data, char[] password, String type) throws Exception {
        KeyStore store =
                KeyStore.getInstance(type.equals("default") ? KeyStore.getDefaultType() : type);
        store.load(new ByteArrayInputStream(data), password);
        return store;
    }

    private static void entries(KeyStore store, StringBuilder said) throws Exception {
        for (String alias : Collections.list(store.aliases())) {
            Certificate found = certificate(store, alias);
            said.append("entry -").append(units(alias.toLowerCase(Locale.ENGLISH))).append(' ');
            said.append(found == null ? "-" : digest(found)).append(' ');
            said.append(store.isCertificateEntry(alias) ? "certificate"
                    : store.isKeyEntry(alias) ? "key" : "nothing").append('\n');
        }
    }

    /** A key without a chain makes the JCEKS of every JDK stumble; trust managers ask otherwise. */
    private static Certificate certificate(KeyStore store, String alias) throws Exception {
        try {
            return store.getCertificate(alias);
        } catch (ArrayIndexOutOfBoundsException e) {
            return null;
        }
    }

    private static void trusted(KeyStore store, StringBuilder said) throws Exception {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        for (X509Certificate certificate : manager.getAcceptedIssuers())
            said.append("trusted ").append(digest(certificate)).append('\n');
    }

    private static String digest(Certificate certificate) throws Exception {
        return hex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes)
            digits(hex, b, 4);
        return hex.toString();
    }

    /** An encoder would replace a lone surrogate. */
    private static String units(String alias) {
        StringBuilder hex = new StringBuilder();
        for (char unit : alias.toCharArray())
            digits(hex, unit, 12);
        return hex.toString();
    }

    private static void digits(StringBuilder hex, int value, int shift) {
        for (; shift >= 0; shift -= 4)
            hex.append(Character.forDigit(value >> shift & 15, 16));
    }

    private static char[] password(String hex) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < hex.length(); i += 2)
            bytes.write(Integer.parseInt(hex.substring(i, i + 2), 16));
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8).toCharArray();
    }

    private static String oneLine(Throwable e) {
        return String.valueOf(e).replaceAll("\\s+", " ");
    }
}
