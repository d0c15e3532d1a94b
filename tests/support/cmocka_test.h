/* cmocka_test.h: cmocka with what it wants included before it. */
#ifndef BARYON_TESTS_SUPPORT_CMOCKA_TEST_H
#define BARYON_TESTS_SUPPORT_CMOCKA_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
