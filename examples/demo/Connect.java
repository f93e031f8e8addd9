import java.net.URI;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;

/**
 * Stands for the integrations of TeamForge: opens HTTPS connections as any Java program does, with
 * the trust store that this JVM loads by itself. Arguments: NAME=URL...; status 1 when one fails.
 * With the one argument "stay" it stands for JBoss: a JVM that runs until it is stopped.
 */
public final class Connect {
    private static boolean connect(String name, String url) throws Exception {
        HttpsURLConnection connection = 
                (HttpsURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(5000);
        try {
            connection.connect();
            X509Certificate leaf = (X509Certificate) connection.getServerCertificates()[0];
            System.out.println("java: " + name + ": connected, " + leaf.getSubjectX500Principal()
                    + ", serial " + leaf.getSerialNumber().toString(16));
            return true;
        } catch (SSLException e) {
            System.out.println("java: " + name + ": FAILED: " + e.getMessage());
            return false;
        } finally {
            connection.disconnect();
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("stay")) {
            System.out.println("running");
            Thread.sleep(Long.MAX_VALUE);
        }
        boolean good = true;
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            good &= connect(pair[0], pair[1]);
        }
        System.exit(good ? 0 : 1);
    }
}
