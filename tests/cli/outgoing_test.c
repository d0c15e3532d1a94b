/* outgoing_test.c: messages on their way. */
#include "cli/outgoing.h"
#include "support/cmocka_test.h"
#include <string.h>

static struct outgoing outgoing;

static void add(uint64_t count) {
  while (count--) assert_true(outgoing_add(&outgoing, "message", 7));
}

/* Send all that can be. @return the number of the first, or -1 */
static int64_t send_all(uint64_t *count) {
  uint64_t number;
  int64_t first = -1;
  *count = 0;
  while (outgoing_next(&outgoing, &number)) {
    if (first < 0) first = (int64_t)number;
    outgoing_sent(&outgoing);
    ++*count;
  }
  return first;
}

static void what_is_settled_is_not_sent_again(void **state) {
  (void)state;
  uint64_t count, number;
  add(10);
  assert_int_equal(send_all(&count), 0);
  assert_int_equal(count, 10);
  outgoing_settled(&outgoing, 0);
  outgoing_settled(&outgoing, 4); /* not in order */
  outgoing_settled(&outgoing, 4); /* twice changes nothing */
  outgoing_settled(&outgoing, 99);
  assert_int_equal(outgoing.unsettled, 8);
  outgoing_again(&outgoing);
  assert_int_equal(send_all(&count), 1);
  assert_int_equal(count, 8);
  outgoing_again(&outgoing);
  for (uint64_t i = 1; i < 4; i++)
    outgoing_settled(&outgoing, i); /* one is not settled out of order: it was settled */
  struct outgoing_message *const message = outgoing_next(&outgoing, &number);
  assert_non_null(message);
  assert_int_equal(number, 5);
  assert_true(message->sent);
  outgoing_clear(&outgoing);
  assert_int_equal(outgoing.unsettled, 0);
  assert_int_equal(outgoing.octets, 0);
  assert_null(outgoing_next(&outgoing, &number));
}

static void there_is_room_for_so_many(void **state) {
  (void)state;
  outgoing = (struct outgoing){.first = 0};
  add(OUTGOING_MOST);
  assert_false(outgoing_has_room(&outgoing));
  outgoing_settled(&outgoing, 5);
  assert_false(outgoing_has_room(&outgoing)); /* the place of the oldest is what is needed */
  outgoing_settled(&outgoing, 0);
  assert_true(outgoing_has_room(&outgoing));
  outgoing_clear(&outgoing);
  assert_true(outgoing_has_room(&outgoing));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_settled_is_not_sent_again), cmocka_unit_test(there_is_room_for_so_many)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
