import java.io.File;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.TreeSet;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What this JVM trusts. "anchors STORE..." takes each as the default trust store and prints
 * "== STORE", then the SHA-256 of each trusted certificate or "unreadable"; "entries PASSWORD
 * STORE..." prints "== STORE", then alias, kind and SHA-256 of each entry; "connect HOST PORT"
 * makes a TLS handshake with the default store and prints "connected" or the reason; "wait" waits.
 */
public class Tls {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("wait")) {
            Thread.sleep(60_000);
        } else if (args[0].equals("anchors")) {
            for (int i = 1; i < args.length; i++) {
                System.setProperty("javax.net.ssl.trustStore", args[i]);
                System.out.print("== " + args[i] + "\n" + anchors());
            }
        } else if (args[0].equals("entries")) {
            for (int i = 2; i < args.length; i++)
                System.out.print("== " + args[i] + "\n" + entries(args[i], args[1]));
        } else {
            connect(args[1], Integer.parseInt(args[2]));
        }
    }

    private static void connect(String host, int port) {
        try (SSLSocket socket =
                (SSLSocket) SSLSocketFactory.getDefault().createSocket(host, port)) {
            socket.startHandshake();
            System.out.println("connected");
        } catch (Exception e) {
            System.out.println(e);
            System.exit(1);
        }
    }

    private static String hex(byte[] data) throws Exception {
        StringBuilder hex = new StringBuilder();
        for (byte b : MessageDigest.getInstance("SHA-256").digest(data))
            hex.append(String.format("%02x", b));
        return hex.toString();
    }

    private static String entries(String file, String password) throws Exception {
        KeyStore store = KeyStore.getInstance(new File(file), password.toCharArray());
        TreeSet<String> found = new TreeSet<>();
        for (String alias : Collections.list(store.aliases()))
            found.add(alias + (store.isCertificateEntry(alias) ? " trustedCertEntry " : " PrivateKeyEntry ")
                    + hex(store.getCertificate(alias).getEncoded()) + "\n");
        return String.join("", found);
    }

    private static String anchors() throws Exception {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        try {
            factory.init((KeyStore) null);
        } catch (Exception e) {
            return "unreadable\n";
        }
        TreeSet<String> found = new TreeSet<>();
        X509TrustManager manager = (X509TrustManager) factory.getTrustManagers()[0];
        for (X509Certificate certificate : manager.getAcceptedIssuers())
            found.add(hex(certificate.getEncoded()) + "\n");
        return String.join("", found);
    }
}
