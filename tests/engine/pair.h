/* pair.h: a client and a server engine in memory, in virtual time.
 *
 *   static void queued_delivery_waits_for_credit(void **state) {
 *     struct pair *pair = *state;
 *     pair_open_sender(pair, "orders");
 *     send_text(&pair->client, "first");
 *     pair_run(pair);
 *     assert_int_equal(received(&pair->server), 0);
 *     grant(&pair->server, 1);
 *     pair_run(pair);
 *     assert_text_received(&pair->server, "first");
 *   }
 *
 * A test runs twice, with its bytes delivered as many at a time as there are, and one by one: list it with PAIR_TEST.
 *
 * Each end answers what the peer opens, attaches, closes and detaches by doing the same, and takes what its receivers get,
 * accepting and settling it; a test that wants something else switches that off or sets a handler, which sees each event
 * first. What an end has seen is kept as text: its events ("CONNECTION_REMOTE_OPEN LINK_FLOW ") and the frames that both
 * have sent ("client: 0 -> @open(16) [...]" and a newline). Looking at a text does not change it; *_clear does. */
#ifndef BARYON_TESTS_ENGINE_PAIR_H
#define BARYON_TESTS_ENGINE_PAIR_H

#include "support/octets.h"

#include <proton/connection_driver.h>
#include <proton/engine.h>

struct note; /* text that grows */

struct end {
  pn_connection_driver_t driver;
  struct pair *pair;
  struct end *peer;
  const char *name;
  struct note *events;
  struct note *texts;                          /* what was received, "|" behind each */
  unsigned received;                           /* complete deliveries */
  bool (*handler)(struct end *, pn_event_t *); /* true: that was all there is to do about it */
  void *context;                               /* the test's */
  bool answers;                                /* opens and closes what the peer opens and closes */
  bool takes;                                  /* reads, accepts and settles what its receivers get */
  pn_link_t *link;                             /* the one opened last, by either end */
  unsigned tags;
};

struct pair {
  struct end client, server;
  size_t step; /* most bytes that are delivered at once; 0: all there are */
  int64_t now;
  uint64_t moved; /* bytes, in both directions */
  struct note *frames;
};

/* The same test with whole and with single bytes. */
#define PAIR_TEST(test)                                                                                      \
  cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown), {                                        \
#    test ", byte by byte", test, pair_setup_bytes, pair_teardown, NULL                                      \
  }

int pair_setup(void **state);
int pair_setup_bytes(void **state);
int pair_teardown(void **state);

/* A pair by hand, for a program that is not made of tests; freed with pair_free. */
struct pair *pair_new(size_t step);
void pair_free(struct pair *pair);

/* Deliver bytes and handle events until nothing happens any more. */
void pair_run(struct pair *pair);

/* Let time pass, and do at each deadline what is due. */
void pair_pass(struct pair *pair, int64_t milliseconds);

/* Deliver bytes to an end as if its peer had sent them, which the peer knows nothing of; then handle the end's events. */
void end_feed(struct end *end, const void *bytes, size_t size);
/* Spelt as in support/octets.h. */
void end_feed_octets(struct end *end, const char *octets);

/* What an end has to send, instead of delivering it: the caller frees it. */
struct octets end_output(struct end *end);

/* What an end has to send arrives, and nothing of what its peer then has to. */
void end_hand_over(struct end *end);

/* Handle an end's events. Returns how many there were. */
unsigned end_events(struct end *end);

/* What was seen. */
const char *end_event_text(struct end *end);
void end_events_clear(struct end *end);
const char *pair_frame_text(struct pair *pair);
void pair_frames_clear(struct pair *pair);

/* How many frames that contain all of a text have been sent. */
unsigned pair_frames_with(struct pair *pair, const char *text);

/* What an end has seen since the last clear, events separated by single spaces; cleared then. */
#define assert_events(end, expected) end_assert_events(end, expected, __FILE__, __LINE__)
void end_assert_events(struct end *end, const char *expected, const char *file, int line);

/* A condition has that name, and its description contains a text. */
#define assert_condition(condition, name, text)                                                              \
  end_assert_condition(condition, name, text, __FILE__, __LINE__)
void end_assert_condition(
    pn_condition_t *condition, const char *name, const char *text, const char *file, int line);

/* Open both connections, a session of the client's, and a link between them, which is then both ends' `link`. */
void pair_open(struct pair *pair);
void pair_open_sender(struct pair *pair, const char *name);
void pair_open_receiver(struct pair *pair, const char *name);

/* On an end's link. */
pn_delivery_t *send_text(struct end *end, const char *text);
void grant(struct end *end, int credit);
unsigned received(struct end *end);

/* All that was received since the last such assertion is this one text. */
#define assert_text_received(end, text) end_assert_texts(end, text "|", __FILE__, __LINE__)
void end_assert_texts(struct end *end, const char *texts, const char *file, int line);

#endif
