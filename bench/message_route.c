/* message_route.c: what a router or a small service does with each message.
 *
 * One turn: make a message (id, address, subject, reply-to, durable, a map of three application properties, a text of 44
 * bytes) and encode it; decode it into a second message and read id, address, text and the map's size; decode it once
 * more and read the address alone. Both messages are reused from turn to turn. */
#include "workload.h"

#include <proton/codec.h>
#include <proton/message.h>
#include <string.h>

static const char TEXT[] = "The quick brown fox jumps over the lazy dog."; /* 44 bytes */
static pn_message_t *out, *in;
static char buffer[1024];

static pn_bytes_t bytes_of(const char *text) { return pn_bytes(strlen(text), text); }

void workload_start(void) {
  out = pn_message();
  in = pn_message();
  REQUIRE(out && in);
  REQUIRE(strlen(TEXT) == 44);
}

static size_t make(uint64_t number) {
  pn_message_clear(out);
  pn_atom_t id = {.type = PN_ULONG, .u.as_ulong = number};
  REQUIRE(pn_message_set_id(out, id) == 0);
  REQUIRE(pn_message_set_address(out, "orders/europe/incoming") == 0);
  REQUIRE(pn_message_set_subject(out, "order.created") == 0);
  REQUIRE(pn_message_set_reply_to(out, "replies/client-17") == 0);
  REQUIRE(pn_message_set_durable(out, true) == 0);

  pn_data_t *properties = pn_message_properties(out);
  REQUIRE(pn_data_put_map(properties) == 0);
  REQUIRE(pn_data_enter(properties));
  pn_data_put_string(properties, bytes_of("customer"));
  pn_data_put_string(properties, bytes_of("ACME Ltd"));
  pn_data_put_string(properties, bytes_of("quantity"));
  pn_data_put_int(properties, 4711);
  pn_data_put_string(properties, bytes_of("express"));
  pn_data_put_bool(properties, true);
  REQUIRE(pn_data_exit(properties));

  REQUIRE(pn_data_put_string(pn_message_body(out), pn_bytes(44, TEXT)) == 0);
  size_t size = sizeof buffer;
  REQUIRE(pn_message_encode(out, buffer, &size) == 0);
  return size;
}

static void consume(size_t size, uint64_t number) {
  REQUIRE(pn_message_decode(in, buffer, size) == 0);
  pn_msgid_t id = pn_message_get_id(in);
  REQUIRE(id.type == PN_ULONG && id.u.as_ulong == number);
  REQUIRE(pn_message_get_address(in)[0] == 'o');

  pn_data_t *body = pn_message_body(in);
  pn_data_rewind(body);
  REQUIRE(pn_data_next(body));
  REQUIRE(pn_data_get_string(body).size == 44);

  pn_data_t *properties = pn_message_properties(in);
  pn_data_rewind(properties);
  REQUIRE(pn_data_next(properties));
  REQUIRE(pn_data_get_map(properties) == 6);
}

static void route(size_t size) {
  REQUIRE(pn_message_decode(in, buffer, size) == 0);
  REQUIRE(pn_message_get_address(in)[0] == 'o');
}

void workload_run(long times) {
  for (long turn = 0; turn < times; turn++) {
    uint64_t number = 1000000 + (uint64_t)turn;
    size_t size = make(number);
    consume(size, number);
    route(size);
  }
}
