/* raw_host.h: one raw connection at a time, watched by a test that plays its peer with a bare socket.
 *
 * What the connection has seen is kept as words, the names of its events without their common prefix. Its batch is kept until the
 * next is asked for, so that a test may use it in between. */
#ifndef BARYON_TESTS_PROACTOR_RAW_HOST_H
#define BARYON_TESTS_PROACTOR_RAW_HOST_H

#include "socket.h"

#include <proton/condition.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { RAW_WORDS = 2000, RAW_SLOTS = 16, RAW_SIZE = 64 };

struct raw_host {
  pn_proactor_t *proactor;
  pn_raw_connection_t *raw; /* NULL once it is disconnected */
  void (*handler)(struct raw_host *host, pn_event_t *event);
  char words[RAW_WORDS], condition[64], description[300];
  char text[1000]; /* what was read */
  size_t read;     /* octets */
  unsigned given, returned, written;
  bool inactive;
  bool hushed;             /* a wake is the test's own, and no word */
  pn_event_batch_t *batch; /* of `raw`; NULL: none is held */
  bool hold;               /* take nothing back by itself before the end */
  int listening;           /* the peer's sockets */
  int peer;
  char address[ADDRESS];
  char memory[RAW_SLOTS][RAW_SIZE];
};

int raw_setup(void **state);
int raw_teardown(void **state);
#define RAW_TEST(name) cmocka_unit_test_setup_teardown(name, raw_setup, raw_teardown)

/* A buffer of the host's memory, with that number as its context; give some of them to be read into, or a text to be written. Take
 * back what there is. All return how many. */
pn_raw_buffer_t raw_part(struct raw_host *host, unsigned number, uint32_t capacity);
size_t raw_give(struct raw_host *host, unsigned first, unsigned count);
size_t raw_write_text(struct raw_host *host, const char *text);
size_t raw_take_read(struct raw_host *host);
size_t raw_take_written(struct raw_host *host);

/* One batch; as many as it takes to see a word, or to have nothing left; all that there is to do now, where the batch is held then
 * while the connection is there. */
void raw_turn(struct raw_host *host);
void raw_until_word(struct raw_host *host, const char *text);
void raw_until_over(struct raw_host *host);
void raw_settle(struct raw_host *host);

/* Connect to the test's socket, which becomes `peer`. */
void raw_connect(struct raw_host *host);

/* It has ended with a fault whose text contains another. */
void raw_assert_failed(const struct raw_host *host, const char *text);

#define assert_words(host, text) assert_string_equal((host)->words, text)

#endif
