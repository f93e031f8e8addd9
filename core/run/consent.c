#include "session.h"

#include <string.h>
#include <unistd.h>

bool consent_has_terminal(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool consent_is_asked(const struct session *session)
{
    return !session->cli.yes && consent_has_terminal();
}

void consent_begin(struct session *session)
{
    if (session->log.json && consent_is_asked(session))
        session->text = stderr;
}

bool consent_ask(struct session *session, const char *question)
{
    char answer[16] = "";
    if (session->log.json)
        session->text = NULL;
    if (!consent_is_asked(session))
        return true;
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s [y/N] ", question);
    (void)fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 || strcmp(answer, "Y") == 0;
}
