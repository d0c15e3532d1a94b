/* test.h: what cmocka programs about proactors share. */
#ifndef BARYON_TESTS_PROACTOR_TEST_H
#define BARYON_TESTS_PROACTOR_TEST_H

#include "harness.h"
#include "socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>

/* It has ended, once, with a condition of that name whose text contains another. */
static inline void assert_failed(const struct actor *actor, const char *name, const char *text) {
  assert_non_null(actor);
  assert_int_equal(actor->seen[PN_TRANSPORT_CLOSED] + actor->seen[PN_LISTENER_CLOSE], 1);
  assert_string_equal(actor->condition, name);
  if (!strstr(actor->description, text))
    fail_msg("%s: '%s' does not say '%s'", actor->name, actor->description, text);
}

/* It has ended, once, with nothing to complain about. */
static inline void assert_ended_well(const struct actor *actor) {
  assert_non_null(actor);
  assert_int_equal(actor->seen[PN_TRANSPORT_CLOSED] + actor->seen[PN_LISTENER_CLOSE], 1);
  assert_string_equal(actor->condition, "");
}

static inline void until_inactive(struct host *host) { host_until(host, "proactor", PN_PROACTOR_INACTIVE); }

/* Milliseconds of processor time that this process has used. */
static inline long processor_time(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000L +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* A second comes, soon, in which nothing goes on: whoever waits for an event does so asleep. */
static inline void assert_idle(void) {
  const struct timespec second = {1, 0};
  long used = 0;
  for (int i = 0; i < 5; i++) {
    const long before = processor_time();
    nanosleep(&second, NULL);
    used = processor_time() - before;
    if (used < 20) return;
  }
  fail_msg("%ld ms of processor time in an idle second", used);
}

#endif
