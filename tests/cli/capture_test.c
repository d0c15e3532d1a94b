/* capture_test.c: bytes out of what tools print. */
#include "cli/capture.h"
#include "cli/option.h"
#include "support/cmocka_test.h"
#include <stdio.h>
#include <string.h>

static char got[3][64]; /* by direction, in hexadecimal */

static bool piece(void *context, enum direction direction, const unsigned char *bytes, size_t size) {
  (void)context;
  for (size_t i = 0; i < size; i++) {
    const size_t used = strlen(got[direction]);
    (void)snprintf(got[direction] + used, sizeof got[direction] - used, "%02x", bytes[i]);
  }
  return true;
}

static int read_as(const char *text, size_t size) {
  memset(got, 0, sizeof got);
  return capture_read(text, size, piece, NULL);
}

static void forms(void **state) {
  (void)state;
  static const struct {
    const char *text, *one, *out, *in;
  } rows[] = {
      {"414d 5150\n00,01 0x02 \\x03 # and this\n", "414d515000010203", "", ""},
      {"-> 4142\n43\n<- 44\n", "", "414243", "44"},
      {"00000000: 414d 5150 0001 0203 4142                 AMQP....AB\n0000000a: ff\n",
          "414d5150000102034142ff", "", ""},
      {"00000000  41 4d 51 50 00 01 02 03  41 42                    |AMQP....AB|\n0000000a\n",
          "414d5150000102034142", "", ""},
      {"noise\n[0x1]:   IO:  RAW:->0000/0012: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f "
       "................\n"
       "[0x1]:   IO:  RAW:->0010/0012: 10 aa                                           ..\nnoise\n"
       "[0x1]:   IO:  RAW:<-0000/0001: ff\n",
          "", "000102030405060708090a0b0c0d0e0f10aa", "ff"},
      {"12:00:00.0 IP 127.0.0.1.9 > 127.0.0.1.5: tcp 2\n\t0x0000:  4500 002a 0000 4000 4006 0000 7f00 0001  "
       "E..*\n"
       "\t0x0010:  7f00 0001 0009 0005 0000 0000 0000 0000\n\t0x0020:  5018 0000 0000 0000 4142\n"
       "12:00:00.1 IP 127.0.0.1.5 > 127.0.0.1.9: tcp 1\n\t0x0000:  4500 0029 0000 4000 4006 0000 7f00 0001\n"
       "\t0x0010:  7f00 0001 0005 0009 0000 0000 0000 0000\n\t0x0020:  5018 0000 0000 0000 43\n",
          "", "4142", "43"},
      {"AMQP\x01\x02", "414d51500102", "", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(read_as(rows[i].text, strlen(rows[i].text)), EXIT_DONE);
    assert_string_equal(got[DIRECTION_ONE], rows[i].one);
    assert_string_equal(got[DIRECTION_OUT], rows[i].out);
    assert_string_equal(got[DIRECTION_IN], rows[i].in);
  }
}

static void what_is_none(void **state) {
  (void)state;
  static const char *const rows[] = {
      "hello, world\n", "4142\n4g\n", "414\n", "\xd4\xc3\xb2\xa1 pcap", "# nothing but this\n"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(read_as(rows[i], strlen(rows[i])), EXIT_FAILED);
  }
}

/* Cut anywhere, a capture is read or refused; sanitizers watch. */
static void cut_anywhere(void **state) {
  (void)state;
  static const char *const rows[] = {"[0x1]:   IO:  RAW:->0000/0012: 00 01 02 03",
      "\t0x0000:  4500 002a 0000 4000 4006 0000 7f00 0001", "00000000: 414d 5150 0001 0203 4142  AMQP....AB",
      "00000000  41 4d 51 50  |AMQP|", "-> 41 \\x42 0x43 # 44"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    for (size_t size = 0; size < strlen(rows[i]); size++) {
      char *const exact = test_malloc(size + 1);
      memcpy(exact, rows[i], size);
      (void)read_as(exact, size);
      test_free(exact);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms), cmocka_unit_test(what_is_none), cmocka_unit_test(cut_anywhere)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
