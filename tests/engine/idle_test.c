/* idle_test.c: who is silent, and for how long. [2.4.5] */
#include "engine/idle.h"
#include "support/cmocka_test.h"

static void silence_is_allowed_without_a_timeout(void **state) {
  (void)state;
  struct pni_idle idle = {.bytes_in = 0};
  for (int64_t now = 1; now < 100; now++) assert_true(pni_idle_hears(&idle, 0, 0, now * 1000000));
  assert_int_equal(pni_idle_deadline(&idle), 0);
}

static void peer_is_silent_for_the_whole_timeout(void **state) {
  (void)state;
  struct pni_idle idle = {.bytes_in = 0};
  assert_true(pni_idle_hears(&idle, 1000, 50, 5000));
  assert_int_equal(pni_idle_deadline(&idle), 6000);
  assert_true(pni_idle_hears(&idle, 1000, 50, 5999));
  assert_int_equal(pni_idle_deadline(&idle), 6000);
  assert_false(pni_idle_hears(&idle, 1000, 50, 6000));
}

static void a_single_byte_starts_the_time_anew(void **state) {
  (void)state;
  struct pni_idle idle = {.bytes_in = 0};
  assert_true(pni_idle_hears(&idle, 1000, 0, 5000));
  assert_true(pni_idle_hears(&idle, 1000, 1, 7000)); /* it came in time, for all that is known */
  assert_int_equal(pni_idle_deadline(&idle), 8000);
  assert_false(pni_idle_hears(&idle, 1000, 1, 8000));
}

static void timeout_may_be_taken_back(void **state) {
  (void)state;
  struct pni_idle idle = {.bytes_in = 0};
  assert_true(pni_idle_hears(&idle, 1000, 0, 5000));
  assert_true(pni_idle_hears(&idle, 0, 0, 9000));
  assert_int_equal(pni_idle_deadline(&idle), 0);
}

static void we_speak_after_half_of_what_the_peer_bears(void **state) {
  (void)state;
  struct pni_idle idle = {.frames_out = 0};
  pni_idle_speaks(&idle, 1000, 40, 5000);
  assert_false(idle.keepalive);
  assert_int_equal(pni_idle_deadline(&idle), 5500);
  pni_idle_speaks(&idle, 1000, 40, 5499);
  assert_false(idle.keepalive);
  pni_idle_speaks(&idle, 1000, 40, 5500);
  assert_true(idle.keepalive);
  assert_int_equal(pni_idle_deadline(&idle), 6000);
}

/* The empty frame itself does not count. Others do, and may have left right after the last tick. */
static void empty_frames_follow_each_other(void **state) {
  (void)state;
  struct pni_idle idle = {.frames_out = 0};
  uint64_t frames = 7;
  pni_idle_speaks(&idle, 1000, frames, 5000);
  for (int64_t now = 5500; now < 10000; now += 500) {
    pni_idle_speaks(&idle, 1000, frames, now);
    assert_true(idle.keepalive);
    idle.keepalive = false;
    frames++;
  }
  frames++;
  pni_idle_speaks(&idle, 1000, frames, 10000);
  assert_true(idle.keepalive);
  assert_int_equal(pni_idle_deadline(&idle), 10500);
  idle.keepalive = false;
  pni_idle_speaks(&idle, 1000, frames + 2, 10100);
  assert_false(idle.keepalive);
  assert_int_equal(pni_idle_deadline(&idle), 10500);
}

/* Frames leave at any time, ticks come at the deadlines and sometimes between: no silence is longer than half the time. */
static void no_silence_is_longer_than_half_of_what_the_peer_bears(void **state) {
  (void)state;
  enum { TIMEOUT = 100 };
  uint32_t random = 1;
  struct pni_idle idle = {.frames_out = 0};
  uint64_t frames = 1;
  int64_t last = 1000; /* when a frame left */
  pni_idle_speaks(&idle, TIMEOUT, frames, 1000);
  for (int64_t now = 1000; now < 100000; now++) {
    random = random * 1664525 + 1013904223;
    if (random >> 24 == 0 || now >= pni_idle_deadline(&idle)) {
      pni_idle_speaks(&idle, TIMEOUT, frames, now);
      assert_true(pni_idle_deadline(&idle) > now);
    }
    const bool leaves = idle.keepalive || (random >> 16 & 0xff) < 6;
    frames += leaves;
    idle.keepalive = false;
    if (leaves) last = now;
    assert_true(now - last < TIMEOUT / 2);
  }
  assert_true(frames > 4000 && frames < 9000);
}

static void what_leaves_anyway_will_do(void **state) {
  (void)state;
  struct pni_idle idle = {.frames_out = 0};
  for (int64_t i = 0; i < 20; i++) {
    pni_idle_speaks(&idle, 1000, (uint64_t)i, 5000 + i * 499);
    assert_false(idle.keepalive);
  }
}

/* Half of the shortest time-out is no time at all, which would be a busy loop. */
static void shortest_timeout_leaves_a_millisecond(void **state) {
  (void)state;
  struct pni_idle idle = {.frames_out = 0};
  pni_idle_speaks(&idle, 1, 0, 7);
  assert_int_equal(pni_idle_deadline(&idle), 8);
}

static void earlier_deadline_counts(void **state) {
  (void)state;
  struct pni_idle idle = {.frames_out = 0};
  assert_true(pni_idle_hears(&idle, 300, 0, 1000));
  pni_idle_speaks(&idle, 1000, 0, 1000);
  assert_int_equal(pni_idle_deadline(&idle), 1300);
  assert_true(pni_idle_hears(&idle, 700, 1, 1000));
  assert_int_equal(pni_idle_deadline(&idle), 1500);
}

/* A clock may begin anywhere: at 0, below it, or near its end. */
static void any_time_of_day_will_do(void **state) {
  (void)state;
  const int64_t starts[] = {INT64_MIN, -1000, -1, 0, 1, INT64_MAX - 1000};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    struct pni_idle idle = {.bytes_in = 0};
    assert_true(pni_idle_hears(&idle, 1000, 0, starts[i]));
    assert_int_not_equal(pni_idle_deadline(&idle), 0);
    assert_true(pni_idle_hears(&idle, 1000, 0, starts[i] + 999));
    /* A deadline of 0 would be none, so that one is a millisecond late. */
    assert_int_equal(pni_idle_hears(&idle, 1000, 0, starts[i] + 1000), starts[i] == -1000);
    assert_false(pni_idle_hears(&idle, 1000, 0, starts[i] == -1000 ? 1 : starts[i] + 1000));
  }
  struct pni_idle late = {.bytes_in = 0};
  assert_true(pni_idle_hears(&late, UINT32_MAX, 0, INT64_MAX - 5));
  assert_int_equal(pni_idle_deadline(&late), INT64_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(silence_is_allowed_without_a_timeout),
      cmocka_unit_test(peer_is_silent_for_the_whole_timeout),
      cmocka_unit_test(a_single_byte_starts_the_time_anew),
      cmocka_unit_test(timeout_may_be_taken_back),
      cmocka_unit_test(we_speak_after_half_of_what_the_peer_bears),
      cmocka_unit_test(empty_frames_follow_each_other),
      cmocka_unit_test(no_silence_is_longer_than_half_of_what_the_peer_bears),
      cmocka_unit_test(what_leaves_anyway_will_do),
      cmocka_unit_test(shortest_timeout_leaves_a_millisecond),
      cmocka_unit_test(earlier_deadline_counts),
      cmocka_unit_test(any_time_of_day_will_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
