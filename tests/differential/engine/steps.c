/* steps.c: the steps that scenarios have in common; see pair.h. */
#include "pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART = 4096 };

static void say_text(struct side *side, const char *what, struct text *text) {
  say(side, "%s: %s", what, text->chars);
  text_free(text);
}

void say_link(struct side *side, const char *what, pn_link_t *link) {
  struct text text = {0};
  link_text(&text, link);
  say_text(side, what, &text);
}

void say_session(struct side *side, const char *what, pn_session_t *session) {
  struct text text = {0};
  session_text(&text, session);
  say_text(side, what, &text);
}

void say_connection(struct side *side, const char *what) {
  struct text text = {0};
  connection_text(&text, side->connection);
  say_text(side, what, &text);
}

void say_delivery(struct side *side, const char *what, pn_delivery_t *delivery) {
  struct text text = {0};
  if (delivery)
    delivery_text(&text, delivery);
  else
    text_add(&text, "none");
  say_text(side, what, &text);
}

void say_tree(struct side *side, const char *what, pn_data_t *data) {
  struct text text = {0};
  tree_text(&text, data);
  say_text(side, what, &text);
}

void say_terminus(struct side *side, const char *what, pn_terminus_t *terminus) {
  struct text text = {0};
  terminus_text(&text, terminus);
  say_text(side, what, &text);
}

void say_disposition(struct side *side, const char *what, pn_disposition_t *disposition) {
  struct text text = {0};
  disposition_text(&text, disposition);
  say_text(side, what, &text);
}

void connect_pair(struct pair *pair) {
  pn_connection_open(pair->client.connection);
  run(pair);
}

pn_session_t *open_session(struct side *side) {
  pn_session_t *session = pn_session(side->connection);
  session_number(session);
  pn_session_open(session);
  return session;
}

static pn_link_t *open_link(pn_link_t *link, const char *name) {
  pn_terminus_set_address(pn_link_source(link), name);
  pn_terminus_set_address(pn_link_target(link), name);
  pn_link_open(link);
  return link;
}

pn_link_t *open_sender(pn_session_t *session, const char *name) {
  return open_link(pn_sender(session, name), name);
}

pn_link_t *open_receiver(pn_session_t *session, const char *name) {
  return open_link(pn_receiver(session, name), name);
}

pn_link_t *link_of(struct side *side, const char *name) {
  for (pn_link_t *link = pn_link_head(side->connection, 0); link; link = pn_link_next(link, 0))
    if (!strcmp(pn_link_name(link), name)) return link;
  say(side, "has no link %s", name);
  exit(4);
}

pn_session_t *session_of(struct side *side) {
  pn_session_t *session = pn_session_head(side->connection, 0);
  if (session) return session;
  say(side, "has no session");
  exit(4);
}

struct line connect_line(struct pair *pair, int credit) {
  struct line line = {0};
  pn_connection_open(pair->client.connection);
  line.session = open_session(&pair->client);
  line.sender = open_sender(line.session, "orders");
  run(pair);
  line.receiver = link_of(&pair->server, "orders");
  if (credit) {
    pn_link_flow(line.receiver, credit);
    run(pair);
  }
  return line;
}

pn_delivery_t *begin_delivery(pn_link_t *sender, const char *tag) {
  return pn_delivery(sender, pn_dtag(tag, strlen(tag)));
}

pn_delivery_t *send_text(pn_link_t *sender, const char *text) {
  pn_delivery_t *delivery = begin_delivery(sender, text);
  if (pn_link_send(sender, text, strlen(text)) != (ssize_t)strlen(text)) abort();
  pn_link_advance(sender);
  return delivery;
}

void send_part(pn_link_t *sender, size_t size) {
  char part[PART];
  for (size_t i = 0; i < sizeof part; i++) part[i] = (char)(i * 7);
  for (size_t n; size; size -= n) {
    n = size < sizeof part ? size : sizeof part;
    if (pn_link_send(sender, part, n) != (ssize_t)n) abort();
  }
}

pn_delivery_t *send_size(pn_link_t *sender, const char *tag, size_t size) {
  pn_delivery_t *delivery = begin_delivery(sender, tag);
  send_part(sender, size);
  pn_link_advance(sender);
  return delivery;
}

pn_delivery_t *take(struct side *side, pn_link_t *receiver) {
  pn_delivery_t *delivery = pn_link_current(receiver);
  if (!delivery) {
    say(side, "nothing to take from %s", pn_link_name(receiver));
    return NULL;
  }
  say_delivery(side, "takes", delivery);
  size_t size = 0, capacity = pn_delivery_pending(delivery) + PART;
  char *octets = malloc(capacity);
  if (!octets) abort();
  ssize_t got = 0;
  while (size < capacity && (got = pn_link_recv(receiver, octets + size, capacity - size)) > 0)
    size += (size_t)got;
  struct text text = {0};
  octets_text(&text, octets, size);
  say(side, "read %s then %zd", text.chars, got);
  text_free(&text);
  free(octets);
  return delivery;
}

void take_all(struct side *side, pn_link_t *receiver) {
  while (pn_link_current(receiver) && !pn_delivery_partial(pn_link_current(receiver))) {
    take(side, receiver);
    pn_link_advance(receiver);
  }
}
