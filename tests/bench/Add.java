import java.io.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;

/** "Add STORE PASSWORD DIRECTORY": one JVM that adds every certificate of a directory to a store. */
public class Add {
    public static void main(String[] args) throws Exception {
        char[] password = args[1].toCharArray();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        KeyStore store = KeyStore.getInstance(new File(args[0]), password);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Paths.get(args[2]), "*.crt")) {
            for (Path file : files) {
                try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
                    String name = file.getFileName().toString();
                    store.setCertificateEntry(name.substring(0, name.length() - 4), factory.generateCertificate(in));
                }
            }
        }
        try (OutputStream out = new FileOutputStream(args[0])) {
            store.store(out, password);
        }
    }
}
