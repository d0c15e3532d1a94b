/* transfer.c: payload in, payload out. [2.6.12, 2.7.5]
 *
 * Owns the cut of a delivery into transfer frames and back. Outgoing: a link that owes TRANSFER is written from its first
 * unsent delivery on, until it has no credit, its session no window, or the output no room; one that waits for credit owes
 * again when a flow brings it, one that waits for the window is on its session's list of blocked links. Incoming: the
 * payload goes to the delivery whose last frame has not come, which is the only one a link can be receiving.
 *
 * Invariant: link->unsent is the first delivery of which a frame has still to be written; all before it are sent.
 * Runs in the thread that holds the connection. Takes no lock, reads no clock. */
#include "engine/arrivals.h"
#include "engine/check.h"
#include "engine/connection.h"
#include "engine/delivery.h"
#include "engine/event.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"
#include "engine/transfer_run.h"
#include "wire/limits.h"
#include "wire/straight.h"

#include <inttypes.h>
#include <string.h>

/* Outgoing. */

enum { PERFORMATIVE_ROOM = 96 }; /* a transfer's fields at their largest, but for the state */

/* The delivery's state, encoded for the frame, in `room`; nothing if there is none, or it is larger: then a disposition
 * follows with it. */
static pn_bytes_t encoded_state(pn_delivery_t *dlv, uint8_t *room, size_t size) {
  struct pni_writer writer = pni_writer(room, size);
  if (dlv->local.type == 0) return pn_bytes_null;
  pni_disposition_write(&dlv->local, &writer);
  return pni_writer_fits(&writer) ? pn_bytes(writer.size, (const char *)room) : pn_bytes_null;
}

static void describe(const pn_link_t *link, const pn_delivery_t *dlv, struct pni_transfer *transfer) {
  transfer->handle = link->local_handle;
  transfer->has.handle = true;
  if (!dlv->begun) {
    transfer->delivery_id = dlv->id;
    transfer->delivery_tag = pn_bytes(dlv->tag_size, dlv->tag);
    transfer->message_format = dlv->message_format;
    transfer->has.delivery_id = transfer->has.delivery_tag = transfer->has.message_format = true;
  }
  transfer->settled = transfer->has.settled = dlv->locally_settled;
  transfer->aborted = transfer->has.aborted = dlv->aborted;
}

/* A frame with so much payload has been written; `told` is whether the delivery's state was in it. */
static inline void written(pn_link_t *link, pn_delivery_t *dlv, size_t payload, bool more, bool told) {
  dlv->waiting -= payload;
  link->session->outgoing_bytes -= payload;
  pni_window_sent(&link->session->window);
  dlv->begun = true;
  dlv->sent = !more;
  link->session->connection->transport->messages_out += !more && !dlv->aborted;
  if (PNI_UNLIKELY(dlv->local.type != 0 && !told && dlv->has_id)) pni_delivery_owe(dlv);
}

/* Write one frame of much payload, which goes from where it lies. */
static PNI_NOINLINE pni_status write_spliced(pn_transport_t *transport, pn_link_t *link, pn_delivery_t *dlv) {
  uint8_t state[512];
  struct pni_transfer transfer = {.has.nothing = false};
  describe(link, dlv, &transfer);
  transfer.state = encoded_state(dlv, state, sizeof state);
  transfer.has.state = transfer.state.size > 0;
  transfer.more = transfer.has.more = true; /* as large as without it or larger */
  const size_t limit = pni_frame_most(transport) - PNI_FRAME_HEADER;
  struct pni_writer writer;
  TRY(pni_frame_open(transport, PERFORMATIVE_ROOM + transfer.state.size, &writer));
  pni_transfer_encode(&writer, &transfer);
  if (writer.size >= limit || !pni_writer_fits(&writer)) return PNI_OVERFLOW;
  const size_t room = limit - writer.size;
  const size_t payload = dlv->waiting < room ? dlv->waiting : room;
  if (dlv->done && payload == dlv->waiting) {
    transfer.more = transfer.has.more = false;
    writer.size = 0;
    pni_transfer_encode(&writer, &transfer);
  }
  struct pni_segments segments;
  TRY(pni_payload_move(&link->payload, payload, &segments));
  pni_frame_close_spliced(transport, (uint16_t)link->session->local_channel, &writer, &segments, payload);
  written(link, dlv, payload, transfer.more, transfer.has.state);
  return PNI_OK;
}

/* The performative, for which there is room. */
static inline void encode(struct pni_writer *writer, const struct pni_transfer *transfer) {
  if (PNI_LIKELY(!transfer->has.state))
    writer->size = (size_t)(pni_transfer_put(writer->start, transfer) - writer->start);
  else
    pni_transfer_encode(writer, transfer);
}

/* Write one frame of the delivery. */
static pni_status write_frame(pn_transport_t *transport, pn_link_t *link, pn_delivery_t *dlv) {
  if (PNI_UNLIKELY(dlv->waiting >= PNI_SEGMENT_LEAST) && pni_output_splices(transport))
    return write_spliced(transport, link, dlv);
  uint8_t state[512];
  struct pni_transfer transfer = {.has.nothing = false};
  describe(link, dlv, &transfer);
  transfer.state = encoded_state(dlv, state, sizeof state);
  transfer.has.state = transfer.state.size > 0;
  const size_t waiting = dlv->waiting;
  const size_t limit = pni_frame_most(transport) - PNI_FRAME_HEADER;
  const size_t performative = PERFORMATIVE_ROOM + transfer.state.size;
  const bool fits = waiting + performative <= limit;
  transfer.more = transfer.has.more = !dlv->aborted && (!dlv->done || !fits);

  struct pni_writer writer;
  TRY(pni_frame_open(transport, fits ? waiting + performative : limit, &writer));
  encode(&writer, &transfer);
  if (PNI_UNLIKELY(transfer.more && dlv->done && writer.size + waiting <= limit)) {
    /* What is left fits after all. A frame for nothing but the end is legal, yet there are peers that refuse it. */
    transfer.more = transfer.has.more = false;
    writer.size = 0;
    encode(&writer, &transfer);
  }
  if (writer.size > limit) return PNI_OVERFLOW;
  const size_t room = limit - writer.size;
  const size_t chunk = waiting <= room ? waiting : room;
  if (chunk > 0) {
    pni_payload_take(&link->payload, (char *)writer.start + writer.size, chunk);
    writer.size += chunk;
  }
  pni_frame_close(transport, PNI_FRAME_AMQP, (uint16_t)link->session->local_channel, &writer, chunk);
  written(link, dlv, chunk, transfer.more, transfer.has.state);
  return PNI_OK;
}

/* The last frame has been written, or none ever will be. */
static inline void sent(pn_link_t *link, pn_delivery_t *dlv) {
  link->queued--;
  link->unsent = dlv->next;
  if (dlv->locally_settled) pni_delivery_finish(dlv);
}

/* Begin a delivery: its id, and its place among those that the peer may dispose of. */
static inline pni_status begin(pn_session_t *ssn, pn_delivery_t *dlv) {
  const pni_serial id = ssn->outgoing.next;
  if (!dlv->locally_settled) {
    TRY(pni_delivery_ids_put(&ssn->outgoing, id, dlv));
    dlv->has_id = true;
  }
  ssn->outgoing.next++;
  dlv->id = id;
  return PNI_OK;
}

/* Whether a frame of the delivery can be written now; a link that has to wait for the window is blocked. */
static inline bool may_send(pn_session_t *ssn, pn_link_t *link, const pn_delivery_t *dlv) {
  if (!dlv->done && dlv->waiting == 0) return false;
  if (!dlv->begun && link->credit + link->queued <= 0) return false;
  if (pni_window_open(&ssn->window)) return true;
  pni_session_block(ssn, link);
  return false;
}

/* How far the output may be filled before somebody else has a turn: one who waits behind this link need not wait until the
 * output is full. */
static size_t turn_of(const pn_transport_t *transport, const pn_link_t *link) {
  enum { PIECE = 16 * 1024 };
  const pn_connection_t *const conn = link->session->connection;
  const bool alone = conn->due == conn->last_due;
  const size_t piece = pni_buffer_size(transport->sink) + PIECE;
  return alone || piece > transport->sink_most ? transport->sink_most : piece;
}

/* Whether the turn is over: what is spliced in counts, too. */
static inline bool is_over(const pn_transport_t *transport, size_t turn, size_t spliced) {
  return pni_output_enough(transport) ||
         pni_buffer_size(transport->sink) + transport->splices.size - spliced > turn;
}

pni_status pni_pay_transfers(pn_transport_t *transport, pn_link_t *link, bool *waits) {
  pn_session_t *ssn = link->session;
  const size_t turn = turn_of(transport, link), spliced = transport->splices.size;
  bool progress = false;
  *waits = false;
  while (link->unsent) {
    pn_delivery_t *dlv = link->unsent;
    if (dlv->aborted && !dlv->begun) { /* taken back before the peer knew of it, or lost with a transport */
      if (!dlv->done) break;
      link->credit++;
      dlv->sent = true;
      sent(link, dlv);
      progress = true;
      continue;
    }
    if (!may_send(ssn, link, dlv)) {
      *waits = dlv->done || dlv->waiting > 0;
      break;
    }
    if (is_over(transport, turn, spliced)) {
      if (progress) pni_endpoint_event(&link->endpoint, PN_LINK_FLOW);
      return PNI_OK;
    }
    const bool plain = pni_delivery_plain(dlv);
    const pni_delivery_form form = pni_delivery_form_of(dlv);
    const size_t before = pni_buffer_size(transport->sink), payload = dlv->waiting;
    if (!dlv->begun) TRY(begin(ssn, dlv));
    TRY(write_frame(transport, link, dlv));
    progress = true;
    if (dlv->sent) {
      link->delivery_count++;
      sent(link, dlv);
      if (plain && link->unsent && pni_delivery_form_of(link->unsent) == form)
        pni_transfer_run(transport, link, pni_buffer_size(transport->sink) - before, payload, turn);
    }
  }
  if (!*waits) pni_endpoint_paid(&link->endpoint, PNI_DUE_TRANSFER);
  if (link->drained_due && !link->unsent) pni_endpoint_owe(&link->endpoint, PNI_DUE_FLOW);
  if (progress) pni_endpoint_event(&link->endpoint, PN_LINK_FLOW);
  return PNI_OK;
}

/* Incoming. */

/* The first frame of a delivery: check what only that one has, and make the delivery. */
static pni_status begin_incoming(
    pn_transport_t *transport, pn_link_t *link, const struct pni_transfer *transfer, pn_delivery_t **begun) {
  pn_session_t *ssn = link->session;
  *begun = NULL;
  if (!transfer->has.delivery_id) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_DELIVERY_ID, "transfer: delivery-id is missing");
  }
  if (ssn->incoming.begun && transfer->delivery_id != ssn->incoming.next) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_DELIVERY_ID,
        "transfer: delivery-id %" PRIu32 " is not the next one, %" PRIu32, transfer->delivery_id,
        ssn->incoming.next);
  }
  ssn->incoming.begun = true;
  ssn->incoming.next = transfer->delivery_id + 1;
  if (!transfer->has.delivery_tag || transfer->delivery_tag.size > PNI_TAG_MAX) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_TRANSFER_FIELD, "transfer: delivery-tag %s",
        transfer->has.delivery_tag ? "has more than 32 octets" : "is missing");
  }
  if (transfer->has.rcv_settle_mode && !transfer->settled && transfer->rcv_settle_mode == PN_RCV_SECOND &&
      link->rcv_settle_mode == PN_RCV_FIRST && link->remote_rcv_settle_mode == PN_RCV_FIRST) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_TRANSFER_FIELD,
        "transfer: rcv-settle-mode second on a link whose mode is first");
  }
  if (link->queued - link->credit >= PNI_LIMIT_CREDIT_EXCESS) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_CREDIT, "transfer: the link has no credit");
  }
  if (transfer->resume) { /* of a delivery that we do not know: to be ignored [2.6.13] */
    link->dropping = transfer->more && !transfer->aborted;
    return PNI_OK;
  }
  void *const block = pni_pool_take(PNI_DELIVERY_BLOCK);
  if (!block) return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "transfer: no memory for a delivery");
  pn_delivery_t *const dlv = pni_delivery_new(block, link, transfer->delivery_tag);
  dlv->id = transfer->delivery_id;
  dlv->message_format = transfer->message_format;
  link->receiving = dlv;
  link->queued++;
  link->delivery_count++;
  ssn->incoming_deliveries++;
  if (!transfer->settled || transfer->more) {
    if (pni_delivery_ids_put(&ssn->incoming, dlv->id, dlv)) {
      return pni_fail(transport, NULL, PNI_FAULT_NO_MEMORY, "transfer: no memory for a delivery");
    }
    dlv->has_id = true;
  }
  *begun = dlv;
  return PNI_OK;
}

/* A later frame may repeat what the first one said, and nothing else. */
static const char *differs(const pn_delivery_t *dlv, const struct pni_transfer *transfer) {
  if (transfer->has.delivery_id && transfer->delivery_id != dlv->id) return "delivery-id";
  if (transfer->has.message_format && transfer->message_format != dlv->message_format)
    return "message-format";
  if (transfer->has.delivery_tag && (transfer->delivery_tag.size != dlv->tag_size ||
                                        memcmp(transfer->delivery_tag.start, dlv->tag, dlv->tag_size) != 0)) {
    return "delivery-tag";
  }
  return NULL;
}

static pni_status read_state(
    pn_transport_t *transport, pn_delivery_t *dlv, const struct pni_transfer *transfer) {
  if (!transfer->has.state) return PNI_OK;
  struct pni_reader reader = pni_reader(transfer->state.start, transfer->state.size);
  const pni_status status = pni_disposition_read(pn_delivery_remote(dlv), &reader);
  if (status) return pni_fail_decode(transport, status, &reader);
  if (dlv->remote.type != PN_RECEIVED) return PNI_OK;
  return pni_fail(transport, &dlv->link->endpoint, PNI_FAULT_DELIVERY_STATE,
      "transfer: state: received is for deliveries that are resumed");
}

/* Large payload stays where it was read into. */
static pni_status keep(
    pn_transport_t *transport, struct pni_payload *payload, const uint8_t *bytes, size_t size) {
  if (PNI_UNLIKELY(size >= PNI_SEGMENT_LEAST)) {
    pn_shared_bytes_t *block = pni_transport_slice(transport, bytes, size);
    if (block) return pni_payload_share(payload, block, (const char *)bytes, size);
  }
  return pni_payload_put(payload, (const char *)bytes, size);
}

/* Append a frame's payload, unless the application has left the delivery. */
static pni_status append(pn_transport_t *transport, pn_delivery_t *dlv, const uint8_t *bytes, size_t size) {
  pn_link_t *link = dlv->link;
  dlv->received += size;
  if (link->max_message_size > 0 && dlv->received > link->max_message_size) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_MESSAGE_SIZE,
        "transfer: the message is larger than max-message-size, %" PRIu64, link->max_message_size);
  }
  if (dlv->advanced || size == 0) return PNI_OK;
  if (size > pni_buffered_limit(transport) - transport->buffered) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_BUFFER_LIMIT,
        "%zu bytes of deliveries are unread, and %zu more have come: the limit is %zu", transport->buffered,
        size, pni_buffered_limit(transport));
  }
  if (keep(transport, &link->payload, bytes, size)) {
    return pni_fail(
        transport, NULL, PNI_FAULT_NO_MEMORY, "transfer: no memory for %zu bytes of payload", size);
  }
  dlv->waiting += size;
  link->session->incoming_bytes += size;
  transport->buffered += size;
  return PNI_OK;
}

/* Nothing more of the delivery is of interest. */
static void abort_incoming(pn_delivery_t *dlv) {
  const size_t unread = pni_delivery_drop(dlv);
  if (unread > 0) pni_session_taken(dlv->link->session, unread);
  dlv->aborted = true;
}

static pni_status continue_incoming(pn_transport_t *transport, pn_delivery_t *dlv,
    const struct pni_transfer *transfer, struct pni_reader *body) {
  pn_link_t *link = dlv->link;
  TRY(read_state(transport, dlv, transfer));
  if (link->errant) return PNI_OK;
  if (transfer->aborted) {
    abort_incoming(dlv);
  } else {
    TRY(append(transport, dlv, body->pos, pni_reader_left(body)));
    if (link->errant) return PNI_OK; /* it has been detached for what came */
  }
  if (transfer->settled || transfer->aborted) dlv->remotely_settled = dlv->updated = true;
  if (!transfer->more || transfer->aborted) {
    dlv->done = true;
    link->receiving = NULL;
    transport->messages_in += !transfer->aborted;
    if (!dlv->advanced) link->session->incoming_complete++;
  }
  pni_delivery_work(dlv);
  pni_collector_put(link->session->connection->collector, dlv, PN_DELIVERY);
  PNI_TOUCHED(&link->endpoint);
  return PNI_OK;
}

/* The link that a transfer is for; NULL if a fault was reported or the frame is to be dropped. */
static pni_status link_of(
    pn_transport_t *transport, pn_session_t *ssn, const struct pni_transfer *transfer, pn_link_t **found) {
  pn_link_t *link = pni_map_get(&ssn->incoming_handles, transfer->handle);
  *found = NULL;
  if (!link) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_UNATTACHED_HANDLE,
        "transfer: handle %" PRIu32 " is not attached", transfer->handle);
  }
  if (link->sender) {
    return pni_fail(transport, &link->endpoint, PNI_FAULT_TRANSFER_DIRECTION,
        "transfer: handle %" PRIu32 " is the receiving end of its link", transfer->handle);
  }
  *found = link->errant ? NULL : link;
  return PNI_OK;
}

static inline pni_status decode(
    pn_transport_t *transport, struct pni_reader *body, struct pni_transfer *transfer) {
  pni_zero(transfer, sizeof *transfer); /* which are the defaults */
  const uint8_t *const payload = pni_transfer_take(body->pos, body->end, transfer);
  if (PNI_LIKELY(payload != NULL)) {
    body->pos = payload;
    return PNI_OK;
  }
  const pni_status status = pni_transfer_decode(body, transfer);
  return status ? pni_fail_decode(transport, status, body) : PNI_OK;
}

pni_status pni_receive_transfer(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  struct pni_transfer transfer;
  pn_session_t *ssn;
  pn_link_t *link;
  TRY(decode(transport, body, &transfer));
  TRY(pni_session_of_channel(transport, channel, PNI_CODE_transfer, &ssn));
  if (!ssn) return PNI_OK;
  if (!pni_window_received(&ssn->window)) {
    return pni_fail(transport, &ssn->endpoint, PNI_FAULT_WINDOW, "transfer: the session's window is used up");
  }
  pni_session_used(ssn, pni_reader_left(body));
  TRY(link_of(transport, ssn, &transfer, &link));
  if (!link) return PNI_OK;
  pni_link_arrive(link);
  if (link->dropping) {
    link->dropping = transfer.more && !transfer.aborted;
    return PNI_OK;
  }
  pn_delivery_t *dlv = link->receiving;
  if (!dlv) {
    TRY(begin_incoming(transport, link, &transfer, &dlv));
    if (!dlv) return PNI_OK;
  } else {
    const char *field = differs(dlv, &transfer);
    if (field) {
      return pni_fail(transport, &link->endpoint, PNI_FAULT_TRANSFER_CONTINUATION,
          "transfer: %s differs from that of the delivery's first frame", field);
    }
  }
  return continue_incoming(transport, dlv, &transfer, body);
}
