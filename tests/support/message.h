/* message.h: messages of a test, decoded from and compared with octets that are spelt as in octets.h. */
#ifndef BARYON_TESTS_SUPPORT_MESSAGE_H
#define BARYON_TESTS_SUPPORT_MESSAGE_H

#include "support/octets.h"

#include <proton/codec.h>
#include <proton/message.h>

static inline pn_bytes_t bytes_of(const char *text) { return pn_bytes(strlen(text), text); }

static inline int message_decode(pn_message_t *msg, const char *spelt) {
  struct octets octets = octets_of(spelt);
  const int status = pn_message_decode(msg, (const char *)octets.start, octets.size);
  octets_free(&octets); /* a message has its own copy */
  return status;
}

/* A message decoded from octets; pn_message_free() when done. */
static inline pn_message_t *message_of(const char *spelt) {
  pn_message_t *const msg = pn_message();
  assert_non_null(msg);
  const int status = message_decode(msg, spelt);
  if (status) fail_msg("%s: %d, %s", spelt, status, pn_error_text(pn_message_error(msg)));
  return msg;
}

/* What a message encodes to, in each of the ways to encode it. */
static inline void message_assert_encodes(pn_message_t *msg, const char *spelt, const char *file, int line) {
  struct octets expected = octets_of(spelt);
  pn_rwbytes_t buf = {.size = 0, .start = NULL};
  const ssize_t size = pn_message_encode2(msg, &buf);
  if (size < 0) {
    print_error("%s\n", pn_error_text(pn_message_error(msg)));
    _fail(file, line);
  }
  octets_assert_equal(buf.start, (size_t)size, &expected, file, line);
  for (size_t room = 0; room <= expected.size + 1; room++) { /* in memory of just that size */
    char *const bytes = malloc(room);
    size_t written = room;
    const int status = pn_message_encode(msg, bytes, &written);
    if (status != (room < expected.size ? PN_OVERFLOW : 0)) _fail(file, line);
    if (status == 0) octets_assert_equal(bytes, written, &expected, file, line);
    free(bytes);
  }
  free(buf.start);
  octets_free(&expected);
}
#define assert_encodes(msg, spelt) message_assert_encodes(msg, spelt, __FILE__, __LINE__)

/* A tree, shown as pn_data_format() shows it. */
static inline void message_assert_tree(pn_data_t *tree, const char *shown, const char *file, int line) {
  char text[1024];
  size_t size = sizeof text;
  assert_non_null(tree);
  assert_int_equal(pn_data_format(tree, text, &size), 0);
  _assert_string_equal(text, shown, file, line);
}
#define assert_tree(tree, shown) message_assert_tree(tree, shown, __FILE__, __LINE__)

#endif
