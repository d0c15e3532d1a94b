/* text_test.c: text that is measured, filled and cut by the same code. */
#include "base/text.h"

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything a text can be made with; 26 octets in all. */
static const char whole[] = "a-42:\\x00\\x22\\x5c\\x7f\\xff~ end";

static void write_all(struct pni_text *text) {
  pni_text_char(text, 'a');
  pni_text_format(text, "%d:", -42);
  pni_text_quoted(text, "\0\"\\\x7f\xff~", 6);
  pni_text_add(text, " ending", 4);
  pni_text_add(text, NULL, 0);
  pni_text_string(text, "");
}

static void terms_have_the_spelling_of_the_standard(void **state) {
  (void)state;
  char room[32];
  struct pni_text text = pni_text(room, sizeof room);
  pni_text_term(&text, "sasl_server_mechanisms");
  assert_string_equal(room, "sasl-server-mechanisms");
  assert_int_equal(text.size, strlen(room));
}

static void text_is_written(void **state) {
  (void)state;
  char room[64];
  struct pni_text text = pni_text(room, sizeof room);
  assert_string_equal(room, "");
  write_all(&text);
  assert_string_equal(room, whole);
  assert_int_equal(text.size, strlen(whole));
  assert_true(pni_text_fits(&text));
}

static void text_without_room_is_measured(void **state) {
  (void)state;
  struct pni_text text = pni_text(NULL, 0);
  write_all(&text);
  assert_int_equal(text.size, strlen(whole));
  assert_false(pni_text_fits(&text));
}

/* In any room there is as much of the text as fits, a NUL behind it, and nothing beyond the room. */
static void text_is_cut_at_every_size(void **state) {
  (void)state;
  for (size_t capacity = 1; capacity <= sizeof whole + 1; capacity++) {
    char *const room = malloc(capacity);
    assert_non_null(room);
    memset(room, 'X', capacity);
    struct pni_text text = pni_text(room, capacity);
    write_all(&text);
    const size_t fitting = capacity <= strlen(whole) ? capacity - 1 : strlen(whole);
    assert_int_equal(strlen(room), fitting);
    assert_memory_equal(room, whole, fitting);
    assert_int_equal(text.size, strlen(whole));
    assert_int_equal(pni_text_fits(&text), capacity >= sizeof whole);
    free(room);
  }
}

/* Every octet is either printable as it is or an escape of four characters. */
static void quoting_escapes_what_is_not_plain(void **state) {
  (void)state;
  for (unsigned octet = 0; octet < 256; octet++) {
    char room[8], expected[8];
    const char c = (char)octet;
    struct pni_text text = pni_text(room, sizeof room);
    pni_text_quoted(&text, &c, 1);
    const bool plain = octet >= 0x20 && octet <= 0x7e && octet != '"' && octet != '\'' && octet != '\\';
    snprintf(expected, sizeof expected, plain ? "%c" : "\\x%02x", octet);
    assert_string_equal(room, expected);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_written),
      cmocka_unit_test(text_without_room_is_measured),
      cmocka_unit_test(text_is_cut_at_every_size),
      cmocka_unit_test(terms_have_the_spelling_of_the_standard),
      cmocka_unit_test(quoting_escapes_what_is_not_plain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
