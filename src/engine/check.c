/* check.c: the invariants of the tree of endpoints, as code.
 *
 * Each function looks at one thing and returns the text of the first condition that does not hold. A list is walked up to a
 * number of items; only where the walk has seen all of it are sums compared, so a check of what a call has touched is
 * cheap even where much is open. Nothing is changed, but for what a look-up remembers.
 *
 * Runs in the thread that holds the connection. */
#include "engine/check.h"

#include "engine/arrivals.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transport.h"

#include <stdio.h>
#include <stdlib.h>

#define HOLDS(condition)                                                                                     \
  if (!(condition)) return #condition
#define ALL_HOLD(call)                                                                                       \
  do {                                                                                                       \
    const char *const broken = (call);                                                                       \
    if (broken) return broken;                                                                               \
  } while (0)

enum { EVERYTHING = INT32_MAX, A_FEW = 64 };

/* How many items were looked at in the whole tree, which is what a look costs. */
static PNI_THREAD_LOCAL uint32_t cost;

/* Deliveries. */

static const char *check_listed(pn_delivery_t *dlv, pn_link_t *link) {
  pn_session_t *ssn = link->session;
  HOLDS(dlv->listed && !dlv->afloat);
  HOLDS(*dlv->at == dlv);
  HOLDS(dlv->next ? dlv->next->at == &dlv->next : link->unsettled_end == &dlv->next);
  HOLDS(!dlv->next || dlv->advanced || !dlv->next->advanced);
  if (dlv->has_id) {
    struct pni_delivery_ids *ids = link->sender ? &ssn->outgoing : &ssn->incoming;
    HOLDS(pni_delivery_ids_get(ids, dlv->id) == dlv);
  }
  return NULL;
}

static const char *check_delivery(pn_delivery_t *dlv, pn_link_t *link) {
  const pn_session_t *ssn = link->session;
  HOLDS(dlv->link == link);
  HOLDS(pni_object_refcount(dlv) > 0);
  HOLDS(dlv->tag_size <= PNI_TAG_MAX);
  HOLDS(dlv->special || (!dlv->record && !dlv->local.detail && !dlv->remote.detail));
  HOLDS(!dlv->working || ssn->connection->works);
  HOLDS(!dlv->due || ssn->due_dispositions);
  HOLDS(!dlv->sent || (link->sender && dlv->done && dlv->waiting == 0) || dlv->aborted);
  HOLDS(!dlv->advanced || link->sender || dlv->waiting == 0);
  return NULL;
}

/* One that is not where others look for it. */
static const char *check_afloat(pn_delivery_t *dlv, pn_link_t *link) {
  HOLDS(dlv->afloat && !dlv->listed && !dlv->next);
  HOLDS(dlv->done && !dlv->locally_settled);
  return check_delivery(dlv, link);
}

/* What the deliveries of a link add up to. */
struct deliveries {
  uint32_t unsettled, to_send, to_read;
  size_t waiting;
  pn_delivery_t *current, *unsent;
  bool receiving;
};

static void add(struct deliveries *sum, pn_delivery_t *dlv, pn_link_t *link) {
  cost++;
  sum->unsettled += !dlv->locally_settled;
  sum->to_send += dlv->advanced && !dlv->sent;
  sum->to_read += !dlv->advanced;
  sum->waiting += dlv->waiting;
  if (!dlv->advanced && !sum->current) sum->current = dlv;
  if (!dlv->sent && !sum->unsent) sum->unsent = dlv;
  if (dlv == link->receiving) sum->receiving = !dlv->done;
}

/* How many deliveries have still to be made. */
static uint32_t arrivals_of(const pn_link_t *link) {
  return link->arrivals ? pni_arrivals_count(link->arrivals) : 0;
}

static pn_delivery_t *afloat_of(const pn_link_t *link) {
  return link->arrivals ? link->arrivals->afloat : NULL;
}

static const char *check_deliveries(pn_link_t *link, int most) {
  struct deliveries sum = {0};
  pn_delivery_t *dlv = link->unsettled;
  for (; dlv && most-- > 0; dlv = dlv->next) {
    ALL_HOLD(check_listed(dlv, link));
    ALL_HOLD(check_delivery(dlv, link));
    add(&sum, dlv, link);
  }
  if (dlv) return NULL;
  HOLDS(link->unsettled || link->unsettled_end == &link->unsettled);
  pn_delivery_t *const afloat = afloat_of(link);
  if (afloat) {
    ALL_HOLD(check_afloat(afloat, link));
    add(&sum, afloat, link);
  }
  const uint32_t arrived = arrivals_of(link);
  HOLDS(link->unsettled_count == sum.unsettled + arrived);
  HOLDS(link->current == sum.current);
  HOLDS((uint32_t)link->queued == (link->sender ? sum.to_send : sum.to_read + arrived));
  HOLDS(!link->sender || link->unsent == sum.unsent);
  HOLDS(!link->receiving || sum.receiving);
  HOLDS(pni_payload_size(&link->payload) == sum.waiting);
  return NULL;
}

/* Endpoints. */

static bool waits_for_credit_or_window(const pn_link_t *link) {
  const pn_delivery_t *dlv = link->unsent;
  return dlv && (link->blocked || (!dlv->begun && link->credit + link->queued <= 0));
}

/* Whether an endpoint that owes has something to wait for, and so is not on the queue. */
static bool waits(const struct pni_endpoint *endpoint, pn_connection_t *conn) {
  const pn_session_t *ssn;
  const pn_link_t *link;
  switch ((enum pni_kind)endpoint->kind) {
  case PNI_CONNECTION: return (endpoint->due & PNI_DUE_CLOSE) != 0; /* for its sessions and deliveries */
  case PNI_SESSION:
    ssn = (const pn_session_t *)endpoint;
    return !conn->transport->open_sent || endpoint->local == PNI_UNINIT ||
           (endpoint->due == PNI_DUE_CLOSE && ssn->endpoint.owing > 0);
  default:
    link = (const pn_link_t *)endpoint;
    ssn = link->session;
    if (ssn->local_channel == PNI_NO_CHANNEL) return true;
    if (link->detach_sent && (endpoint->due & PNI_DUE_OPEN)) return true;
    return waits_for_credit_or_window(link);
  }
}

static const char *check_endpoint(struct pni_endpoint *endpoint, pn_connection_t *conn) {
  const bool bound = conn->transport != NULL;
  HOLDS(!endpoint->done);
  HOLDS(pni_endpoint_connection(endpoint) == conn);
  HOLDS(endpoint->local <= PNI_CLOSED && endpoint->remote <= PNI_CLOSED);
  HOLDS(!endpoint->queued || bound);
  HOLDS(endpoint->queued || !endpoint->due_next);
  HOLDS(!endpoint->queued || endpoint->due_next || conn->last_due == endpoint);
  HOLDS(!bound || endpoint->due == 0 || endpoint->queued || conn->transport->close_sent ||
        waits(endpoint, conn));
  return NULL;
}

static const char *check_link(pn_link_t *link, int most) {
  pn_session_t *ssn = link->session;
  pn_connection_t *conn = ssn->connection;
  HOLDS(link->endpoint.kind == PNI_LINK);
  HOLDS(pni_object_refcount(link) > 0);
  ALL_HOLD(check_endpoint(&link->endpoint, conn));
  HOLDS(link->next ? link->next->prev == link : conn->last_link == link);
  HOLDS(link->prev ? link->prev->next == link : conn->links == link);
  HOLDS(link->session_next ? link->session_next->session_prev == link : ssn->last_link == link);
  HOLDS(link->session_prev ? link->session_prev->session_next == link : ssn->links == link);
  HOLDS(link->remote_handle == PNI_NO_HANDLE ||
        pni_map_get(&ssn->incoming_handles, link->remote_handle) == link);
  HOLDS(link->local_handle == PNI_NO_HANDLE || pni_numbers_used(&ssn->handles));
  HOLDS(!link->detach_sent || link->local_handle != PNI_NO_HANDLE);
  HOLDS(!link->remote_gone || link->remote_handle == PNI_NO_HANDLE);
  HOLDS(!link->blocked || (link->sender && ssn->blocked));
  HOLDS(link->sender || !link->unsent);
  HOLDS(!link->sender || !link->receiving);
  HOLDS(!link->arrivals || (ssn->arriving == link && pni_arrivals_count(link->arrivals) > 0));
  HOLDS(!link->arrivals == !link->payload.held);
  HOLDS(!link->arrivals || (const char *)link->arrivals->next >= link->payload.block + link->payload.end);
  HOLDS(link->queued >= 0);
  return check_deliveries(link, most);
}

/* A session's state says on which sides it is mapped. */
static const char *check_channels(pn_session_t *ssn) {
  const bool out = ssn->local_channel != PNI_NO_CHANNEL, in = ssn->remote_channel != PNI_NO_CHANNEL;
  const pn_transport_t *transport = ssn->connection->transport;
  if (!transport) {
    HOLDS(!out && !in && ssn->state == PNI_UNMAPPED);
    return NULL;
  }
  HOLDS(!out || pni_map_get(&transport->outgoing, ssn->local_channel) == ssn);
  switch ((enum pni_session_state)ssn->state) {
  case PNI_UNMAPPED: HOLDS(!out); break;
  case PNI_BEGIN_SENT: HOLDS(out && !in); break;
  case PNI_BEGIN_RECEIVED: HOLDS(!out && in); break;
  case PNI_MAPPED: HOLDS(out && in); break;
  case PNI_END_SENT: HOLDS(out); break;
  default: break;
  }
  const bool remembers = ssn->state == PNI_END_RECEIVED || ssn->state == PNI_UNMAPPED;
  HOLDS(!in || remembers || pni_map_get(&transport->channels, ssn->remote_channel) == ssn);
  return NULL;
}

static const char *check_session(pn_session_t *ssn) {
  pn_connection_t *conn = ssn->connection;
  HOLDS(ssn->endpoint.kind == PNI_SESSION);
  HOLDS(pni_object_refcount(ssn) > 0);
  ALL_HOLD(check_endpoint(&ssn->endpoint, conn));
  HOLDS(ssn->next ? ssn->next->prev == ssn : conn->last_session == ssn);
  HOLDS(ssn->prev ? ssn->prev->next == ssn : conn->sessions == ssn);
  HOLDS(ssn->endpoint.held >= ssn->link_count);
  HOLDS(ssn->endpoint.owing <= ssn->link_count);
  HOLDS(!ssn->links == !ssn->last_link && !ssn->links == (ssn->link_count == 0));
  HOLDS(!ssn->blocked == !ssn->last_blocked);
  HOLDS(!ssn->arriving || ssn->arriving->arrivals);
  HOLDS(!ssn->due_dispositions || !ssn->last_due_disposition->due_next);
  HOLDS(!ssn->due_run || (ssn->due_dispositions && ssn->due_run == ssn->last_due_disposition));
  HOLDS(!ssn->due_run || ssn->due_run->locally_settled);
  HOLDS(!ssn->next_due ||
        (ssn->due_run && ssn->next_due->due && ssn->next_due->id == ssn->due_run->due_last + 1));
  HOLDS(!ssn->due_dispositions || !conn->transport || (ssn->endpoint.due & PNI_DUE_DISPOSITION));
  HOLDS(!ssn->flow_due || (ssn->endpoint.due & PNI_DUE_FLOW));
  HOLDS(ssn->incoming_complete <= ssn->incoming_deliveries);
  return check_channels(ssn);
}

/* The tree. */

/* What a session's links add up to. */
struct links {
  uint32_t count, owing, attached, named, blocked;
  uint32_t incoming_ids, outgoing_ids;
  size_t incoming_bytes, outgoing_bytes;
  uint32_t incoming, complete;
};

static void add_link(struct links *sum, pn_link_t *link) {
  sum->count++;
  sum->owing += link->endpoint.due != 0;
  sum->attached += link->remote_handle != PNI_NO_HANDLE;
  sum->named += link->named;
  sum->blocked += link->blocked;
  *(link->sender ? &sum->outgoing_bytes : &sum->incoming_bytes) +=
      pni_payload_size(&link->payload) + pni_arrivals_bytes(link);
  sum->incoming += arrivals_of(link);
  sum->complete += arrivals_of(link);
  for (pn_delivery_t *dlv = link->unsettled; dlv; dlv = dlv->next) {
    *(link->sender ? &sum->outgoing_ids : &sum->incoming_ids) += dlv->has_id;
    sum->incoming += !link->sender && !dlv->advanced;
    sum->complete += !link->sender && !dlv->advanced && dlv->done;
  }
  const pn_delivery_t *const afloat = afloat_of(link);
  sum->incoming += afloat && !afloat->advanced;
  sum->complete += afloat && !afloat->advanced;
}

/* Deliveries by id; each has been found by its id before. */
static uint32_t count_ids(const struct pni_delivery_ids *ids) {
  uint32_t count = 0;
  for (uint32_t place = 0; place <= ids->pages.mask; place++) {
    const struct pni_delivery_page *page = pni_map_at(&ids->pages, place);
    for (uint64_t used = page ? page->used : 0; used; used &= used - 1) count++;
  }
  return count;
}

static uint32_t count_named(pn_session_t *ssn, const char **broken) {
  uint32_t count = 0;
  for (uint32_t place = 0; place <= ssn->names.mask; place++) {
    for (pn_link_t *link = pni_map_at(&ssn->names, place); link; link = link->same_name) {
      if (!link->named || link->session != ssn) *broken = "a name leads to a link that does not have it";
      count++;
    }
  }
  return count;
}

static const char *check_lists_of(pn_session_t *ssn, const struct links *sum) {
  uint32_t blocked = 0;
  for (pn_link_t *link = ssn->blocked; link; link = link->blocked_next, blocked++) {
    HOLDS(link->blocked && link->session == ssn);
    HOLDS(link->blocked_next || ssn->last_blocked == link);
  }
  HOLDS(blocked == sum->blocked);
  for (pn_delivery_t *dlv = ssn->due_dispositions; dlv; dlv = dlv->due_next) {
    cost++;
    HOLDS(dlv->due && dlv->link->session == ssn);
    HOLDS(pni_object_refcount(dlv) > 0);
    HOLDS(dlv->due_next || ssn->last_due_disposition == dlv);
  }
  return NULL;
}

static const char *check_sums_of(pn_session_t *ssn, const struct links *sum) {
  const char *broken = NULL;
  HOLDS(ssn->link_count == sum->count);
  HOLDS(ssn->endpoint.owing == sum->owing);
  HOLDS(ssn->incoming_handles.count == sum->attached);
  HOLDS(count_named(ssn, &broken) == sum->named);
  if (broken) return broken;
  HOLDS(count_ids(&ssn->outgoing) == sum->outgoing_ids);
  HOLDS(count_ids(&ssn->incoming) == sum->incoming_ids);
  HOLDS(ssn->incoming_bytes == sum->incoming_bytes);
  HOLDS(ssn->outgoing_bytes == sum->outgoing_bytes);
  HOLDS(ssn->incoming_deliveries == sum->incoming);
  HOLDS(ssn->incoming_complete == sum->complete);
  return check_lists_of(ssn, sum);
}

static const char *check_links_of(pn_session_t *ssn) {
  struct links sum = {0};
  uint32_t deliveries = 0;
  for (pn_link_t *link = ssn->links; link; link = link->session_next) {
    cost++;
    ALL_HOLD(check_link(link, EVERYTHING));
    HOLDS(link->session == ssn);
    for (pn_delivery_t *dlv = link->unsettled; dlv; dlv = dlv->next) deliveries++;
    HOLDS(link->endpoint.held >= deliveries + arrivals_of(link));
    deliveries = 0;
    add_link(&sum, link);
  }
  return check_sums_of(ssn, &sum);
}

/* Who is on the queue is on it once. */
static const char *check_queue(pn_connection_t *conn, uint32_t queued) {
  uint32_t count = 0;
  for (const struct pni_endpoint *endpoint = conn->due; endpoint; endpoint = endpoint->due_next) {
    cost++;
    count++;
    HOLDS(endpoint->queued);
    HOLDS(count <= queued);
    HOLDS(endpoint->due_next || conn->last_due == endpoint);
  }
  HOLDS(count == queued);
  HOLDS(!conn->due == !conn->last_due);
  return NULL;
}

static const char *check_work(pn_connection_t *conn) {
  uint32_t working = 0;
  for (pn_link_t *link = conn->links; link; link = link->next) {
    for (pn_delivery_t *dlv = link->unsettled; dlv; dlv = dlv->next) working += dlv->working;
  }
  for (pn_delivery_t *dlv = conn->work; dlv; dlv = dlv->work_next, working--) {
    HOLDS(dlv->working && working > 0);
    HOLDS(dlv->work_next ? dlv->work_next->work_prev == dlv : conn->last_work == dlv);
  }
  HOLDS(working == 0);
  return NULL;
}

/* What a connection's sessions add up to. */
struct sessions {
  uint32_t count, owing, queued, links, outgoing, incoming;
  size_t buffered;
};

static void add_session(struct sessions *sum, pn_session_t *ssn) {
  sum->count++;
  sum->owing += ssn->endpoint.due != 0;
  sum->queued += ssn->endpoint.queued;
  sum->links += ssn->link_count;
  sum->outgoing += ssn->local_channel != PNI_NO_CHANNEL;
  sum->incoming += ssn->connection->transport && ssn->remote_channel != PNI_NO_CHANNEL &&
                   pni_map_get(&ssn->connection->transport->channels, ssn->remote_channel) == ssn;
  sum->buffered += ssn->incoming_bytes;
  for (pn_link_t *link = ssn->links; link; link = link->session_next) {
    sum->queued += link->endpoint.queued;
  }
}

static const char *check_sums(pn_connection_t *conn, const struct sessions *sum) {
  const pn_transport_t *transport = conn->transport;
  uint32_t links = 0;
  for (pn_link_t *link = conn->links; link; link = link->next) links++;
  HOLDS(links == sum->links);
  HOLDS(conn->endpoint.owing == sum->owing);
  HOLDS(conn->endpoint.held >= sum->count);
  ALL_HOLD(check_queue(conn, sum->queued + conn->endpoint.queued));
  if (!transport) return NULL;
  HOLDS(transport->connection == conn);
  HOLDS(transport->outgoing.count == sum->outgoing);
  HOLDS(transport->channels.count == sum->incoming);
  HOLDS(transport->buffered == sum->buffered);
  return NULL;
}

const char *pni_engine_fault(pn_connection_t *conn) {
  struct sessions sum = {0};
  cost = 0;
  HOLDS(conn->endpoint.kind == PNI_CONNECTION);
  if (!conn->endpoint.done) ALL_HOLD(check_endpoint(&conn->endpoint, conn));
  for (pn_session_t *ssn = conn->sessions; ssn; ssn = ssn->next) {
    cost++;
    HOLDS(ssn->connection == conn);
    ALL_HOLD(check_session(ssn));
    ALL_HOLD(check_links_of(ssn));
    add_session(&sum, ssn);
  }
  ALL_HOLD(check_sums(conn, &sum));
  return check_work(conn);
}

const char *pni_endpoint_fault(struct pni_endpoint *endpoint) {
  if (endpoint->done) return NULL;
  switch ((enum pni_kind)endpoint->kind) {
  case PNI_CONNECTION: return check_endpoint(endpoint, (pn_connection_t *)endpoint);
  case PNI_SESSION: return check_session((pn_session_t *)endpoint);
  default: return check_link((pn_link_t *)endpoint, A_FEW);
  }
}

static void report(const char *broken, const struct pni_endpoint *endpoint) {
  static const char *const kinds[] = {
      [PNI_CONNECTION] = "connection", [PNI_SESSION] = "session", [PNI_LINK] = "link"};
  if (!broken) return;
  fprintf(stderr, "engine, %s %p: not so: %s\n", kinds[endpoint->kind], (const void *)endpoint, broken);
  abort();
}

void pni_engine_check(pn_connection_t *conn) { report(pni_engine_fault(conn), &conn->endpoint); }

void pni_engine_touched(struct pni_endpoint *endpoint) {
  static PNI_THREAD_LOCAL uint32_t calls;
  report(pni_endpoint_fault(endpoint), endpoint);
  /* The whole tree once it has cost less than all the calls since. */
  if (++calls < A_FEW + cost) return;
  calls = 0;
  pni_engine_check(pni_endpoint_connection(endpoint));
}
