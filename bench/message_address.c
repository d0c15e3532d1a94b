/* message_address.c: what an intermediary does that looks only at where a message goes.
 *
 * One turn: decode the message of message_route.c (215 bytes or so) into a reused message and read its address. */
#include "workload.h"

#include <proton/codec.h>
#include <proton/message.h>
#include <string.h>

static pn_message_t *in;
static char buffer[1024];
static size_t size = sizeof buffer;

static void put_text(pn_data_t *data, const char *text) {
  REQUIRE(pn_data_put_string(data, pn_bytes(strlen(text), text)) == 0);
}

void workload_start(void) {
  in = pn_message();
  pn_message_t *out = pn_message();
  REQUIRE(out && in);
  pn_atom_t id = {.type = PN_ULONG, .u.as_ulong = 1000000};
  REQUIRE(pn_message_set_id(out, id) == 0);
  REQUIRE(pn_message_set_address(out, "orders/europe/incoming") == 0);
  REQUIRE(pn_message_set_subject(out, "order.created") == 0);
  REQUIRE(pn_message_set_reply_to(out, "replies/client-17") == 0);
  REQUIRE(pn_message_set_durable(out, true) == 0);
  pn_data_t *properties = pn_message_properties(out);
  REQUIRE(pn_data_put_map(properties) == 0);
  REQUIRE(pn_data_enter(properties));
  put_text(properties, "customer");
  put_text(properties, "ACME Ltd");
  put_text(properties, "quantity");
  REQUIRE(pn_data_put_int(properties, 4711) == 0);
  put_text(properties, "express");
  REQUIRE(pn_data_put_bool(properties, true) == 0);
  REQUIRE(pn_data_exit(properties));
  put_text(pn_message_body(out), "The quick brown fox jumps over the lazy dog.");
  REQUIRE(pn_message_encode(out, buffer, &size) == 0);
  pn_message_free(out);
}

void workload_run(long times) {
  for (long turn = 0; turn < times; turn++) {
    REQUIRE(pn_message_decode(in, buffer, size) == 0);
    REQUIRE(pn_message_get_address(in)[0] == 'o');
  }
}
