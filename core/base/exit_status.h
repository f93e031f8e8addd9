/*
 * The exit statuses of the program: the contract with scripts. The table in README.md is the same.
 */
#ifndef TFHOOK_EXIT_STATUS_H
#define TFHOOK_EXIT_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_FAILED = 1,         /* failed; the system is as it was before */
    STATUS_USAGE = 2,          /* the command line */
    STATUS_REJECTED = 3,       /* config, plugin, state directory; nothing was run */
    STATUS_LOCKED = 4,         /* another run holds the lock */
    STATUS_FINDING = 5,        /* a verification has a finding `fail` */
    STATUS_STUCK = 6,          /* a person is needed */
    STATUS_INTERNAL = 7,       /* a bug, or memory is out */
    STATUS_COMMAND_FAILED = 8, /* wrap, deploy: the wrapped command */
    STATUS_CHANGES = 10        /* plan --detailed-exitcode: changes are pending */
};

#endif
