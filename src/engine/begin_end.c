/* begin_end.c: sessions, from begin to end. [2.5, 2.7.2, 2.7.8]
 *
 * Owns the mapping of channels to sessions and a session's state on the wire, which is changed in become() and nowhere
 * else. Either side may begin; the other answers with a begin that names the first one's channel. Either may end; the
 * other answers. A session that ended with an error of ours drops what comes until the peer's end.
 *
 * Runs in the thread that holds the connection. */
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"
#include "wire/limits.h"

#include <inttypes.h>

/* Which frames a session takes in which state. [2.5.5] BEGIN_RECEIVED may already get all: the peer need not wait. */
enum verdict { ILLEGAL, TAKE, DROP };
static const uint8_t takes[PNI_SESSION_STATE_COUNT] = {
    [PNI_UNMAPPED] = ILLEGAL,
    [PNI_BEGIN_SENT] = ILLEGAL,
    [PNI_BEGIN_RECEIVED] = TAKE,
    [PNI_MAPPED] = TAKE,
    [PNI_END_SENT] = DROP, /* what crossed our end; nobody here can use it any more */
    [PNI_END_RECEIVED] = ILLEGAL,
    [PNI_SESSION_DISCARDING] = DROP,
};

pni_status pni_session_of_channel_slow(
    pn_transport_t *transport, uint16_t channel, enum pni_code performative, pn_session_t **found) {
  pn_session_t *ssn = pni_map_get(&transport->channels, channel);
  *found = NULL;
  const enum verdict verdict = ssn ? (enum verdict)takes[ssn->state] : ILLEGAL;
  if (verdict == TAKE) {
    *found = ssn;
    return PNI_OK;
  }
  if (verdict == DROP) {
    if (performative == PNI_CODE_end) *found = ssn;
    return PNI_OK;
  }
  return pni_fail(transport, NULL, PNI_FAULT_UNMAPPED_CHANNEL, "%s: channel %u is not mapped to a session",
      pni_composite(performative)->name, channel);
}

/* The session is unmapped on both sides, and may be gone then. */
static void unmap(pn_transport_t *transport, pn_session_t *ssn) {
  pni_map_remove(&transport->outgoing, ssn->local_channel);
  pni_numbers_give(&transport->numbers, ssn->local_channel);
  ssn->local_channel = PNI_NO_CHANNEL;
  pni_session_unmapped(ssn);
}

/* One end of the session has been begun or ended. */
static void become(pn_transport_t *transport, pn_session_t *ssn, enum pni_session_state state) {
  ssn->state = (uint8_t)state;
  if (state == PNI_UNMAPPED) unmap(transport, ssn);
}

/* The peer's channel means nothing any more; but if our begin has still to answer the peer's, it has to name it. */
static void unmap_incoming(pn_transport_t *transport, pn_session_t *ssn) {
  pni_map_remove(&transport->channels, ssn->remote_channel);
  if (ssn->local_channel != PNI_NO_CHANNEL) ssn->remote_channel = PNI_NO_CHANNEL;
}

/* Outgoing. */

/* Channels above what the peer takes are not to be had; before its open, nobody knows, and 0 is sure. */
static uint16_t channel_max(const pn_transport_t *transport) {
  return transport->channel_max < transport->remote_channel_max ? transport->channel_max
                                                                : transport->remote_channel_max;
}

static pni_status take_channel(pn_transport_t *transport, pn_session_t *ssn) {
  uint32_t channel;
  TRY(pni_numbers_take(&transport->numbers, channel_max(transport), &channel));
  const pni_status status = pni_map_put(&transport->outgoing, channel, ssn);
  if (status)
    pni_numbers_give(&transport->numbers, channel);
  else
    ssn->local_channel = channel;
  return status;
}

/* Links that were opened before the session had to wait for it. */
static void links_may_go_on(pn_session_t *ssn) {
  for (pn_link_t *link = ssn->links; link; link = link->session_next) {
    if (link->endpoint.due) pni_endpoint_owe(&link->endpoint, link->endpoint.due);
  }
}

/* A session of ours is closed without ever having been begun; to one of the peer's there is no answer but the end of all. */
static pni_status no_channel(pn_transport_t *transport, pn_session_t *ssn) {
  struct pni_endpoint *where = ssn->state == PNI_UNMAPPED ? &ssn->endpoint : NULL;
  TRY(pni_fail(transport, where, PNI_FAULT_SESSION_LIMIT, "begin: no channel is free up to channel-max, %u",
      channel_max(transport)));
  ssn->state = PNI_UNMAPPED;
  pni_endpoint_paid(&ssn->endpoint, (enum pni_due)ssn->endpoint.due);
  links_may_go_on(ssn);
  return PNI_OK;
}

static pni_status send_begin(pn_transport_t *transport, pn_session_t *ssn) {
  const pni_status status = take_channel(transport, ssn);
  if (status == PNI_OVERFLOW) return no_channel(transport, ssn);
  TRY(status);
  struct pni_window *window = &ssn->window;
  window->initial_outgoing_id = window->next_outgoing_id;
  if (ssn->recent_bytes == 0)
    ssn->recent_bytes =
        (uint64_t)PNI_RECENT_FRAMES * (transport->max_frame ? transport->max_frame : UINT16_MAX);
  window->incoming_window = pni_session_target(ssn);
  const struct pni_begin begin = {.remote_channel = (uint16_t)ssn->remote_channel,
      .next_outgoing_id = window->next_outgoing_id,
      .incoming_window = window->incoming_window,
      .outgoing_window = window->outgoing_window,
      .handle_max = PNI_LIMIT_HANDLE_MAX,
      .has = {.remote_channel = ssn->remote_channel != PNI_NO_CHANNEL,
          .next_outgoing_id = true,
          .incoming_window = true,
          .outgoing_window = true,
          .handle_max = true}};
  TRY(pni_send_begin(transport, (uint16_t)ssn->local_channel, &begin));
  if (ssn->state == PNI_BEGIN_RECEIVED)
    become(transport, ssn, PNI_MAPPED);
  else if (ssn->state == PNI_UNMAPPED)
    become(transport, ssn, PNI_BEGIN_SENT);
  else if (ssn->state == PNI_END_RECEIVED)
    ssn->remote_channel = PNI_NO_CHANNEL; /* it has been named now */
  pni_endpoint_paid(&ssn->endpoint, PNI_DUE_OPEN);
  links_may_go_on(ssn);
  return PNI_OK;
}

static pni_status send_end(pn_transport_t *transport, pn_session_t *ssn) {
  uint8_t block[1024];
  struct pni_writer writer = pni_writer(block, sizeof block);
  struct pni_end end = {.has.error = ssn->endpoint.condition.name != NULL};
  if (end.has.error) {
    pni_condition_write(&ssn->endpoint.condition, &writer);
    end.has.error = pni_writer_fits(&writer);
    end.error = pn_bytes(end.has.error ? writer.size : 0, (const char *)block);
  }
  TRY(pni_send_end(transport, (uint16_t)ssn->local_channel, &end));
  pni_endpoint_paid(&ssn->endpoint, (enum pni_due)ssn->endpoint.due);
  const enum pni_session_state next = ssn->state == PNI_END_RECEIVED ? PNI_UNMAPPED
                                      : end.has.error                ? PNI_SESSION_DISCARDING
                                                                     : PNI_END_SENT;
  become(transport, ssn, next);
  return PNI_OK;
}

/* Whether links have something to say before the session can end; not to a peer that has ended it. */
static bool links_owe(const pn_session_t *ssn) { return ssn->endpoint.owing > 0 && ssn->state == PNI_MAPPED; }

pni_status pni_pay_session(pn_transport_t *transport, pn_session_t *ssn, bool *waits) {
  struct pni_endpoint *endpoint = &ssn->endpoint;
  *waits = transport->state == PNI_START || transport->state == PNI_OPEN_RECEIVED;
  if (*waits) return PNI_OK;
  if (endpoint->due & PNI_DUE_OPEN) TRY(send_begin(transport, ssn));
  if (ssn->local_channel == PNI_NO_CHANNEL) {
    pni_endpoint_paid(endpoint, (enum pni_due)endpoint->due);
    return PNI_OK;
  }
  if (endpoint->due & PNI_DUE_DISPOSITION) TRY(pni_pay_dispositions(transport, ssn));
  if (endpoint->due & PNI_DUE_FLOW) TRY(pni_pay_flow(transport, ssn, NULL));
  if (endpoint->due == PNI_DUE_CLOSE) {
    *waits = links_owe(ssn);
    if (!*waits) TRY(send_end(transport, ssn));
  }
  return PNI_OK;
}

/* Incoming. */

/* The session of ours that a begin answers, or a new one. */
static pni_status session_begun(
    pn_transport_t *transport, uint16_t channel, const struct pni_begin *begin, pn_session_t **found) {
  if (!begin->has.remote_channel) {
    *found = pni_session_new(transport->connection);
    if (!*found) return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "begin: no memory for a session");
    (*found)->endpoint.freed = transport->connection->endpoint.freed; /* or nobody would */
    return PNI_OK;
  }
  *found = pni_map_get(&transport->outgoing, begin->remote_channel);
  if (*found && ((*found)->state == PNI_BEGIN_SENT ||
                    ((*found)->state == PNI_END_SENT && (*found)->remote_channel == PNI_NO_CHANNEL))) {
    return PNI_OK;
  }
  return pni_fail(transport, NULL, PNI_FAULT_BEGIN_REPLY,
      "begin on channel %u: remote-channel %u has no session that waits for it", channel,
      begin->remote_channel);
}

pni_status pni_receive_begin(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_begin begin;
  pn_session_t *ssn;
  const pni_status status = pni_begin_decode(body, &begin);
  if (status) return pni_fail_decode(transport, status, body);
  if (pni_map_get(&transport->channels, channel)) {
    return pni_fail(
        transport, NULL, PNI_FAULT_CHANNEL_IN_USE, "begin: channel %u is mapped already", channel);
  }
  TRY(session_begun(transport, channel, &begin, &ssn));
  if (pni_map_put(&transport->channels, channel, ssn)) {
    return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "begin: no memory for a channel");
  }
  ssn->remote_channel = channel;
  ssn->remote_handle_max = begin.handle_max;
  pni_window_begun(&ssn->window, begin.next_outgoing_id, begin.incoming_window, begin.outgoing_window);
  if (ssn->state == PNI_BEGIN_SENT)
    become(transport, ssn, PNI_MAPPED);
  else if (ssn->state == PNI_UNMAPPED)
    become(transport, ssn, PNI_BEGIN_RECEIVED);
  pni_endpoint_remote_open(&ssn->endpoint);
  if (ssn->state == PNI_MAPPED) pni_session_unblock(ssn);
  return PNI_OK;
}

pni_status pni_receive_end(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_end end;
  pn_session_t *ssn;
  const pni_status status = pni_end_decode(body, &end);
  if (status) return pni_fail_decode(transport, status, body);
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_end, &ssn));
  if (!ssn) return PNI_OK;
  if (pni_condition_read(&ssn->endpoint.remote_condition, end.error)) {
    return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "end: no memory for the error");
  }
  unmap_incoming(transport, ssn);
  pni_endpoint_remote_close(&ssn->endpoint);
  /* One that failed discards from then on, though its end may still be due. */
  const bool end_due = (ssn->endpoint.due & PNI_DUE_CLOSE) != 0;
  if (ssn->state == PNI_END_SENT || (ssn->state == PNI_SESSION_DISCARDING && !end_due)) {
    become(transport, ssn, PNI_UNMAPPED);
  } else {
    become(transport, ssn, PNI_END_RECEIVED);
    if (ssn->endpoint.due) pni_endpoint_owe(&ssn->endpoint, ssn->endpoint.due);
  }
  return PNI_OK;
}
