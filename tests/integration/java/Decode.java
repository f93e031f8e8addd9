import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;

/** Which certificates a JVM decodes: "FILE decodes" or "FILE refused: REASON", a line each. */
public class Decode {
    public static void main(String[] files) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (String file : files) {
            try {
                byte[] bytes = Files.readAllBytes(Path.of(file));
                factory.generateCertificate(new ByteArrayInputStream(bytes));
                System.out.println(file + " decodes");
            } catch (Exception e) {
                System.out.println(file + " refused: " + e.getMessage());
            }
        }
    }
}
