/* peer.c: frames of a peer. The script chooses performative, channel and each field; numbers are small, so that they often
 * mean something: handles and channels that exist, delivery-ids close to the next one. */
#include "peer.h"

#include "wire/frame.h"
#include "wire/performative.h"

#include <string.h>

static pn_bytes_t text(const char *text) { return pn_bytes(strlen(text), text); }
#define OCTETS(literal)                                                                                      \
  { sizeof(literal) - 1, literal }

static uint32_t number(struct script *script) {
  const uint8_t octet = script_octet(script);
  return octet < 0xf8 ? octet % 16 : UINT32_MAX - (octet - 0xf8); /* or close to where it wraps */
}

static bool maybe(struct script *script) { return (script_octet(script) & 1) != 0; }

static pn_bytes_t state(struct script *script) {
  static const pn_bytes_t states[] = {OCTETS("\x00\x53\x24\x45"), OCTETS("\x00\x53\x26\x45"),
      OCTETS("\x00\x53\x25\x45"), OCTETS("\x00\x53\x27\xc0\x04\x02\x41\x41\x40"),
      OCTETS("\x00\x53\x23\xc0\x05\x02\x52\x01\x53\x02")};
  const unsigned choice = script_below(script, 8);
  return choice < 5 ? states[choice] : pn_bytes_null;
}

static const pn_bytes_t source = OCTETS("\x00\x53\x28\x45"), target = OCTETS("\x00\x53\x29\x45"),
                        coordinator = OCTETS("\x00\x53\x30\x45");

static void write_open(struct script *script, struct pni_writer *writer) {
  struct pni_open open = {.container_id = text("peer"), .has.container_id = true};
  open.max_frame_size = 512 * (uint32_t)(1 + script_below(script, 8)) - (script_octet(script) == 7);
  open.has.max_frame_size = maybe(script);
  open.channel_max = (uint16_t)script_below(script, 8);
  open.has.channel_max = maybe(script);
  open.idle_time_out = script_octet(script);
  open.has.idle_time_out = maybe(script);
  pni_open_encode(writer, &open);
}

static void write_begin(struct script *script, struct pni_writer *writer) {
  struct pni_begin begin = {.next_outgoing_id = number(script),
      .incoming_window = number(script),
      .outgoing_window = number(script),
      .has = {.next_outgoing_id = true, .incoming_window = true, .outgoing_window = true}};
  const uint8_t choice = script_octet(script);
  begin.remote_channel = choice % 4;
  begin.has.remote_channel = choice >= 0x80;
  begin.handle_max = number(script);
  begin.has.handle_max = maybe(script);
  pni_begin_encode(writer, &begin);
}

static void write_attach(struct script *script, struct pni_writer *writer) {
  static const char *const names[] = {"a", "b", "c", ""};
  struct pni_attach attach = {.name = text(names[script_below(script, 4)]),
      .handle = number(script),
      .role = maybe(script),
      .has = {.name = true, .handle = true, .role = true}};
  const uint8_t choice = script_octet(script);
  attach.has.initial_delivery_count = !attach.role && choice != 1;
  attach.initial_delivery_count = number(script);
  attach.rcv_settle_mode = choice >> 1 & 1;
  attach.has.rcv_settle_mode = (choice & 4) != 0;
  attach.source = choice & 8 ? source : pn_bytes_null;
  attach.has.source = attach.source.size > 0;
  attach.target = choice & 16 ? target : choice & 32 ? coordinator : pn_bytes_null;
  attach.has.target = attach.target.size > 0;
  pni_attach_encode(writer, &attach);
}

static void write_flow(struct script *script, struct pni_writer *writer) {
  const uint8_t has = script_octet(script);
  struct pni_flow flow = {.next_incoming_id = number(script),
      .incoming_window = number(script),
      .next_outgoing_id = number(script),
      .outgoing_window = number(script),
      .handle = number(script),
      .delivery_count = number(script),
      .link_credit = number(script),
      .drain = (has & 1) != 0,
      .echo = (has & 2) != 0,
      .has = {.next_incoming_id = (has & 4) != 0,
          .incoming_window = true,
          .next_outgoing_id = true,
          .outgoing_window = true,
          .handle = (has & 8) != 0,
          .delivery_count = (has & 16) != 0,
          .link_credit = (has & 32) != 0,
          .drain = (has & 1) != 0,
          .echo = (has & 2) != 0}};
  pni_flow_encode(writer, &flow);
}

static void write_transfer(struct script *script, struct pni_writer *writer) {
  const uint8_t has = script_octet(script), is = script_octet(script);
  struct pni_transfer transfer = {.handle = number(script), .has.handle = true};
  transfer.has.delivery_id = (has & 1) != 0;
  if (transfer.has.delivery_id) transfer.delivery_id = number(script);
  transfer.has.delivery_tag = (has & 2) != 0;
  transfer.delivery_tag = text(has & 4 ? "a tag" : &"another tag of more than thirty-two octets"[has >> 4]);
  transfer.has.settled = transfer.settled = (is & 1) != 0;
  transfer.has.more = transfer.more = (is & 2) != 0;
  transfer.has.aborted = transfer.aborted = (is & 4) != 0 && (is & 8) != 0;
  transfer.has.resume = transfer.resume = (is & 0x30) == 0x30;
  transfer.rcv_settle_mode = is >> 7;
  transfer.has.rcv_settle_mode = (is & 0x40) != 0;
  if (has & 8) transfer.state = state(script);
  transfer.has.state = transfer.state.size > 0;
  pni_transfer_encode(writer, &transfer);
  const uint8_t *payload;
  const size_t size = script_octets(script, &payload);
  pni_write_raw(writer, payload, size);
}

static void write_disposition(struct script *script, struct pni_writer *writer) {
  const uint8_t has = script_octet(script);
  struct pni_disposition disposition = {.role = (has & 1) != 0,
      .first = number(script),
      .last = number(script),
      .settled = (has & 2) != 0,
      .state = state(script),
      .has = {.role = true, .first = true, .last = (has & 4) != 0, .settled = (has & 2) != 0}};
  disposition.has.state = disposition.state.size > 0;
  pni_disposition_encode(writer, &disposition);
}

static const pn_bytes_t an_error = OCTETS("\x00\x53\x1d\xc0\x0e\x02\xa3\x04why?\xa1\x05never");

static void write_end_of_something(enum pni_code code, struct script *script, struct pni_writer *writer) {
  const uint8_t choice = script_octet(script);
  const pn_bytes_t error = choice & 1 ? an_error : pn_bytes_null;
  if (code == PNI_CODE_detach) {
    struct pni_detach detach = {.handle = number(script), .closed = (choice & 2) != 0, .error = error};
    detach.has.handle = true;
    detach.has.closed = detach.closed;
    detach.has.error = error.size > 0;
    pni_detach_encode(writer, &detach);
  } else if (code == PNI_CODE_end) {
    const struct pni_end end = {.error = error, .has.error = error.size > 0};
    pni_end_encode(writer, &end);
  } else {
    const struct pni_close close = {.error = error, .has.error = error.size > 0};
    pni_close_encode(writer, &close);
  }
}

/* A performative; raw octets in place of one now and then. */
static void write_body(struct script *script, struct pni_writer *writer) {
  const uint8_t *octets;
  size_t size;
  switch (script_below(script, 11)) {
  case 0: write_open(script, writer); break;
  case 1: write_begin(script, writer); break;
  case 2: write_attach(script, writer); break;
  case 3: write_flow(script, writer); break;
  case 4:
  case 5: write_transfer(script, writer); break;
  case 6: write_disposition(script, writer); break;
  case 7: write_end_of_something(PNI_CODE_detach, script, writer); break;
  case 8: write_end_of_something(PNI_CODE_end, script, writer); break;
  case 9: write_end_of_something(PNI_CODE_close, script, writer); break;
  default: size = script_octets(script, &octets); pni_write_raw(writer, octets, size);
  }
}

size_t peer_sends(struct script *script, uint8_t room[PEER_FRAME_MOST]) {
  static const uint8_t header[] = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
  const uint8_t choice = script_octet(script);
  const uint8_t *octets;
  if (choice == 0xff) {
    memcpy(room, header, sizeof header);
    return sizeof header;
  }
  if (choice >= 0xf0) {
    const size_t size = script_octets(script, &octets);
    memcpy(room, octets, size);
    return size;
  }
  struct pni_writer writer = pni_writer(room + PNI_FRAME_HEADER, PEER_FRAME_MOST - PNI_FRAME_HEADER);
  write_body(script, &writer);
  const enum pni_frame_type type = choice == 0xef ? PNI_FRAME_SASL : PNI_FRAME_AMQP;
  pni_frame_header_write(room, (uint32_t)writer.size + PNI_FRAME_HEADER, type, choice % 4);
  return writer.size + PNI_FRAME_HEADER;
}
