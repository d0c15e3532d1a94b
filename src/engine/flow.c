/* flow.c: credit of links and windows of sessions, told and heard. [2.5.6, 2.6.7-2.6.10, 2.7.4]
 *
 * The API's credit of a sender is what the peer granted less what the application has used by advancing; on the wire,
 * advanced deliveries that are not yet framed still count as unused. A receiver's is what was granted less what the
 * application has left; on the wire, deliveries that have arrived no longer count.
 *
 * A session without a window of its own announces as many frames of the usual size as may be unread (limits.def), so that
 * the window alone stops a peer that sends more than is read. While nothing complete is unread, and so nobody may be able
 * to read on, it keeps opening. Runs in the thread that holds the connection. */
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/owner.h"
#include "engine/session.h"
#include "wire/limits.h"

#include <inttypes.h>

enum { LINKS_LOOKED_AT = 16 }; /* for one whose flow can tell of the session's window, too */

/* What the application grants and gives back. */

void pn_link_flow(pn_link_t *link, int credit) {
  PNI_OWNED_LINK(link);
  if (!link || link->sender) return;
  link->credit += credit;
  if (link->drain_once) link->drain = link->drain_once = false;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  PNI_TOUCHED(&link->endpoint);
}

void pn_link_drain(pn_link_t *link, int credit) {
  PNI_OWNED_LINK(link);
  if (!link || link->sender) return;
  link->credit += credit;
  link->drain = link->drain_once = true;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  PNI_TOUCHED(&link->endpoint);
}

void pn_link_set_drain(pn_link_t *link, bool drain) {
  PNI_OWNED_LINK(link);
  if (!link || link->sender) return;
  link->drain = drain;
  link->drain_once = false;
  pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  PNI_TOUCHED(&link->endpoint);
}

bool pn_link_draining(pn_link_t *link) { return !link->sender && link->drain && link->credit > link->queued; }

void pn_link_offered(pn_link_t *link, int credit) { link->available = credit; }

int pn_link_drained(pn_link_t *link) {
  PNI_OWNED_LINK(link);
  int drained = 0;
  if (!link->sender) {
    drained = link->drained;
    link->drained = 0;
  } else if (link->drain && link->credit > 0) {
    drained = link->credit;
    link->drained += drained;
    link->credit = 0;
    link->drained_due = true;
    pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  }
  PNI_TOUCHED(&link->endpoint);
  return drained;
}

/* Windows. */

static uint32_t frame_size(const pn_session_t *ssn) {
  const uint32_t max_frame = ssn->connection->transport ? ssn->connection->transport->max_frame : 0;
  return max_frame ? max_frame : UINT16_MAX;
}

/* The window of a session to which the application gave none. */
static uint32_t default_target(const pn_session_t *ssn) {
  const pn_transport_t *transport = ssn->connection->transport;
  const size_t limit = transport->buffered_limit_set && transport->buffered_limit ? transport->buffered_limit
                                                                                  : PNI_LIMIT_UNREAD_BYTES;
  const size_t room = limit > transport->buffered ? limit - transport->buffered : 0;
  const size_t mean = (size_t)(ssn->recent_bytes / PNI_RECENT_FRAMES), usual = mean > 64 ? mean : 64;
  const size_t least = ssn->incoming_complete == 0 ? limit / frame_size(ssn) + 1 : 0;
  const size_t frames = room / usual > least ? room / usual : least;
  return frames < PNI_LIMIT_SESSION_WINDOW ? (uint32_t)frames : PNI_LIMIT_SESSION_WINDOW;
}

uint32_t pni_session_target(pn_session_t *ssn) {
  const uint32_t frame = frame_size(ssn);
  uint32_t target;
  if (ssn->max_window > 0) {
    const size_t unread = (ssn->incoming_bytes + frame - 1) / frame;
    target = unread < ssn->max_window ? ssn->max_window - (uint32_t)unread : 0;
    ssn->low_water_frames = ssn->low_water ? ssn->low_water : (ssn->max_window + 1) / 2;
  } else if (ssn->incoming_capacity > 0) {
    const size_t room =
        ssn->incoming_capacity > ssn->incoming_bytes ? ssn->incoming_capacity - ssn->incoming_bytes : 0;
    target = room / frame < INT32_MAX ? (uint32_t)(room / frame) : INT32_MAX;
    const size_t low = ssn->incoming_capacity / frame / 2;
    ssn->low_water_frames = low > 1 ? (uint32_t)low : 1;
  } else {
    target = default_target(ssn);
    ssn->low_water_frames = target / 2 > 1 ? target / 2 : 1;
  }
  return target;
}

void pni_session_reopen(pn_session_t *ssn) {
  if (ssn->flow_due) return;
  if (!ssn->connection->transport || ssn->local_channel == PNI_NO_CHANNEL) return;
  if (pni_session_target(ssn) <= ssn->window.incoming_window) return;
  ssn->flow_due = true;
  pni_endpoint_owe(&ssn->endpoint, PNI_DUE_FLOW);
}

void pni_session_block(pn_session_t *ssn, pn_link_t *link) {
  if (link->blocked) return;
  link->blocked = true;
  link->blocked_next = NULL;
  if (ssn->last_blocked)
    ssn->last_blocked->blocked_next = link;
  else
    ssn->blocked = link;
  ssn->last_blocked = link;
}

void pni_session_unblock(pn_session_t *ssn) {
  pn_link_t *link = ssn->blocked;
  ssn->blocked = ssn->last_blocked = NULL;
  while (link) {
    pn_link_t *next = link->blocked_next;
    link->blocked = false;
    pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
    link = next;
  }
}

/* Outgoing. */

static void describe_link(pn_link_t *link, struct pni_flow *flow) {
  flow->handle = link->local_handle;
  flow->has.handle = true;
  if (link->sender) {
    const int32_t granted = link->credit + link->queued;
    if (link->drained_due && !link->unsent) {
      link->delivery_count += (uint32_t)link->drained;
      link->drained = 0;
      link->drained_due = false;
    }
    flow->link_credit = granted > 0 ? (uint32_t)granted : 0;
    flow->available = (uint32_t)(link->available > 0 ? link->available : 0);
    flow->has.available = true;
  } else {
    const int32_t unused = link->credit - link->queued;
    flow->link_credit = unused > 0 ? (uint32_t)unused : 0;
  }
  flow->delivery_count = link->delivery_count;
  flow->has.delivery_count = link->sender || link->remote_handle != PNI_NO_HANDLE;
  flow->has.link_credit = true;
  flow->drain = flow->has.drain = link->drain;
}

/* A link whose flow can tell of the session's window: a receiver that waits for deliveries. NULL if there is none among the first. */
static pn_link_t *waiting_receiver(const pn_session_t *ssn) {
  pn_link_t *link = ssn->links;
  for (unsigned seen = 0; link && seen < LINKS_LOOKED_AT; link = link->session_next, seen++) {
    const bool attached = link->local_handle != PNI_NO_HANDLE && link->remote_handle != PNI_NO_HANDLE;
    if (!link->sender && attached && !link->detach_sent && !link->errant && link->credit > link->queued)
      return link;
  }
  return NULL;
}

pni_status pni_pay_flow(pn_transport_t *transport, pn_session_t *ssn, pn_link_t *link) {
  struct pni_window *window = &ssn->window;
  if (link)
    pni_endpoint_paid(&link->endpoint, PNI_DUE_FLOW);
  else
    pni_endpoint_paid(&ssn->endpoint, PNI_DUE_FLOW);
  /* Credit is given back behind the deliveries that use the rest of it; pni_pay_transfers comes back for that. */
  if (link && link->drained_due && link->unsent && !link->echo_due) return PNI_OK;
  window->incoming_window = pni_session_target(ssn);
  ssn->flow_due = false;
  struct pni_flow flow = {.next_incoming_id = window->next_incoming_id,
      .incoming_window = window->incoming_window,
      .next_outgoing_id = window->next_outgoing_id,
      .outgoing_window = window->outgoing_window,
      .has = {.next_incoming_id = ssn->remote_channel != PNI_NO_CHANNEL,
          .incoming_window = true,
          .next_outgoing_id = true,
          .outgoing_window = true}};
  if (link) link->echo_due = false;
  /* Of a flow without a link nothing is told to Proton's applications, and some send only when they are told. */
  pn_link_t *const told = link ? link : waiting_receiver(ssn);
  if (told) describe_link(told, &flow);
  return pni_send_flow(transport, (uint16_t)ssn->local_channel, &flow);
}

/* Incoming. */

static void receive_as_sender(pn_link_t *link, const struct pni_flow *flow) {
  const pni_serial count = flow->has.delivery_count ? flow->delivery_count : 0;
  const int32_t granted = (int32_t)(count + flow->link_credit - link->delivery_count);
  link->credit = granted - link->queued;
  link->drain = flow->drain;
  if (link->unsent) pni_endpoint_owe(&link->endpoint, PNI_DUE_TRANSFER);
  if (link->current) pni_delivery_work(link->current);
}

/* The sender may have moved its count on without sending: credit that is given back. */
static void receive_as_receiver(pn_link_t *link, const struct pni_flow *flow) {
  if (flow->has.available) {
    link->available = flow->available < INT32_MAX ? (int32_t)flow->available : INT32_MAX;
  }
  if (!flow->has.delivery_count) return;
  const int32_t given_back = pni_serial_distance(link->delivery_count, flow->delivery_count);
  if (given_back <= 0) return;
  const int32_t unused = link->credit > link->queued ? link->credit - link->queued : 0;
  const int32_t drained = given_back < unused ? given_back : unused;
  link->credit -= drained;
  link->drained += drained;
  link->delivery_count = flow->delivery_count;
}

static pni_status receive_link_flow(
    pn_transport_t *transport, pn_session_t *ssn, const struct pni_flow *flow) {
  pn_link_t *link = pni_map_get(&ssn->incoming_handles, flow->handle);
  if (!link) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_UNATTACHED_HANDLE,
        "flow: handle %" PRIu32 " is not attached", flow->handle);
  }
  if (link->errant) return PNI_OK;
  if (link->sender)
    receive_as_sender(link, flow);
  else
    receive_as_receiver(link, flow);
  pni_endpoint_event(&link->endpoint, PN_LINK_FLOW);
  if (flow->echo && link->local_handle != PNI_NO_HANDLE) {
    link->echo_due = true;
    pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  }
  return PNI_OK;
}

pni_status pni_receive_flow(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_flow flow;
  pn_session_t *ssn;
  const pni_status status = pni_flow_decode(body, &flow);
  if (status) return pni_fail_decode(transport, status, body);
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_flow, &ssn));
  if (!ssn) return PNI_OK;
  if (!pni_window_flow(&ssn->window, flow.has.next_incoming_id, flow.next_incoming_id, flow.incoming_window,
          flow.next_outgoing_id, flow.outgoing_window)) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_FLOW_ACKNOWLEDGES,
        "flow: next-incoming-id %" PRIu32 " lies beyond what was sent, up to %" PRIu32, flow.next_incoming_id,
        ssn->window.next_outgoing_id);
  }
  if (pni_window_open(&ssn->window)) pni_session_unblock(ssn);
  if (flow.has.handle) return receive_link_flow(transport, ssn, &flow);
  if (flow.has.delivery_count || flow.has.link_credit || flow.has.available || flow.has.drain ||
      flow.has.properties) {
    return pni_fail(
        transport, &ssn->endpoint, PNI_FAULT_FLOW_WITHOUT_HANDLE, "flow: a link's fields without its handle");
  }
  if (flow.echo) {
    ssn->flow_due = true;
    pni_endpoint_owe(&ssn->endpoint, PNI_DUE_FLOW);
  }
  return PNI_OK;
}
