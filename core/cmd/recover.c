/* The commands `recover`, `recover --restore SEQ` and `recover --keep SEQ`. */
#include "commands.h"

int command_recover(struct session *session, struct err *err)
{
    if (lock_session(session, err) < 0 ||
        recover_interrupted(session, &session->report.changes, err) < 0)
        return -1;
    if (session->report.result == NULL)
        session->report.result = "unchanged";
    if (session->cli.restore || session->cli.keep)
        return 0;
    report_say(session, session->report.transaction > 0
                            ? "Recovered; nothing else is left to recover.\n"
                            : "Nothing is left to recover.\n");
    return 0;
}
