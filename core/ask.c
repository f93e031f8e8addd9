#include "ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool ask_is_terminal(void)
{
    return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

bool ask_consent(const struct session *session, const char *question)
{
    char answer[16] = "";
    if (session->cli.yes || !ask_is_terminal())
        return true;
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s [y/N] ", question);
    (void)fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 || strcmp(answer, "Y") == 0;
}
