/* attach_detach.c: links, from attach to detach. [2.6.1-2.6.6, 2.7.3, 2.7.7]
 *
 * Owns the mapping of handles to links. A link is attached on a side while it has that side's handle; both handles are
 * given up when both sides have detached, so that no number means two links at once. What a detached link still has to
 * tell is told before the detach, unless the peer has gone first.
 *
 * Runs in the thread that holds the connection. */
#include "base/pool.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"
#include "wire/limits.h"

#include <inttypes.h>

/* Outgoing. */

/* The fields of an attach that are values of their own, one behind the other in `writer`. */
struct attach_values {
  pn_bytes_t source, target, properties;
};

static pn_bytes_t since(const struct pni_writer *writer, size_t start) {
  return pn_bytes(writer->size - start, writer->start ? (const char *)writer->start + start : NULL);
}

static void write_values(pn_link_t *link, struct pni_writer *writer, struct attach_values *values) {
  size_t start = writer->size;
  pni_terminus_write(&link->source, writer);
  values->source = since(writer, start);
  start = writer->size;
  pni_terminus_write(&link->target, writer);
  values->target = since(writer, start);
  start = writer->size;
  pni_tree_write(&link->properties, writer);
  values->properties = since(writer, start);
}

static pni_status send_attach(pn_transport_t *transport, pn_link_t *link) {
  pn_session_t *ssn = link->session;
  struct attach_values values;
  struct pni_writer measure = pni_writer(NULL, 0);
  write_values(link, &measure, &values);
  const size_t capacity = measure.size;
  uint8_t *block = pni_pool_take(capacity);
  if (!block) return PNI_NO_MEMORY;
  struct pni_writer writer = pni_writer(block, capacity);
  write_values(link, &writer, &values);
  const struct pni_attach attach = {.name = pn_bytes(link->name_size, link->name),
      .handle = link->local_handle,
      .role = !link->sender,
      .snd_settle_mode = link->snd_settle_mode,
      .rcv_settle_mode = link->rcv_settle_mode,
      .source = values.source,
      .target = values.target,
      .initial_delivery_count = 0,
      .max_message_size = link->max_message_size,
      .properties = values.properties,
      .has = {.name = true,
          .handle = true,
          .role = true,
          .snd_settle_mode = true,
          .rcv_settle_mode = true,
          .source = values.source.size > 1,
          .target = values.target.size > 1,
          .initial_delivery_count = link->sender,
          .max_message_size = link->max_message_size > 0,
          .properties = values.properties.size > 0}};
  const pni_status status = pni_send_attach(transport, (uint16_t)ssn->local_channel, &attach);
  pni_pool_give(block, capacity);
  return status;
}

static uint32_t handle_max(const pn_session_t *ssn) {
  const bool known = ssn->remote_channel != PNI_NO_CHANNEL && ssn->remote_handle_max < PNI_LIMIT_HANDLE_MAX;
  return known ? ssn->remote_handle_max : PNI_LIMIT_HANDLE_MAX;
}

/* A link of ours is closed without ever having been attached; to one of the peer's there is no answer but the session's end. */
static pni_status no_handle(pn_transport_t *transport, pn_link_t *link) {
  const bool ours = link->remote_handle == PNI_NO_HANDLE && !link->remote_gone;
  TRY(pni_fail(transport, ours ? &link->endpoint : &link->session->endpoint,
      ours ? PNI_FAULT_LINK_LIMIT : PNI_FAULT_ANSWER_LIMIT,
      "attach: no handle is free up to handle-max, %" PRIu32, handle_max(link->session)));
  link->errant = false; /* the peer does not know of it */
  pni_endpoint_paid(&link->endpoint, (enum pni_due)link->endpoint.due);
  return PNI_OK;
}

static pni_status attach(pn_transport_t *transport, pn_link_t *link) {
  pn_session_t *ssn = link->session;
  uint32_t handle = link->local_handle;
  /* It may have one: an attach that had to wait until the peer has said how large a frame may be. */
  if (handle == PNI_NO_HANDLE) {
    const pni_status status = pni_numbers_take(&ssn->handles, handle_max(ssn), &handle);
    if (status == PNI_OVERFLOW) return no_handle(transport, link);
    TRY(status);
  }
  link->local_handle = handle;
  if (link->remote_handle == PNI_NO_HANDLE) pni_link_void_credit(link);
  TRY(send_attach(transport, link));
  pni_endpoint_paid(&link->endpoint, PNI_DUE_OPEN);
  return PNI_OK;
}

/* Both sides have detached: the handles are free, and the peer cannot be told anything any more. */
static void detached(pn_link_t *link) {
  pni_numbers_give(&link->session->handles, link->local_handle);
  link->local_handle = PNI_NO_HANDLE;
  link->detach_sent = link->remote_gone = false;
  link->errant = false;
  if (link->endpoint.local == PNI_CLOSED) pni_link_unname(link); /* the next attach means another one */
  pni_endpoint_settle(&link->endpoint);
}

static pni_status detach(pn_transport_t *transport, pn_link_t *link) {
  uint8_t block[1024];
  struct pni_writer writer = pni_writer(block, sizeof block);
  struct pni_detach detach = {.handle = link->local_handle,
      .closed = !link->detach,
      .has = {.handle = true, .closed = !link->detach, .error = link->endpoint.condition.name != NULL}};
  if (detach.has.error) {
    pni_condition_write(&link->endpoint.condition, &writer);
    detach.has.error = pni_writer_fits(&writer);
    detach.error = pn_bytes(detach.has.error ? writer.size : 0, (const char *)block);
  }
  TRY(pni_send_detach(transport, (uint16_t)link->session->local_channel, &detach));
  pni_endpoint_paid(&link->endpoint, PNI_DUE_CLOSE);
  link->detach_sent = true;
  if (link->remote_gone) detached(link); /* not if the peer's attach has still to come */
  return PNI_OK;
}

/* Whether deliveries that the application has finished have to leave before the link. */
static bool unsent(const pn_link_t *link) { return link->queued > 0 && link->remote_handle != PNI_NO_HANDLE; }

static void forget(pn_link_t *link) {
  const enum pni_due all = PNI_DUE_OPEN | PNI_DUE_FLOW | PNI_DUE_TRANSFER | PNI_DUE_CLOSE;
  pni_endpoint_paid(&link->endpoint, all);
}

pni_status pni_pay_link(pn_transport_t *transport, pn_link_t *link, bool *waits) {
  struct pni_endpoint *endpoint = &link->endpoint;
  pn_session_t *ssn = link->session;
  *waits = ssn->local_channel == PNI_NO_CHANNEL && ssn->endpoint.local != PNI_CLOSED;
  if (*waits) return PNI_OK;
  if (ssn->state != PNI_BEGIN_SENT && ssn->state != PNI_MAPPED) {
    forget(link);
    return PNI_OK;
  }
  *waits = link->detach_sent && (endpoint->due & PNI_DUE_OPEN); /* the peer has to detach first */
  if (*waits) return PNI_OK;
  if (endpoint->due & PNI_DUE_OPEN) TRY(attach(transport, link));
  if (link->local_handle == PNI_NO_HANDLE || link->detach_sent) {
    forget(link);
    return PNI_OK;
  }
  if (endpoint->due & PNI_DUE_FLOW) TRY(pni_pay_flow(transport, ssn, link));
  if (endpoint->due & PNI_DUE_TRANSFER) {
    TRY(pni_pay_transfers(transport, link, waits));
    if (endpoint->due & PNI_DUE_TRANSFER && !*waits) return PNI_OK; /* the output is full */
  }
  if (endpoint->due & PNI_DUE_FLOW)
    TRY(pni_pay_flow(transport, ssn, link)); /* credit given back behind the last one */
  if (endpoint->due & PNI_DUE_CLOSE) {
    *waits = link->sender && unsent(link);
    if (*waits) return PNI_OK;
    if (ssn->due_dispositions) TRY(pni_pay_dispositions(transport, ssn));
    if (ssn->due_dispositions) return PNI_OK;
    TRY(detach(transport, link));
    if (endpoint->due) forget(link);
  }
  return PNI_OK;
}

/* Incoming. */

/* What the peer says of the link, kept for the application. */
static pni_status read_attach(pn_transport_t *transport, pn_link_t *link, const struct pni_attach *attach) {
  struct pni_reader source = pni_reader(attach->source.start, attach->source.size);
  struct pni_reader target = pni_reader(attach->target.start, attach->target.size);
  pni_status status = pni_terminus_read(&link->remote_source, &source);
  if (status) return pni_fail_decode(transport, status, &source);
  status = pni_terminus_read(&link->remote_target, &target);
  if (status) return pni_fail_decode(transport, status, &target);
  if (pni_tree_keep(&link->remote_properties, attach->properties)) {
    return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "attach: no memory for properties");
  }
  link->remote_snd_settle_mode = attach->snd_settle_mode;
  link->remote_rcv_settle_mode = attach->rcv_settle_mode;
  link->remote_max_message_size = attach->max_message_size;
  if (!link->sender) link->delivery_count = attach->initial_delivery_count;
  return PNI_OK;
}

/* The link that an attach is about: ours that waits for it, or a new one; one that the peer has attached already is stolen
 * from. [2.6.1] */
static pni_status link_attached(
    pn_transport_t *transport, pn_session_t *ssn, const struct pni_attach *attach, pn_link_t **found) {
  const bool sender = attach->role;
  *found = pni_link_find(ssn, attach->name, sender);
  if (*found) return PNI_OK;
  pn_link_t *rival = pni_link_rival(ssn, attach->name, sender);
  if (rival && rival->errant) { /* it is not over before the peer has detached it, too */
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_ERRANT_LINK,
        "attach: name: the link was detached with an error, and handle %" PRIu32 " still stands for it",
        rival->remote_handle);
  }
  if (rival) {
    TRY(pni_fail(transport, &rival->endpoint, PNI_FAULT_STOLEN, "attach: the link was attached once more"));
    pni_link_unname(rival);
  }
  *found = pni_link_new(ssn, sender, attach->name);
  if (!*found) return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "attach: no memory for a link");
  (*found)->endpoint.freed = ssn->endpoint.freed; /* or nobody would */
  return PNI_OK;
}

static pni_status check_attach(
    pn_transport_t *transport, pn_session_t *ssn, const struct pni_attach *attach) {
  if (attach->handle > PNI_LIMIT_HANDLE_MAX) {
    return pni_fail(transport, NULL, PNI_FAULT_HANDLE_TOO_HIGH,
        "attach: handle %" PRIu32 " is above handle-max", attach->handle);
  }
  if (pni_map_get(&ssn->incoming_handles, attach->handle)) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_HANDLE_IN_USE,
        "attach: handle %" PRIu32 " is in use", attach->handle);
  }
  return PNI_OK;
}

/* Whether what the peer sent is of the kind that belongs there, or nothing. */
static bool is_terminus(const pn_terminus_t *terminus, pn_terminus_type_t type) {
  return terminus->type == PN_UNSPECIFIED || terminus->type == type ||
         (type == PN_TARGET && terminus->type == PN_COORDINATOR);
}

/* The map of unsettled deliveries has been checked as a value. [2.7.3] */
static bool has_tags_for_keys(pn_bytes_t unsettled) {
  struct pni_reader reader = pni_reader(unsettled.start, unsettled.size);
  struct pni_value map;
  if (unsettled.size == 0 || pni_read_head(&reader, &map)) return true;
  reader = pni_reader(map.body, map.size);
  for (uint32_t i = 0; i < map.count; i += 2) {
    struct pni_value key;
    if (pni_read_head(&reader, &key) || key.type != PN_BINARY || pni_read_past(&reader)) return false;
  }
  return true;
}

pni_status pni_receive_attach(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_attach attach;
  pn_session_t *ssn;
  pn_link_t *link;
  const pni_status status = pni_attach_decode(body, &attach);
  if (status) return pni_fail_decode(transport, status, body);
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_attach, &ssn));
  if (!ssn) return PNI_OK;
  TRY(check_attach(transport, ssn, &attach));
  if (ssn->state != PNI_MAPPED && ssn->state != PNI_BEGIN_RECEIVED) return PNI_OK; /* the check ended it */
  TRY(link_attached(transport, ssn, &attach, &link));
  if (!link) return PNI_OK;
  if (pni_map_put(&ssn->incoming_handles, attach.handle, link)) {
    return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "attach: no memory for a handle");
  }
  if (link->local_handle == PNI_NO_HANDLE) pni_link_void_credit(link);
  link->remote_handle = attach.handle;
  link->remote_gone = false;
  TRY(read_attach(transport, link, &attach));
  pni_endpoint_remote_open(&link->endpoint);
  if (!is_terminus(&link->remote_source, PN_SOURCE) || !is_terminus(&link->remote_target, PN_TARGET)) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_ATTACH_FIELD, "attach: %s",
        is_terminus(&link->remote_source, PN_SOURCE) ? "target: not a target or coordinator"
                                                     : "source: not a source");
  }
  if (!has_tags_for_keys(attach.unsettled)) {
    return pni_fail(
        transport, &link->endpoint, PNI_FAULT_ATTACH_FIELD, "attach: unsettled: a key is no delivery-tag");
  }
  if (!attach.role && !attach.has.initial_delivery_count) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_ATTACH_FIELD,
        "attach: a sender's initial-delivery-count is missing");
  }
  return PNI_OK;
}

pni_status pni_receive_detach(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_detach detach;
  pn_session_t *ssn;
  const pni_status status = pni_detach_decode(body, &detach);
  if (status) return pni_fail_decode(transport, status, body);
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_detach, &ssn));
  if (!ssn) return PNI_OK;
  pn_link_t *link = pni_map_get(&ssn->incoming_handles, detach.handle);
  if (!link) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_UNATTACHED_HANDLE,
        "detach: handle %" PRIu32 " is not attached", detach.handle);
  }
  if (pni_condition_read(&link->endpoint.remote_condition, detach.error)) {
    return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "detach: no memory for the error");
  }
  pni_map_remove(&ssn->incoming_handles, detach.handle);
  link->remote_handle = PNI_NO_HANDLE;
  link->remote_gone = true;
  pni_link_name_again(link);
  link->receiving = NULL;
  link->dropping = false;
  /* A close may be answered without saying so: there is nothing left that could be attached again. */
  if (detach.closed || (link->detach_sent && !link->detach))
    pni_endpoint_remote_close(&link->endpoint);
  else
    pni_endpoint_event(&link->endpoint, PN_LINK_REMOTE_DETACH);
  if (link->endpoint.freed && !link->detach_sent) pn_link_close(link); /* nobody else will answer */
  if (link->endpoint.due) pni_endpoint_owe(&link->endpoint, link->endpoint.due);
  if (link->detach_sent) detached(link);
  return PNI_OK;
}
