/*
 * What every unit test includes first: cmocka, and before it the headers that it forgets.
 */
#ifndef TFHOOK_TESTS_UNIT_H
#define TFHOOK_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
