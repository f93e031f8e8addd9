/* The texts of --help: an example first, then the rest. */
#ifndef TFHOOK_HELP_H
#define TFHOOK_HELP_H

#include "cli.h"

void help_show(enum command command);

#endif
