#include "metrics.h"

#include <inttypes.h>
#include <string.h>

void verify_metrics_head(struct bytes *out)
{
    bytes_text(out, "# HELP x509_cert_not_after When the certificate ends, in seconds since the "
                    "epoch\n"
                    "# TYPE x509_cert_not_after gauge\n");
}

/* A label's value has three characters that must be escaped. What is no printable ASCII or UTF-8
 * lead is kept out: a name in a certificate is somebody else's text. */
static void write_label(const char *name, const char *value, const char *after, struct bytes *out)
{
    bytes_printf(out, "%s=\"", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\\' || *c == '"')
            bytes_printf(out, "\\%c", *c);
        else if (*c == '\n')
            bytes_text(out, "\\n");
        else if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
            bytes_text(out, "?");
        else
            bytes_add(out, c, 1);
    }
    bytes_printf(out, "\"%s", after);
}

void verify_metrics_add(struct bytes *out, const char *source, const char *subject,
                        const char *filepath, const struct cert_facts *facts)
{
    bytes_text(out, "x509_cert_not_after{");
    write_label("source", source, ",", out);
    write_label("subject", subject, ",", out);
    write_label("filepath", filepath, ",", out);
    write_label("subject_CN", facts->common_name, "} ", out);
    bytes_printf(out, "%" PRId64 "\n", facts->not_after);
}
