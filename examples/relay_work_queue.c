/* relay_work_queue.c: messages from one connection to another, by the other's work queue. See docs/threads.md.
 *
 * A sender connects to the relay, and a receiver; all of it is in this process. The thread that has a message from the sender must not
 * touch the receiver's connection, which another thread may have: it adds what is to be done there to that connection's work
 * queue. There is no lock, and nothing to take care of when the receiver goes away: then adding says no. */
#include <baryon/work_queue.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/session.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGES = 1000, THREADS = 4 };

struct parcel {
  pn_work_t work; /* its memory comes with it, so that adding it cannot fail for want of any */
  struct relay *relay;
  size_t size;
  char bytes[64];
};

struct relay {
  pn_proactor_t *proactor;
  char address[PN_MAX_ADDR];
  pn_work_queue_t *queue; /* of the connection to the receiver; set before the sender connects */
  pn_link_t *out;         /* on it: for who holds that */
  int sent, received;     /* by the two clients, each in its connection's turn */
};

static void send_bytes(pn_link_t *link, const char *bytes, size_t size) {
  pn_delivery_t *const dlv = pn_delivery(link, pn_dtag("", 0));
  (void)pn_link_send(link, bytes, size);
  (void)pn_link_advance(link);
  pn_delivery_settle(dlv);
}

/* In the turn of the connection to the receiver. */
static void forward(pn_connection_t *connection, void *context) {
  struct parcel *const parcel = context;
  (void)connection;
  send_bytes(parcel->relay->out, parcel->bytes, parcel->size);
  free(parcel);
}

/* Or else, when that has ended. */
static void drop(void *context) { free(context); }

static void hand_over(struct relay *relay, struct parcel *parcel) {
  parcel->relay = relay;
  parcel->work = (pn_work_t){.run = forward, .cancel = drop, .context = parcel};
  if (!pn_work_queue_add_work(relay->queue, &parcel->work)) free(parcel);
}

static void receiver_came(struct relay *relay, pn_link_t *link) {
  relay->out = link;
  relay->queue = pn_connection_work_queue(pn_session_connection(pn_link_session(link)));
}

/* A message that has come in: true if it is there as a whole. */
static bool receive(pn_delivery_t *dlv, struct parcel *parcel) {
  pn_link_t *const link = pn_delivery_link(dlv);
  if (!pn_delivery_readable(dlv) || pn_delivery_partial(dlv)) return false;
  const ssize_t size = pn_link_recv(link, parcel->bytes, sizeof parcel->bytes);
  parcel->size = size > 0 ? (size_t)size : 0;
  pn_delivery_update(dlv, PN_ACCEPTED);
  (void)pn_link_advance(link);
  pn_delivery_settle(dlv);
  return true;
}

/* The two clients. */

static void connect_client(struct relay *relay, bool sends) {
  pn_connection_t *const conn = pn_connection();
  pn_connection_set_context(conn, relay); /* how a client's connection is told from the relay's */
  pn_connection_open(conn);
  pn_session_t *const ssn = pn_session(conn);
  pn_session_open(ssn);
  pn_link_t *const link = sends ? pn_sender(ssn, "in") : pn_receiver(ssn, "out");
  pn_link_open(link);
  if (!sends) pn_link_flow(link, MESSAGES);
  pn_proactor_connect2(relay->proactor, conn, NULL, relay->address);
}

static void handle_client(struct relay *relay, pn_event_t *event) {
  pn_link_t *const link = pn_event_link(event);
  struct parcel parcel;
  char text[32];
  if (pn_event_type(event) == PN_LINK_FLOW) {
    while (pn_link_is_sender(link) && pn_link_credit(link) > 0 && relay->sent < MESSAGES) {
      const int size = snprintf(text, sizeof text, "message %d", ++relay->sent);
      send_bytes(link, text, (size_t)size);
    }
  } else if (pn_event_type(event) == PN_DELIVERY && pn_link_is_receiver(link)) {
    if (receive(pn_event_delivery(event), &parcel) && ++relay->received == MESSAGES) {
      printf("last of %d: %.*s\n", MESSAGES, (int)parcel.size, parcel.bytes);
      pn_proactor_stop(relay->proactor);
    }
  }
}

/* The relay. */

static void handle_link(struct relay *relay, pn_link_t *link) {
  pn_link_open(link);
  if (pn_link_is_receiver(link)) {
    pn_link_flow(link, 100);
  } else {
    receiver_came(relay, link);
    connect_client(relay, true);
  }
}

static void handle_delivery(struct relay *relay, pn_delivery_t *dlv) {
  pn_link_t *const link = pn_delivery_link(dlv);
  if (!pn_link_is_receiver(link)) return;
  struct parcel *const parcel = calloc(1, sizeof *parcel);
  if (!parcel) abort();
  if (receive(dlv, parcel)) {
    pn_link_flow(link, 1);
    hand_over(relay, parcel);
  } else {
    free(parcel);
  }
}

static void handle(void *context, pn_event_t *event) {
  struct relay *const relay = context;
  pn_connection_t *const conn = pn_event_connection(event);
  pn_listener_t *const listener = pn_event_listener(event);
  if (conn && pn_connection_get_context(conn)) {
    handle_client(relay, event);
    return;
  }
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN:
    (void)pn_netaddr_str(pn_listener_addr(listener), relay->address, sizeof relay->address);
    connect_client(relay, false);
    break;
  case PN_LISTENER_ACCEPT: pn_listener_accept2(listener, NULL, NULL); break;
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(conn); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN: handle_link(relay, pn_event_link(event)); break;
  case PN_DELIVERY: handle_delivery(relay, pn_event_delivery(event)); break;
  default: break;
  }
}

static void *run(void *context) {
  struct relay *const relay = context;
  pn_proactor_run(relay->proactor, handle, relay);
  return NULL;
}

int main(void) {
  struct relay relay = {.proactor = pn_proactor()};
  pthread_t threads[THREADS];
  if (!relay.proactor) return 1;
  pn_proactor_listen(relay.proactor, pn_listener(), "127.0.0.1:0", 16);
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, run, &relay);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  pn_proactor_free(relay.proactor);
  pn_work_queue_decref(relay.queue);
  return relay.received == MESSAGES ? 0 : 1;
}
