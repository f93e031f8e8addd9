#include "interrupt.h"

#include "invoker_environment.h"

volatile sig_atomic_t interrupt_pending;
volatile sig_atomic_t interrupt_forward_to;

/* On a terminal INT comes to the command by itself; sending it again does no harm. */
static void note_signal(int number)
{
    interrupt_pending = number;
    if (interrupt_forward_to > 0)
        (void)kill((pid_t)interrupt_forward_to, number);
}

void interrupt_catch(void)
{
    const struct sigaction action = {.sa_handler = note_signal};
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!invoker_ignores(numbers[i]))
            (void)sigaction(numbers[i], &action, NULL);
}
