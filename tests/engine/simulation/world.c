/* world.c: chance, and what is known of a link's messages whatever side one looks from. */
#include "world.h"

#include <string.h>

char pattern[PATTERN];
struct side client, server;
struct flow flows[LINKS];
unsigned links;

struct flow *flow_of(pn_link_t *link) {
  for (unsigned i = 0; i < links; i++) {
    if (flows[i].sender == link || flows[i].receiver == link) return &flows[i];
  }
  return NULL;
}

struct message *message_of(struct flow *flow, pn_delivery_t *dlv) {
  const pn_delivery_tag_t tag = pn_delivery_tag(dlv);
  REQUIRE(tag.size >= 3);
  const uint8_t number = (uint8_t)tag.start[0];
  REQUIRE(number < flow->count && (uint8_t)tag.start[1] == flow->number);
  REQUIRE((uint8_t)tag.start[2] == (uint8_t)flow->attachment);
  struct message *message = &flow->messages[number];
  REQUIRE(tag.size == message->tag_size && (tag.size == 3 || tag.start[tag.size - 1] == 'x'));
  return message;
}

void inspect(struct flow *flow, pn_link_t *link) {
  pn_delivery_t *const current = pn_link_current(link);
  const struct message *before = NULL;
  int count = 0, queued = 0;
  for (pn_delivery_t *dlv = pn_unsettled_head(link); dlv; dlv = pn_unsettled_next(dlv)) {
    const struct message *message = message_of(flow, dlv);
    REQUIRE(pn_delivery_link(dlv) == link && message > before);
    REQUIRE(pn_delivery_current(dlv) == (dlv == current));
    before = message;
    count++;
    if (dlv == current || queued > 0) queued++;
  }
  REQUIRE(count == pn_link_unsettled(link));
  if (pn_link_is_receiver(link) && !flow->refuses) REQUIRE(queued == pn_link_queued(link));
}
