/* stranger_test.c: what a server spends on somebody who has not authenticated: whatever that sends, and however, no more than
 * 64 KiB of memory in all, the connection's objects included. */
#include "base/pool.h"
#include "layers/sasl_pair.h"

#include <malloc.h>
#include <proton/connection_driver.h>

enum { MOST = 64 * 1024, SENT = 1024 * 1024 };

/* What is allocated now, and was at the most. */
static size_t held, most_held;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

static void *count(void *memory) {
  held += memory ? malloc_usable_size(memory) : 0;
  if (held > most_held) most_held = held;
  return memory;
}
static void discount(void *memory) { held -= memory ? malloc_usable_size(memory) : 0; }

void *__wrap_malloc(size_t size) { return count(__real_malloc(size)); }
void *__wrap_calloc(size_t count_of, size_t size) { return count(__real_calloc(count_of, size)); }
void *__wrap_realloc(void *old, size_t size) {
  discount(old);
  return count(__real_realloc(old, size));
}
void __wrap_free(void *memory) {
  discount(memory);
  __real_free(memory);
}

/* A verifier that never answers. */
static void keep(void *context, pn_sasl_question_t *question) { *(pn_sasl_question_t **)context = question; }

/* What a stranger sends: a beginning, and then something over and over, for as long as it is read. */
struct stranger {
  const char *name, *beginning, *again;
};

#define FRAME_16K "00004000 02 01 0000 00 53 41 d0 00003ff0 00000002 a3 05 'PLAIN' b0 00003fe0"
static const struct stranger strangers[] = {
    {"nothing that is known", "", "'GET / HTTP/1.1' 0d 0a"},
    {"half a header", "'AMQ'", "'A'"},
    {"AMQP without authentication", AMQP_HEADER, "00000010 02 00 0000 00 53 10 c0 03 01 a1 00"},
    {"a frame that does not end", SASL_HEADER FRAME_16K, "00"},
    {"a frame that is too large", SASL_HEADER "00004001 02 01 0000", "00"},
    {"a size of 4 GiB", SASL_HEADER "ffffffff 02 01 0000", "00"},
    {"an array of many", SASL_HEADER "00000020 02 01 0000 00 53 41 d0 ffffffff ffffffff", "00"},
    {"octets behind a question", SASL_HEADER INIT_PLAIN, "00"},
    {"frames behind a question", SASL_HEADER INIT_PLAIN,
        AMQP_HEADER "00000010 02 00 0000 00 53 10 c0 03 01 a1 00"},
    {"SASL headers", SASL_HEADER, SASL_HEADER},
};

/* How much of it there is room for, one piece after the other. */
static void hear_out(const struct stranger *stranger, size_t piece) {
  pn_connection_driver_t driver;
  pn_sasl_question_t *question = NULL;
  pni_pool_trim();
  held = most_held = 0;
  assert_int_equal(pn_connection_driver_init(&driver, NULL, NULL), 0);
  pn_transport_set_server(driver.transport);
  pn_transport_require_auth(driver.transport, true);
  pn_sasl_set_allow_insecure_mechs(pn_sasl(driver.transport), true);
  pn_sasl_set_password_verifier(pn_sasl(driver.transport), keep, &question);
  const size_t before = held;
  struct octets beginning = octets_of(stranger->beginning), again = octets_of(stranger->again);
  const size_t own = held - before;
  for (size_t at = 0; at < SENT; at++) {
    const size_t in_again = at - beginning.size;
    const uint8_t octet = at < beginning.size ? beginning.start[at] : again.start[in_again % again.size];
    if (at % piece == 0) {
      while (pn_connection_driver_next_event(&driver)) continue;
      (void)pn_connection_driver_write_done(&driver, pn_connection_driver_write_buffer(&driver).size);
    }
    const pn_rwbytes_t room = pn_connection_driver_read_buffer(&driver);
    if (room.size == 0) break;
    *room.start = (char)octet;
    pn_connection_driver_read_done(&driver, 1);
    if (most_held > own + MOST)
      fail_msg("%s: %zu octets are held after %zu", stranger->name, most_held - own, at);
  }
  assert_false(pn_transport_is_authenticated(driver.transport));
  octets_free(&beginning);
  octets_free(&again);
  pn_connection_driver_destroy(&driver);
  if (question) (void)pn_sasl_answer(question, PN_SASL_OK);
}

static void stranger_costs_no_more_than_64_kib(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
    hear_out(&strangers[i], 1);
    hear_out(&strangers[i], 1000);
    hear_out(&strangers[i], SENT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stranger_costs_no_more_than_64_kib),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
