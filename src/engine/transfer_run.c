/* transfer_run.c: runs of transfers that say the same of different messages, written and read. [2.7.5]
 *
 * What a frame of a run consists of:
 *
 *   size | type, channel | descriptor, list, handle | delivery-id | size of the tag | tag | format, settled | payload
 *          `----------- head, but for the id --------------------------------'        `---- tail -----'
 *
 * The form is read out of a frame that the encoder has written, or the decoder has read, so there is one of each: equal
 * octets mean the same. Whatever is in any way unusual ends a run, and goes the long way. In the loops nothing can call the
 * application, and what is counted is entered behind them.
 *
 * Runs in the thread that holds the connection. */
#include "engine/transfer_run.h"

#include "engine/arrivals.h"
#include "engine/frames.h"
#include "wire/limits.h"
#include "wire/reader.h"

enum {
  HEAD = 32,    /* octets copied for the head, which may be shorter */
  WORD = 8,     /* octets compared at once */
  LARGEST = 104 /* a frame without its payload, and what is copied beyond it */
};

struct form {
  struct pni_quad head[HEAD / sizeof(struct pni_quad)];
  uint64_t tail;
  size_t id_at, tag_at, tail_at, payload_at; /* from the frame's start */
};

/* Octets of an encoded uint. */
static size_t uint_size(uint8_t code) { return code == PNI_UINT0 ? 1 : code == PNI_SMALLUINT ? 2 : 5; }

/* Whether the frame, of which `size` octets are not payload, is one to go by: all four fields are there, and the delivery-id
 * takes five octets. */
static bool read_form(struct form *form, const uint8_t *frame, size_t size) {
  enum { HANDLE = PNI_FRAME_HEADER + 6 };
  const size_t id = HANDLE + uint_size(frame[HANDLE]);
  if (frame[id] != PNI_UINT || frame[id + 5] != PNI_VBIN8) return false;
  form->id_at = id + 1;
  form->tag_at = id + 7;
  form->tail_at = form->tag_at + frame[id + 6];
  form->payload_at = size;
  memcpy(form->head, frame, sizeof form->head);
  memcpy(&form->tail, frame + form->tail_at, sizeof form->tail);
  return form->payload_at - form->tail_at <= WORD;
}

/* Outgoing. */

/* The frame of a delivery without its payload; the place behind it. */
static inline uint8_t *write_frame(
    const struct form *form, uint8_t *frame, const pn_delivery_t *dlv, pni_serial id, size_t payload) {
  memcpy(frame, form->head, sizeof form->head);
  pni_store32(frame + form->id_at, id);
  memcpy(frame + form->tag_at, dlv->tag, sizeof dlv->tag);
  memcpy(frame + form->tail_at, &form->tail, sizeof form->tail);
  pni_store32(frame, (uint32_t)(form->payload_at + payload));
  return frame + form->payload_at;
}

/* How many may be sent: by credit, by the window, and with ids of five octets. */
static uint32_t allowed(const pn_session_t *ssn, const pn_link_t *link) {
  const int32_t granted = link->credit + link->queued;
  uint32_t most = granted > 0 ? (uint32_t)granted : 0;
  if (ssn->window.remote_incoming_window < most) most = ssn->window.remote_incoming_window;
  if (UINT32_MAX - ssn->outgoing.next < most) most = UINT32_MAX - ssn->outgoing.next;
  return most;
}

/* Where frames are written. */
struct room {
  uint8_t *start, *end;
  size_t payload_most; /* of one frame */
};

static struct room room_for(const pn_transport_t *transport, size_t turn) {
  const struct pni_buffer *const out = transport->sink;
  struct room room = {.start = out->block + out->end,
      .end = out->block + out->capacity,
      .payload_most = pni_frame_most(transport) - LARGEST};
  if (out->capacity - out->start > turn + PNI_OUTPUT_SLACK)
    room.end = pni_buffer_bytes(out) + turn + PNI_OUTPUT_SLACK;
  if (room.end < room.start) room.end = room.start;
  return room;
}

struct written {
  pn_delivery_t *next; /* the first one that was not written */
  uint8_t *end;
  size_t payload;
  uint32_t frames;
};

static struct written write_run(
    pn_session_t *ssn, const struct form *form, pn_delivery_t *dlv, const struct room *room) {
  const pni_delivery_form key = pni_delivery_form_of(dlv);
  const bool settled = dlv->locally_settled;
  const char *const payload = dlv->link->payload.block + dlv->link->payload.start, *from = payload;
  const pni_serial begin = ssn->outgoing.next, end = begin + allowed(ssn, dlv->link);
  pni_serial id = begin;
  struct pni_delivery_page *page = NULL;
  uint8_t *out = room->start;
  for (; dlv && id != end; dlv = dlv->next, id++) {
    const size_t waiting = dlv->waiting;
    if (pni_delivery_form_of(dlv) != key || dlv->local.type != 0) break;
    if (waiting - 1 >= room->payload_most || (size_t)(room->end - out) < waiting + LARGEST) break;
    if (!settled) {
      if (PNI_UNLIKELY(!page || page->number != pni_page_of(id))) {
        page = pni_delivery_ids_make(&ssn->outgoing, pni_page_of(id));
        if (!page) break;
      }
      pni_delivery_page_put(page, id, dlv);
    }
    out = write_frame(form, out, dlv, id, waiting);
    pni_copy(out, from, waiting);
    out += waiting;
    from += waiting;
    dlv->id = id;
    dlv->waiting = 0;
    dlv->has_id = !settled;
    dlv->begun = dlv->sent = true;
  }
  return (struct written){.next = dlv, .end = out, .payload = (size_t)(from - payload), .frames = id - begin};
}

static void enter(pn_transport_t *transport, pn_link_t *link, const struct written *written) {
  pn_session_t *const ssn = link->session;
  struct pni_buffer *const out = transport->sink;
  out->end = (size_t)(written->end - out->block);
  transport->frames_out += written->frames;
  transport->messages_out += written->frames;
  ssn->window.next_outgoing_id += written->frames;
  ssn->window.remote_incoming_window -= written->frames;
  ssn->outgoing.next += written->frames;
  ssn->outgoing_bytes -= written->payload;
  link->delivery_count += written->frames;
  link->queued -= (int32_t)written->frames;
  link->unsent = written->next;
  if (written->payload > 0) pni_payload_take(&link->payload, NULL, written->payload);
}

/* Those from `dlv` to before `end` were settled and have been sent: they are done with. Nothing that is freed here calls the
 * application, which may have a record, but not of these. */
static void finish(pn_link_t *link, pn_delivery_t *dlv, pn_delivery_t *end) {
  const uint32_t special = PNI_DELIVERY_FLAGS(.special = true, .due = true);
  struct pni_pool_chain freed = {NULL, NULL, 0};
  *dlv->at = end;
  *(end ? &end->at : &link->unsettled_end) = dlv->at;
  while (dlv != end) {
    pn_delivery_t *const next = dlv->next;
    if (PNI_LIKELY(pni_delivery_is(dlv, 0, special) && pni_object_refcount(dlv) == 1)) {
      pni_pool_chain_add(&freed, pni_object_memory(dlv));
    } else {
      dlv->next = NULL;
      dlv->listed = false;
      if (!dlv->due) pni_delivery_decref(dlv); /* the list of dispositions keeps one that is due */
    }
    dlv = next;
  }
  link->endpoint.held -= freed.count;
  pni_pool_give_chain(&freed, PNI_DELIVERY_BLOCK);
}

void pni_transfer_run(pn_transport_t *transport, pn_link_t *link, size_t size, size_t payload, size_t turn) {
  const struct pni_buffer *const out = transport->sink;
  pn_delivery_t *const first = link->unsent;
  const bool settled = first->locally_settled;
  struct form form;
  if (pni_traces(transport) || pni_buffer_room(out) < LARGEST || !link->payload.block ||
      !pni_payload_in_block(&link->payload) || payload >= size)
    return;
  if (!read_form(&form, out->block + out->end - size, size - payload)) return;
  const struct room room = room_for(transport, turn);
  const struct written written = write_run(link->session, &form, first, &room);
  enter(transport, link, &written);
  if (settled && written.frames > 0) finish(link, first, written.next);
}

/* Incoming. */

/* What the frames of a run have in common, to be compared a word at a time. */
struct likeness {
  uint64_t head, head_end; /* behind the size; before the delivery-id */
  uint64_t tail, tail_mask;
  uint16_t tag; /* its constructor and size */
};

static inline uint64_t word(const uint8_t *octets) {
  uint64_t w;
  memcpy(&w, octets, sizeof w);
  return w;
}

static inline uint16_t pair(const uint8_t *octets) {
  uint16_t p;
  memcpy(&p, octets, sizeof p);
  return p;
}

static struct likeness likeness_of(const struct form *form, const uint8_t *frame) {
  uint8_t mask[WORD] = {0};
  memset(mask, UINT8_MAX, form->payload_at - form->tail_at);
  return (struct likeness){.head = word(frame + 4),
      .head_end = word(frame + form->id_at - WORD),
      .tail = word(frame + form->tail_at) & word(mask),
      .tail_mask = word(mask),
      .tag = pair(frame + form->tag_at - 2)};
}

static inline bool is_like(const struct likeness *like, const struct form *form, const uint8_t *frame) {
  return word(frame + 4) == like->head && word(frame + form->id_at - WORD) == like->head_end &&
         pair(frame + form->tag_at - 2) == like->tag &&
         (word(frame + form->tail_at) & like->tail_mask) == like->tail;
}

/* What a run may use up. */
struct budget {
  uint32_t frames;
  size_t payload;      /* of all */
  size_t payload_most; /* of one */
};

static struct budget budget_for(const pn_transport_t *transport, const pn_link_t *link) {
  const pn_session_t *const ssn = link->session;
  const size_t frame_limit = transport->max_frame != 0 ? transport->max_frame : PNI_LIMIT_FRAME;
  const int32_t excess = PNI_LIMIT_CREDIT_EXCESS - (link->queued - link->credit);
  struct budget budget = {.frames = ssn->window.incoming_window,
      .payload = pni_buffered_limit(transport) - transport->buffered,
      .payload_most = frame_limit > LARGEST ? frame_limit - LARGEST : 0};
  if (budget.payload_most >= PNI_SEGMENT_LEAST)
    budget.payload_most = PNI_SEGMENT_LEAST - 1; /* more is not copied */
  if (excess < 0 || (uint32_t)excess < budget.frames) budget.frames = excess < 0 ? 0 : (uint32_t)excess;
  if (link->max_message_size > 0 && link->max_message_size < budget.payload_most)
    budget.payload_most = (size_t)link->max_message_size;
  return budget;
}

struct received {
  size_t size; /* of the frames */
  size_t payload;
  uint32_t frames;
  uint64_t recent_bytes; /* the session's behind them */
};

/* How many frames are of the run that begins at `frame`. */
static struct received look_through(const pn_session_t *ssn, const struct form *form,
    const struct budget *budget, const uint8_t *frame, const uint8_t *end) {
  const struct likeness like = likeness_of(form, frame);
  const size_t least = form->tail_at + PNI_TAG_MAX; /* of octets that are looked at */
  const pni_serial begin = ssn->incoming.next, behind = begin + budget->frames;
  const uint8_t *const first = frame;
  pni_serial id = begin;
  uint64_t recent_bytes = ssn->recent_bytes;
  if (budget->payload < (size_t)(end - frame))
    end = frame; /* a limit is near: to be looked at frame by frame */
  for (; id != behind && (size_t)(end - frame) >= least; id++) {
    const size_t frame_size = pni_load32(frame), size = frame_size - form->payload_at;
    if (frame_size > (size_t)(end - frame) || size - 1 >= budget->payload_most) break;
    if (!is_like(&like, form, frame) || pni_load32(frame + form->id_at) != id) break;
    recent_bytes = pni_session_recent(recent_bytes, size);
    frame += frame_size;
  }
  const size_t size = (size_t)(frame - first);
  const uint32_t frames = id - begin;
  return (struct received){.size = size,
      .payload = size - frames * form->payload_at,
      .frames = frames,
      .recent_bytes = recent_bytes};
}

/* Keep the frames; NULL without memory for them. */
static struct pni_arrivals *keep(pn_link_t *link, const struct form *form,
    const struct pni_transfer *transfer, const struct received *received, const uint8_t *frames) {
  struct pni_arrivals *const arrivals = pni_arrivals_reserve(link, received->size + PNI_TAG_MAX);
  if (!arrivals) return NULL;
  const pn_delivery_t like = {.message_format = transfer->message_format,
      .has_id = !transfer->settled,
      .updated = transfer->settled,
      .remotely_settled = transfer->settled,
      .done = true,
      .tag_size = (uint8_t)(form->tail_at - form->tag_at)};
  memcpy(arrivals + 1, frames, received->size);
  *arrivals = (struct pni_arrivals){.next = (const uint8_t *)(arrivals + 1),
      .id = link->session->incoming.next,
      .end = link->session->incoming.next + received->frames,
      .form = pni_delivery_form_of(&like),
      .tag_at = (uint8_t)form->tag_at,
      .payload_at = (uint8_t)form->payload_at,
      .settled = transfer->settled};
  return arrivals;
}

static void enter_received(pn_transport_t *transport, pn_link_t *link, const struct received *received) {
  pn_session_t *const ssn = link->session;
  const uint32_t frames = received->frames;
  transport->frames_in += frames;
  transport->messages_in += frames;
  transport->buffered += received->payload;
  ssn->incoming_bytes += received->payload;
  ssn->incoming_deliveries += frames;
  ssn->incoming_complete += frames;
  ssn->incoming.next += frames;
  link->queued += (int32_t)frames;
  link->delivery_count += frames;
  link->unsettled_count += frames;
  link->endpoint.held += frames;
  pni_window_received_many(&ssn->window, frames);
  ssn->recent_bytes = received->recent_bytes;
  pni_session_look(ssn);
}

/* The link that receives, in the frame at `pattern`, whole deliveries without anything special. */
static pn_link_t *link_of(pn_transport_t *transport, uint16_t channel, const uint8_t *pattern, size_t size,
    struct pni_transfer *transfer, size_t *payload_at) {
  const uint8_t *const body = pattern + PNI_FRAME_HEADER + 3;
  const uint8_t *const payload = pni_transfer_quick(body, pattern + size, transfer);
  const pn_session_t *const ssn = pni_map_get(&transport->channels, channel);
  if (transport->state != PNI_OPENED || !payload || !ssn || ssn->state != PNI_MAPPED || !ssn->incoming.begun)
    return NULL;
  *payload_at = (size_t)(payload - pattern);
  if (!transfer->has.delivery_id || !transfer->has.delivery_tag || transfer->delivery_tag.size > PNI_TAG_MAX)
    return NULL;
  if (transfer->more || transfer->resume || transfer->aborted || transfer->has.state ||
      transfer->has.rcv_settle_mode)
    return NULL;
  pn_link_t *const link = pni_map_get(&ssn->incoming_handles, transfer->handle);
  return link && !link->sender && !link->works && !link->errant && !link->dropping && !link->receiving ? link
                                                                                                       : NULL;
}

const uint8_t *pni_transfers_received(pn_transport_t *transport, uint16_t channel, const uint8_t *frame,
    const uint8_t *next, const uint8_t *end) {
  struct pni_transfer transfer = {.has.nothing = false};
  struct form form;
  size_t payload_at;
  if ((size_t)(end - next) < LARGEST || pni_traces(transport)) return frame;
  pn_link_t *const link = link_of(transport, channel, frame, (size_t)(next - frame), &transfer, &payload_at);
  if (!link || !read_form(&form, frame, payload_at)) return frame;
  const struct budget budget = budget_for(transport, link);
  const struct received received = look_through(link->session, &form, &budget, frame, end);
  if (received.frames == 0) return frame;
  pni_session_arrive(link->session);
  struct pni_arrivals *const arrivals = keep(link, &form, &transfer, &received, frame);
  if (!arrivals) return frame;
  enter_received(transport, link, &received);
  pni_arrivals_begin(link, arrivals);
  return frame + received.size;
}
