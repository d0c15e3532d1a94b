/* peer.h: one connection to the broker, and its links.
 *
 * All of it belongs to whoever has the connection's batch, so that no lock guards it, but for what says otherwise. */
#ifndef BARYON_CLI_BROKER_PEER_H
#define BARYON_CLI_BROKER_PEER_H

#include "cli/broker/node.h"
#include <proton/connection.h>
#include <proton/event.h>
#include <proton/session.h>

struct broker;
struct attachment;

/* What a link does, by the side on which the broker is. */
struct attachment_class {
  void (*deliver)(struct attachment *attachment, pn_delivery_t *dlv); /* PN_DELIVERY */
  void (*flow)(struct attachment *attachment);                        /* PN_LINK_FLOW */
  void (*flush)(struct attachment *attachment); /* the batch ends: what has gathered goes to the node */
  void (*end)(struct attachment *attachment);   /* the link has ended; frees it */
};

/* A link and the node that it leads to. */
struct attachment {
  const struct attachment_class *class;
  struct peer *peer;
  pn_link_t *link;
  struct node *node;               /* with a link counted; NULL: none */
  bool owns_node;                  /* a temporary one, that ends with the link */
  bool changed;                    /* is on the peer's list, to be flushed */
  struct attachment *next_changed; /* there */
};

struct peer {
  struct broker *broker;
  struct peer *before, *behind; /* among the broker's; guarded by its lock */
  pn_connection_t *conn;
  pn_work_queue_t *turn;
  uint64_t number;
  pn_data_t *data; /* to read and write headers with */
  struct attachment *changed;
  bool opened;
  atomic_uint_fast64_t received, sent, returned; /* messages; counted here, read by any thread */
  char address[128], name[64], user[64];         /* set before it is among the broker's */
};

/** A connection that has been accepted. @return  NULL without memory */
struct peer *peer_make(struct broker *broker, pn_connection_t *conn);

/** An event of its connection. After PN_TRANSPORT_CLOSED there is no peer any more. */
void peer_handle(struct peer *peer, pn_event_t *event);

/** The batch ends: what has gathered goes to the nodes. */
void peer_flush(struct peer *peer);

/** Have an attachment flushed when the batch ends. */
void attachment_changed(struct attachment *attachment);

/** Let go of its node, and of itself unless its call is pending. */
void attachment_leave_node(struct attachment *attachment);

/** A link that a peer wants, on a connection that may have it. They open it, or refuse it. */
void producer_attach(struct peer *peer, pn_link_t *link);
void consumer_attach(struct peer *peer, pn_link_t *link);

/** Refuse a link: it is opened without a terminus, and closed. [2.6.3] */
void link_refuse(pn_link_t *link, const char *condition, const char *description);

/** Close a link with an error. */
void link_close(pn_link_t *link, const char *condition, const char *description);

/** The node of a terminus, temporary if that is asked for. @return  false if there is none: the link was refused */
bool link_find_node(struct peer *peer, pn_link_t *link, pn_terminus_t *terminus, struct node **node);

#endif
