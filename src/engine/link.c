/* link.c: pn_link_t: its making and its end, its name, and what it shows of itself. [2.6]
 *
 * Owned by its session. A link is on its session's and its connection's list until it is done, even when the application
 * has freed it: the peer may still be told of it, and tell. It is in the session's map of names as long as an attach of the
 * peer's may mean it, so that a chain of one name never grows beyond what the application makes.
 *
 * Runs in the thread that holds the connection. */
#include "engine/link.h"
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/owner.h"
#include "engine/session.h"

#include <string.h>

static const pn_class_t link_class =
    PNI_CLASS_RELEASED_BY(pni_endpoint_release, "pn_link", CID_pn_link, .initialize = NULL);

/* Names. */

static uint32_t name_key(const pn_bytes_t name, bool sender) {
  return pni_hash_bytes(name.start, name.size) ^ (sender ? UINT32_MAX : 0);
}

static pn_bytes_t name_of(const pn_link_t *link) { return pn_bytes(link->name_size, link->name); }

static bool is_named(const pn_link_t *link, pn_bytes_t name, bool sender) {
  return link->sender == sender && link->name_size == name.size &&
         memcmp(link->name, name.start, name.size) == 0;
}

/* Links of one name are chained in the order in which they came, which is that in which the peer answers them. */
static pni_status enter_name(pn_link_t *link) {
  pn_session_t *ssn = link->session;
  const uint32_t key = name_key(name_of(link), link->sender);
  void **place = pni_map_place(&ssn->names, key);
  link->same_name = NULL;
  if (place) {
    pn_link_t *last = *place;
    while (last->same_name) last = last->same_name;
    last->same_name = link;
  } else {
    TRY(pni_map_put(&ssn->names, key, link));
  }
  link->named = true;
  return PNI_OK;
}

static void remove_name(pn_link_t *link) {
  pn_session_t *ssn = link->session;
  if (!link->named) return;
  link->named = false;
  const uint32_t key = name_key(name_of(link), link->sender);
  void **place = pni_map_place(&ssn->names, key);
  if (*place == link) {
    if (link->same_name)
      *place = link->same_name;
    else
      pni_map_remove(&ssn->names, key);
    return;
  }
  pn_link_t *before = *place;
  while (before->same_name != link) before = before->same_name;
  before->same_name = link->same_name;
}

void pni_link_name_again(pn_link_t *link) {
  const bool attached = link->remote_handle != PNI_NO_HANDLE;
  const bool gone = attached && link->endpoint.local == PNI_CLOSED && !link->errant;
  const bool meant = link->endpoint.remote != PNI_CLOSED && !gone;
  if (!meant) remove_name(link);
}

void pni_link_unname(pn_link_t *link) { remove_name(link); }

static pn_link_t *first_named(pn_session_t *ssn, pn_bytes_t name, bool sender, bool attached) {
  pn_link_t *link = pni_map_get(&ssn->names, name_key(name, sender));
  while (link && !(is_named(link, name, sender) && (link->remote_handle != PNI_NO_HANDLE) == attached))
    link = link->same_name;
  return link;
}

pn_link_t *pni_link_find(pn_session_t *ssn, pn_bytes_t name, bool sender) {
  return first_named(ssn, name, sender, false);
}

pn_link_t *pni_link_rival(pn_session_t *ssn, pn_bytes_t name, bool sender) {
  return first_named(ssn, name, sender, true);
}

/* The beginning. */

static void list(pn_link_t *link) {
  pn_session_t *ssn = link->session;
  pn_connection_t *conn = ssn->connection;
  link->prev = conn->last_link;
  link->session_prev = ssn->last_link;
  *(conn->last_link ? &conn->last_link->next : &conn->links) = link;
  *(ssn->last_link ? &ssn->last_link->session_next : &ssn->links) = link;
  conn->last_link = ssn->last_link = link;
  ssn->link_count++;
}

pn_link_t *pni_link_new(pn_session_t *ssn, bool sender, pn_bytes_t name) {
  if (name.size >= UINT32_MAX) return NULL;
  pn_link_t *link = pni_endpoint_new(&link_class, sizeof *link + name.size + 1, PNI_LINK);
  if (!link) return NULL;
  link->session = ssn;
  link->name = (char *)(link + 1);
  if (name.size > 0) memcpy(link->name, name.start, name.size);
  link->unsettled_end = &link->unsettled;
  link->works = ssn->connection->works;
  link->role = link->works || pni_checks ? PNI_UNUSUAL : sender ? PNI_SENDS : PNI_RECEIVES;
  link->sender = sender;
  link->name_size = (uint32_t)name.size;
  link->local_handle = link->remote_handle = PNI_NO_HANDLE;
  link->snd_settle_mode = link->remote_snd_settle_mode = PN_SND_MIXED;
  link->rcv_settle_mode = link->remote_rcv_settle_mode = PN_RCV_FIRST;
  pni_terminus_init(&link->source, PN_SOURCE);
  pni_terminus_init(&link->target, PN_TARGET);
  pni_terminus_init(&link->remote_source, PN_UNSPECIFIED);
  pni_terminus_init(&link->remote_target, PN_UNSPECIFIED);
  if (enter_name(link)) {
    pn_object_free(link);
    return NULL;
  }
  pni_endpoint_hold(&ssn->endpoint);
  list(link);
  pni_endpoint_begin(&link->endpoint);
  return link;
}

static pn_link_t *new_link(pn_session_t *ssn, bool sender, const char *name) {
  return ssn && name ? pni_link_new(ssn, sender, pn_bytes(strlen(name), name)) : NULL;
}

pn_link_t *pn_sender(pn_session_t *ssn, const char *name) {
  PNI_OWNED_SESSION(ssn);
  return new_link(ssn, true, name);
}

pn_link_t *pn_receiver(pn_session_t *ssn, const char *name) {
  PNI_OWNED_SESSION(ssn);
  return new_link(ssn, false, name);
}

/* The end. */

/* A delivery that is not complete is taken back: the peer must not take its beginning for the whole. */
static void settle_all(pn_link_t *link) {
  pni_link_arrive(link);
  for (pn_delivery_t *dlv = link->unsettled, *next; dlv; dlv = next) {
    next = dlv->next;
    if (link->sender && !dlv->advanced)
      pn_delivery_abort(dlv);
    else
      pn_delivery_settle(dlv);
  }
}

void pn_link_free(pn_link_t *link) {
  PNI_OWNED_LINK(link);
  if (!link || link->endpoint.freed) return;
  link->endpoint.freed = true;
  settle_all(link);
  pni_endpoint_settle(&link->endpoint);
}

/* A freed session that was never begun never will be. */
static bool over(struct pni_endpoint *endpoint) {
  const pn_link_t *link = (pn_link_t *)endpoint;
  const pn_session_t *ssn = link->session;
  if (!ssn->connection->transport) return true;
  if (link->local_handle != PNI_NO_HANDLE || link->remote_handle != PNI_NO_HANDLE) return false;
  return endpoint->due == 0 || (ssn->endpoint.freed && ssn->endpoint.local == PNI_UNINIT);
}

static void unblock(pn_link_t *link) {
  pn_session_t *ssn = link->session;
  if (!link->blocked) return;
  pn_link_t *before = NULL;
  for (pn_link_t *at = ssn->blocked; at != link; at = at->blocked_next) before = at;
  *(before ? &before->blocked_next : &ssn->blocked) = link->blocked_next;
  if (ssn->last_blocked == link) ssn->last_blocked = before;
  link->blocked = false;
}

static void take_out(struct pni_endpoint *endpoint) {
  pn_link_t *link = (pn_link_t *)endpoint;
  pn_session_t *ssn = link->session;
  pn_connection_t *conn = ssn->connection;
  pni_link_arrive(link);
  while (link->unsettled) pni_delivery_finish(link->unsettled);
  unblock(link);
  remove_name(link);
  *(link->prev ? &link->prev->next : &conn->links) = link->next;
  *(link->next ? &link->next->prev : &conn->last_link) = link->prev;
  *(link->session_prev ? &link->session_prev->session_next : &ssn->links) = link->session_next;
  *(link->session_next ? &link->session_next->session_prev : &ssn->last_link) = link->session_prev;
  link->next = link->prev = link->session_next = link->session_prev = NULL;
  ssn->link_count--;
}

static void clear(struct pni_endpoint *endpoint) {
  pn_link_t *link = (pn_link_t *)endpoint;
  pni_payload_clear(&link->payload);
  pni_terminus_clear(&link->source);
  pni_terminus_clear(&link->target);
  pni_terminus_clear(&link->remote_source);
  pni_terminus_clear(&link->remote_target);
  pni_tree_clear(&link->properties);
  pni_tree_clear(&link->remote_properties);
}

const struct pni_endpoint_type pni_link_type = {.init = PN_LINK_INIT,
    .local_open = PN_LINK_LOCAL_OPEN,
    .remote_open = PN_LINK_REMOTE_OPEN,
    .local_close = PN_LINK_LOCAL_CLOSE,
    .remote_close = PN_LINK_REMOTE_CLOSE,
    .final = PN_LINK_FINAL,
    .over = over,
    .take_out = take_out,
    .clear = clear};

/* What was under way when the session ended. A delivery that has not begun can still be sent over another one. */
static void lose(pn_delivery_t *dlv) {
  pn_link_t *link = dlv->link;
  pn_session_t *ssn = link->session;
  dlv->has_id = false;
  const bool cut = link->sender ? dlv->begun && !dlv->sent : !dlv->done;
  if (cut) {
    const size_t waiting = pni_delivery_drop(dlv);
    dlv->aborted = true;
    if (link->sender) {
      dlv->begun = false;
      ssn->outgoing_bytes -= waiting;
    } else {
      dlv->done = dlv->updated = dlv->remotely_settled = true;
      pni_session_taken(ssn, waiting);
      if (!dlv->advanced) ssn->incoming_complete++;
      pni_delivery_work(dlv);
    }
  }
  const bool to_send = link->sender && !dlv->sent && (dlv->begun || dlv->advanced);
  if (dlv->locally_settled && !to_send) pni_delivery_finish(dlv);
}

void pni_link_unmapped(pn_link_t *link) {
  pni_link_arrive(link);
  link->local_handle = link->remote_handle = PNI_NO_HANDLE;
  link->detach_sent = link->remote_gone = link->errant = false;
  link->dropping = link->blocked = false;
  link->drained_due = link->echo_due = false;
  link->blocked_next = NULL;
  for (pn_delivery_t *dlv = link->unsettled, *next; dlv; dlv = next) {
    next = dlv->next;
    lose(dlv);
  }
  link->receiving = NULL;
  if (link->sender) link->credit = -link->queued; /* what was granted is void */
}

/* What the link owes to the next transport: all that it would owe if it were opened now. */
static unsigned due_anew(const pn_link_t *link) {
  if (link->endpoint.local != PNI_ACTIVE || link->detach) return 0;
  unsigned due = PNI_DUE_OPEN;
  if (!link->sender && (link->credit > 0 || link->drain)) due |= PNI_DUE_FLOW;
  if (link->sender && link->unsent) due |= PNI_DUE_TRANSFER;
  return due;
}

void pni_link_unbound(pn_link_t *link) {
  struct pni_endpoint *endpoint = &link->endpoint;
  endpoint->remote = PNI_UNINIT;
  pn_condition_clear(&endpoint->remote_condition);
  pni_terminus_reset(&link->remote_source);
  pni_terminus_reset(&link->remote_target);
  pni_tree_empty_out(&link->remote_properties);
  link->remote_snd_settle_mode = PN_SND_MIXED;
  link->remote_rcv_settle_mode = PN_RCV_FIRST;
  link->remote_max_message_size = 0;
  pni_endpoint_owe_anew(endpoint, due_anew(link));
  /* Without memory for its name, a link that is attached again is one that the peer does not answer. */
  const pni_status status = link->named || endpoint->due == 0 ? PNI_OK : enter_name(link);
  (void)status;
}

/* Attach, detach, close. */

void pn_link_open(pn_link_t *link) {
  PNI_OWNED_LINK(link);
  struct pni_endpoint *endpoint = &link->endpoint;
  if (endpoint->local != PNI_ACTIVE || !link->detach) {
    pni_endpoint_open(endpoint);
    return;
  }
  link->detach = false;
  if (endpoint->due & PNI_DUE_CLOSE) pni_endpoint_paid(endpoint, PNI_DUE_CLOSE); /* the peer need not know */
  const bool attached = link->local_handle != PNI_NO_HANDLE && !link->detach_sent;
  pni_endpoint_tell(endpoint, PN_LINK_LOCAL_OPEN, attached ? 0 : PNI_DUE_OPEN);
  PNI_TOUCHED(endpoint);
}

/* Once the detach has been sent it stays one: only a link that is attached can be closed. */
void pn_link_close(pn_link_t *link) {
  PNI_OWNED_LINK(link);
  if (link->endpoint.due & PNI_DUE_CLOSE) link->detach = false;
  pni_endpoint_close(&link->endpoint);
  PNI_TOUCHED(&link->endpoint);
}

void pn_link_detach(pn_link_t *link) {
  PNI_OWNED_LINK(link);
  if (link->endpoint.local != PNI_ACTIVE || link->detach) return;
  link->detach = true;
  pni_endpoint_tell(&link->endpoint, PN_LINK_LOCAL_DETACH, PNI_DUE_CLOSE);
  PNI_TOUCHED(&link->endpoint);
}

/* Lists. */

static pn_link_t *listed_from(pn_link_t *link, pn_state_t state) {
  while (link && (link->endpoint.freed || !pni_endpoint_matches(&link->endpoint, state))) link = link->next;
  return link;
}

pn_link_t *pn_link_head(pn_connection_t *conn, pn_state_t state) {
  return conn ? listed_from(conn->links, state) : NULL;
}

pn_link_t *pn_link_next(pn_link_t *link, pn_state_t state) {
  return link ? listed_from(link->next, state) : NULL;
}

/* What it shows of itself. */

pn_state_t pn_link_state(pn_link_t *link) { return pni_endpoint_state(&link->endpoint); }
pn_session_t *pn_link_session(pn_link_t *link) { return link->session; }
pn_error_t *pn_link_error(pn_link_t *link) {
  (void)link;
  return pni_endpoint_error();
}
pn_condition_t *pn_link_condition(pn_link_t *link) { return &link->endpoint.condition; }
pn_condition_t *pn_link_remote_condition(pn_link_t *link) { return &link->endpoint.remote_condition; }
void *pn_link_get_context(pn_link_t *link) { return pni_endpoint_context(&link->endpoint); }
void pn_link_set_context(pn_link_t *link, void *context) {
  pni_endpoint_set_context(&link->endpoint, context);
}
pn_record_t *pn_link_attachments(pn_link_t *link) { return pni_endpoint_attachments(&link->endpoint); }

const char *pn_link_name(pn_link_t *link) { return link->name; }
bool pn_link_is_sender(pn_link_t *link) { return link->sender; }
bool pn_link_is_receiver(pn_link_t *link) { return !link->sender; }
pn_terminus_t *pn_link_source(pn_link_t *link) { return &link->source; }
pn_terminus_t *pn_link_target(pn_link_t *link) { return &link->target; }
pn_terminus_t *pn_link_remote_source(pn_link_t *link) { return &link->remote_source; }
pn_terminus_t *pn_link_remote_target(pn_link_t *link) { return &link->remote_target; }

int pn_link_credit(pn_link_t *link) { return link->credit; }
int pn_link_queued(pn_link_t *link) { return link->queued; }
int pn_link_remote_credit(pn_link_t *link) { return link->credit - link->queued; }
bool pn_link_get_drain(pn_link_t *link) { return link->drain; }
int pn_link_available(pn_link_t *link) { return link->available; }

pn_snd_settle_mode_t pn_link_snd_settle_mode(pn_link_t *link) {
  return (pn_snd_settle_mode_t)link->snd_settle_mode;
}
pn_rcv_settle_mode_t pn_link_rcv_settle_mode(pn_link_t *link) {
  return (pn_rcv_settle_mode_t)link->rcv_settle_mode;
}
void pn_link_set_snd_settle_mode(pn_link_t *link, pn_snd_settle_mode_t mode) {
  if (link && (unsigned)mode <= PN_SND_MIXED) link->snd_settle_mode = (uint8_t)mode;
}
void pn_link_set_rcv_settle_mode(pn_link_t *link, pn_rcv_settle_mode_t mode) {
  if (link && (unsigned)mode <= PN_RCV_SECOND) link->rcv_settle_mode = (uint8_t)mode;
}
pn_snd_settle_mode_t pn_link_remote_snd_settle_mode(pn_link_t *link) {
  return (pn_snd_settle_mode_t)link->remote_snd_settle_mode;
}
pn_rcv_settle_mode_t pn_link_remote_rcv_settle_mode(pn_link_t *link) {
  return (pn_rcv_settle_mode_t)link->remote_rcv_settle_mode;
}

uint64_t pn_link_max_message_size(pn_link_t *link) { return link->max_message_size; }
void pn_link_set_max_message_size(pn_link_t *link, uint64_t size) { link->max_message_size = size; }
uint64_t pn_link_remote_max_message_size(pn_link_t *link) { return link->remote_max_message_size; }

pn_data_t *pn_link_properties(pn_link_t *link) { return pni_tree_data(&link->properties); }
pn_data_t *pn_link_remote_properties(pn_link_t *link) {
  return pni_tree_empty(&link->remote_properties) ? NULL : pni_tree_data(&link->remote_properties);
}
