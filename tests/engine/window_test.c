/* The arithmetic of session windows, around 0, 2^31 and 2^32. [2.5.6] */
#include "engine/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct pni_window begun(pni_serial first, uint32_t incoming) {
  struct pni_window window = {.next_outgoing_id = first, .initial_outgoing_id = first};
  pni_window_begun(&window, 0, incoming, 0);
  return window;
}

static void peer_may_be_sent_what_its_begin_says(void **state) {
  (void)state;
  struct pni_window window = begun(7, 3);
  for (int i = 0; i < 3; i++) {
    assert_true(pni_window_open(&window));
    pni_window_sent(&window);
  }
  assert_false(pni_window_open(&window));
}

/* Transfers that left before the peer's begin came count against the window that it brings. */
static void begin_that_comes_late_counts_what_was_sent(void **state) {
  (void)state;
  struct pni_window window = {
      .next_outgoing_id = UINT32_MAX, .initial_outgoing_id = UINT32_MAX, .remote_incoming_window = 5};
  pni_window_sent(&window);
  pni_window_sent(&window);
  pni_window_begun(&window, 0, 3, 0);
  assert_int_equal(window.remote_incoming_window, 1);
}

static void flow_reopens_from_what_the_peer_has_received(void **state) {
  (void)state;
  const pni_serial starts[] = {0, 1, INT32_MAX - 2u, INT32_MAX, INT32_MAX + 1u, UINT32_MAX - 3, UINT32_MAX};
  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    struct pni_window window = begun(starts[i], 10);
    for (int sent = 0; sent < 6; sent++) pni_window_sent(&window);
    assert_true(pni_window_flow(&window, true, starts[i] + 4, 10, 0, 0));
    assert_int_equal(window.remote_incoming_window, 8); /* two are on their way */
    assert_true(pni_window_flow(&window, true, starts[i] + 6, 1, 0, 0));
    assert_int_equal(window.remote_incoming_window, 1);
  }
}

static void window_smaller_than_what_is_on_its_way_is_shut(void **state) {
  (void)state;
  struct pni_window window = begun(0, 10);
  for (int sent = 0; sent < 6; sent++) pni_window_sent(&window);
  assert_true(pni_window_flow(&window, true, 2, 3, 0, 0));
  assert_false(pni_window_open(&window));
}

static void peer_that_has_received_nothing_names_no_id(void **state) {
  (void)state;
  struct pni_window window = begun(100, 10);
  pni_window_sent(&window);
  assert_true(pni_window_flow(&window, false, 0, 4, 0, 0));
  assert_int_equal(window.remote_incoming_window, 3);
}

static void peer_cannot_have_received_what_was_not_sent(void **state) {
  (void)state;
  struct pni_window window = begun(UINT32_MAX, 10);
  pni_window_sent(&window);
  assert_false(pni_window_flow(&window, true, 1, 10, 0, 0));
  assert_int_equal(window.remote_incoming_window, 9); /* nothing was taken over */
}

static void transfer_beyond_the_window_is_told(void **state) {
  (void)state;
  struct pni_window window = {.incoming_window = 2, .next_incoming_id = UINT32_MAX};
  assert_true(pni_window_received(&window));
  assert_true(pni_window_received(&window));
  assert_false(pni_window_received(&window));
  assert_int_equal(window.next_incoming_id, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(peer_may_be_sent_what_its_begin_says),
      cmocka_unit_test(begin_that_comes_late_counts_what_was_sent),
      cmocka_unit_test(flow_reopens_from_what_the_peer_has_received),
      cmocka_unit_test(window_smaller_than_what_is_on_its_way_is_shut),
      cmocka_unit_test(peer_that_has_received_nothing_names_no_id),
      cmocka_unit_test(peer_cannot_have_received_what_was_not_sent),
      cmocka_unit_test(transfer_beyond_the_window_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
