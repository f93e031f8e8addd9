#include "aside.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>

enum { STACK = 256 * 1024 };

static struct {
    bool there;
    sem_t asked, done;
    int (*work)(void *context);
    void *context;
    int result;
} aside;

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) < 0)
        ; /* a signal */
}

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        wait_for(&aside.asked);
        aside.result = aside.work(aside.context);
        (void)sem_post(&aside.done);
    }
    return NULL;
}

bool aside_start(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    /* Signals are the plugin's thread's own affair. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    aside.there = pthread_attr_setstacksize(&attributes, STACK) == 0 &&
                  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                  sem_init(&aside.asked, 0, 0) == 0 && sem_init(&aside.done, 0, 0) == 0 &&
                  pthread_create(&thread, &attributes, serve, NULL) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return aside.there;
}

int aside_run(int (*work)(void *context), void *context)
{
    if (!aside.there)
        return work(context);
    aside.work = work;
    aside.context = context;
    (void)sem_post(&aside.asked);
    wait_for(&aside.done);
    return aside.result;
}
