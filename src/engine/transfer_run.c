/* transfer_run.c: a run of transfers that say the same of different messages. [2.7.5]
 *
 * What a frame of the run consists of:
 *
 *   size | type, channel | descriptor, list, handle | delivery-id | size of the tag | tag | format, settled | payload
 *          `----------- head, but for the id --------------------------------'        `---- tail -----'
 *
 * The form is read out of a frame that the encoder has written, so there is one encoder. In the loop nothing can call the
 * application, and what is counted is entered behind it. A delivery that is settled is finished behind it, too.
 *
 * Runs in the thread that holds the connection. */
#include "engine/transfer_run.h"

#include "engine/frames.h"
#include "wire/reader.h"

enum {
  HEAD = 32,    /* octets copied for the head, which may be shorter */
  TAIL = 8,     /* for the tail, likewise */
  LARGEST = 104 /* a frame without its payload, and what is copied beyond it */
};

struct form {
  struct pni_quad head[HEAD / sizeof(struct pni_quad)];
  uint64_t tail;
  size_t id_at, tag_at; /* from the frame's start */
  size_t tail_size;
};

/* Octets of an encoded uint. */
static size_t uint_size(uint8_t code) { return code == PNI_UINT0 ? 1 : code == PNI_SMALLUINT ? 2 : 5; }

/* Whether the frame is one to go by; one with a delivery-id of less than five octets is not. */
static bool read_form(struct form *form, const uint8_t *frame, size_t size) {
  enum { HANDLE = PNI_FRAME_HEADER + 6 };
  const size_t id = HANDLE + uint_size(frame[HANDLE]);
  if (frame[id] != PNI_UINT || frame[id + 5] != PNI_VBIN8) return false;
  form->id_at = id + 1;
  form->tag_at = id + 7;
  const size_t tail_at = form->tag_at + frame[id + 6];
  form->tail_size = size - tail_at;
  memcpy(form->head, frame, sizeof form->head);
  memcpy(&form->tail, frame + tail_at, sizeof form->tail);
  return form->tail_size <= TAIL;
}

/* The frame of a delivery without its payload; the place behind it. */
static inline uint8_t *write_frame(
    const struct form *form, uint8_t *frame, const pn_delivery_t *dlv, pni_serial id) {
  const size_t tag_size = dlv->tag_size;
  memcpy(frame, form->head, sizeof form->head);
  pni_store32(frame + form->id_at, id);
  memcpy(frame + form->tag_at, dlv->tag, sizeof dlv->tag);
  uint8_t *const tail = frame + form->tag_at + tag_size;
  memcpy(tail, &form->tail, sizeof form->tail);
  uint8_t *const payload = tail + form->tail_size;
  pni_store32(frame, (uint32_t)((size_t)(payload - frame) + dlv->waiting));
  return payload;
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

static struct room room_for(const pn_transport_t *transport) {
  const struct pni_buffer *const out = transport->sink;
  struct room room = {.start = out->block + out->end,
      .end = out->block + out->capacity,
      .payload_most = pni_frame_most(transport) - LARGEST};
  if (out->capacity - out->start > PNI_OUTPUT_ENOUGH) room.end = pni_buffer_bytes(out) + PNI_OUTPUT_ENOUGH;
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
  const pni_transfer_form key = pni_delivery_form(dlv);
  const bool settled = dlv->locally_settled;
  const char *const payload = pni_payload_bytes(&dlv->link->payload), *from = payload;
  const pni_serial begin = ssn->outgoing.next, end = begin + allowed(ssn, dlv->link);
  pni_serial id = begin;
  uint8_t *out = room->start;
  for (; dlv && id != end; dlv = dlv->next, id++) {
    const size_t waiting = dlv->waiting;
    if (pni_delivery_form(dlv) != key || dlv->local.type != 0 || dlv->record) break;
    if (waiting - 1 >= room->payload_most || (size_t)(room->end - out) < waiting + LARGEST) break;
    if (!settled && pni_delivery_ids_put(&ssn->outgoing, id, dlv) != PNI_OK) break;
    out = write_frame(form, out, dlv, id);
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
  ssn->window.next_outgoing_id += written->frames;
  ssn->window.remote_incoming_window -= written->frames;
  ssn->outgoing.next += written->frames;
  ssn->outgoing_bytes -= written->payload;
  link->delivery_count += written->frames;
  link->queued -= (int32_t)written->frames;
  link->unsent = written->next;
  if (written->payload > 0) pni_payload_take(&link->payload, NULL, written->payload);
}

static void finish(pn_delivery_t *dlv, const pn_delivery_t *end) {
  while (dlv != end) {
    pn_delivery_t *const next = dlv->next;
    pni_delivery_finish(dlv);
    dlv = next;
  }
}

void pni_transfer_run(pn_transport_t *transport, pn_link_t *link, size_t size, size_t payload) {
  const struct pni_buffer *const out = transport->sink;
  pn_delivery_t *const first = link->unsent;
  const bool settled = first->locally_settled;
  struct form form;
  if (pni_traces(transport) || pni_buffer_room(out) < LARGEST || !link->payload.block) return;
  if (!read_form(&form, out->block + out->end - size, size - payload)) return;
  const struct room room = room_for(transport);
  const struct written written = write_run(link->session, &form, first, &room);
  enter(transport, link, &written);
  if (settled) finish(first, written.next);
}
