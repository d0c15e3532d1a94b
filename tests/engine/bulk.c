/* bulk.c: two engines whose bytes pass by pieces. */
#include "engine/bulk.h"

#include "engine/pieces.h"
#include "support/cmocka_test.h"
#include <baryon/link.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 8 }; /* pieces: so few that output is often larger */

int bulk_kept;
bool bulk_scarce;

char bulk_octet(unsigned number, size_t at) { return (char)((size_t)number * 131 + at * 7 + at / 251); }

static uint32_t draw(struct bulk *bulk, uint32_t below) {
  bulk->seed = bulk->seed * 1664525 + 1013904223;
  return (uint32_t)(((uint64_t)bulk->seed * below) >> 32);
}

static size_t portion(struct bulk *bulk, size_t size) {
  if (bulk->step == 0) return size;
  const size_t drawn = 1 + draw(bulk, (uint32_t)bulk->step);
  return drawn < size ? drawn : size;
}

/* Reading. */

static void check(struct bulk *bulk, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] != bulk_octet(bulk->number, bulk->got + i))
      fail_msg("octet %zu of delivery %u is wrong", bulk->got + i, bulk->number);
  }
  bulk->got += size;
}

static void read_copied(struct bulk *bulk) {
  static char bytes[100000];
  ssize_t size;
  while ((size = pn_link_recv(bulk->receiver, bytes, 1 + draw(bulk, sizeof bytes))) > 0)
    check(bulk, bytes, (size_t)size);
}

/* All pieces together are what waits; some are consumed where they lie, others taken out. */
static void read_borrowed(struct bulk *bulk, pn_delivery_t *dlv) {
  pn_bytes_t pieces[4], piece;
  size_t count;
  while ((count = pn_delivery_borrow(dlv, pieces, 1 + draw(bulk, 4))) > 0) {
    const size_t waiting = pn_delivery_pending(dlv);
    if (draw(bulk, 2)) {
      pn_shared_bytes_t *taken = pn_delivery_take(dlv, &piece);
      if (!taken && bulk_scarce) break;
      assert_non_null(taken);
      const pn_bytes_t all = pn_shared_bytes_all(taken);
      assert_true(piece.size > 0 && pn_shared_bytes_offset(taken, piece) + piece.size <= all.size);
      assert_int_equal(pn_delivery_pending(dlv), waiting - piece.size);
      check(bulk, piece.start, piece.size);
      pn_shared_bytes_decref(taken);
    } else {
      size_t size = 0;
      for (size_t i = 0; i < count; i++) {
        check(bulk, pieces[i].start, pieces[i].size);
        size += pieces[i].size;
      }
      assert_int_equal(pn_delivery_consume(dlv, size), size);
    }
  }
}

static void take(struct bulk *bulk, pn_delivery_t *dlv) {
  if (bulk->stops || !pn_delivery_readable(dlv)) return;
  const size_t waiting = pn_session_incoming_bytes(pn_link_session(bulk->receiver));
  if (waiting > bulk->most) bulk->most = waiting;
  memcpy(&bulk->number, pn_delivery_tag(dlv).start, sizeof bulk->number);
  if (pn_delivery_aborted(dlv)) {
    bulk->aborted++;
  } else {
    if (pn_delivery_partial(dlv) && !bulk->piecemeal) return;
    if (bulk->reads == BULK_COPY)
      read_copied(bulk);
    else
      read_borrowed(bulk, dlv);
    if (pn_delivery_partial(dlv)) return;
    bulk->size = bulk->got;
    bulk->received++;
    pn_delivery_update(dlv, PN_ACCEPTED);
  }
  bulk->got = 0;
  pn_delivery_settle(dlv);
  pn_link_flow(bulk->receiver, 1);
}

/* Events. */

static void handle_server(struct bulk *bulk, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: pn_connection_open(pn_event_connection(event)); break;
  case PN_SESSION_REMOTE_OPEN: pn_session_open(pn_event_session(event)); break;
  case PN_LINK_REMOTE_OPEN:
    bulk->receiver = pn_event_link(event);
    pn_link_open(bulk->receiver);
    pn_link_flow(bulk->receiver, 100);
    break;
  case PN_DELIVERY: take(bulk, pn_event_delivery(event)); break;
  case PN_TRANSPORT_ERROR: bulk->broken = true; break;
  default: break;
  }
}

static void handle_client(struct bulk *bulk, pn_event_t *event) {
  if (pn_event_type(event) == PN_TRANSPORT_ERROR) bulk->broken = true;
  if (pn_event_type(event) != PN_DELIVERY) return;
  pn_delivery_t *dlv = pn_event_delivery(event);
  if (pn_delivery_settled(dlv)) pn_delivery_settle(dlv);
}

static bool handle_events(struct bulk *bulk) {
  bool any = false;
  pn_event_t *event;
  while ((event = pn_connection_driver_next_event(&bulk->client))) {
    handle_client(bulk, event);
    any = true;
  }
  while ((event = pn_connection_driver_next_event(&bulk->server))) {
    handle_server(bulk, event);
    any = true;
  }
  return any;
}

/* Moving. */

/* Read from memory of exactly that size, so that a sanitizer sees what reads beyond it. */
static void scatter(struct bulk *bulk, pn_connection_driver_t *to, const char *bytes, size_t size) {
  while (size > 0 && !pn_connection_driver_read_closed(to)) {
    struct pni_piece room[2];
    size_t count = bulk->by_driver ? 1 : pni_transport_room(to->transport, room, 2);
    size_t filled = 0;
    if (bulk->by_driver) {
      const pn_rwbytes_t buffer = pn_connection_driver_read_buffer(to);
      room[0] = (struct pni_piece){buffer.start, buffer.size};
      if (buffer.size == 0) count = 0;
    }
    if (count == 0) return;
    const size_t limit = portion(bulk, size);
    for (size_t i = 0; i < count && filled < limit; i++) {
      const size_t part = room[i].size < limit - filled ? room[i].size : limit - filled;
      memcpy(room[i].base, bytes + filled, part);
      filled += part;
    }
    if (bulk->by_driver)
      pn_connection_driver_read_done(to, filled);
    else
      pni_transport_filled(to->transport, filled);
    bytes += filled;
    size -= filled;
  }
}

static size_t gather(struct bulk *bulk, pn_connection_driver_t *from, struct pni_piece *pieces) {
  if (!bulk->by_driver) return pni_transport_gather(from->transport, pieces, MANY);
  const pn_bytes_t out = pn_connection_driver_write_buffer(from);
  if (out.size == 0) return 0;
  memcpy(&pieces[0].base, &out.start, sizeof out.start);
  pieces[0].size = out.size;
  return 1;
}

static size_t move(
    struct bulk *bulk, pn_connection_driver_t *from, pn_connection_driver_t *to, size_t limit) {
  struct pni_piece pieces[MANY];
  const size_t count = gather(bulk, from, pieces);
  size_t size = 0, copied = 0;
  for (size_t i = 0; i < count; i++) size += pieces[i].size;
  if (size > limit) size = limit;
  if (size == 0) return 0;
  size = portion(bulk, size);
  char *bytes = malloc(size);
  if (!bytes) return 0;
  for (size_t i = 0; copied < size; i++) {
    const size_t part = pieces[i].size < size - copied ? pieces[i].size : size - copied;
    memcpy(bytes + copied, pieces[i].base, part);
    copied += part;
  }
  if (bulk->by_driver)
    (void)pn_connection_driver_write_done(from, size);
  else
    pni_transport_written(from->transport, size);
  scatter(bulk, to, bytes, size);
  free(bytes);
  return size;
}

static bool close_read(pn_connection_driver_t *from, pn_connection_driver_t *to) {
  if (!pn_connection_driver_write_closed(from) || pn_connection_driver_read_closed(to)) return false;
  pn_connection_driver_read_close(to);
  return true;
}

size_t bulk_pass(struct bulk *bulk, size_t size) {
  size_t passed = 0, now;
  while (passed < size && (now = move(bulk, &bulk->client, &bulk->server, size - passed)) > 0) passed += now;
  return passed;
}

void bulk_run(struct bulk *bulk) {
  bool busy = true;
  while (busy) {
    busy = handle_events(bulk);
    busy = move(bulk, &bulk->client, &bulk->server, SIZE_MAX) > 0 || busy;
    busy = move(bulk, &bulk->server, &bulk->client, SIZE_MAX) > 0 || busy;
    busy = close_read(&bulk->client, &bulk->server) || busy;
    busy = close_read(&bulk->server, &bulk->client) || busy;
  }
}

/* Starting and ending. */

bool bulk_start(struct bulk *bulk) {
  if (pn_connection_driver_init(&bulk->client, NULL, NULL) != 0) return false;
  if (pn_connection_driver_init(&bulk->server, NULL, NULL) != 0) return false;
  pn_transport_set_server(bulk->server.transport);
  pn_connection_open(bulk->client.connection);
  pn_session_t *ssn = pn_session(bulk->client.connection);
  if (!ssn) return false;
  pn_session_open(ssn);
  bulk->sender = pn_sender(ssn, "bulk");
  if (!bulk->sender) return false;
  pn_link_open(bulk->sender);
  bulk_run(bulk);
  return bulk->receiver && pn_link_credit(bulk->sender) > 0;
}

void bulk_end(struct bulk *bulk) {
  pn_connection_driver_destroy(&bulk->client);
  pn_connection_driver_destroy(&bulk->server);
}

/* Sending. */

static void release(void *context, const char *start, size_t size) {
  (void)start, (void)size;
  bulk_kept--;
  free(context);
}

static pn_shared_bytes_t *message(unsigned number, size_t size) {
  char *bytes = malloc(size + 1);
  if (!bytes) return NULL;
  for (size_t i = 0; i < size; i++) bytes[i] = bulk_octet(number, i);
  pn_shared_bytes_t *shared = pn_shared_bytes(bytes, size, release, bytes);
  if (shared)
    bulk_kept++;
  else
    free(bytes);
  return shared;
}

pn_delivery_t *bulk_send(struct bulk *bulk, enum bulk_way way, size_t size, size_t part) {
  const unsigned number = bulk->sent;
  pn_delivery_t *dlv = pn_delivery(bulk->sender, pn_dtag((const char *)&number, sizeof number));
  if (!dlv) return NULL;
  pn_shared_bytes_t *bytes = message(number, size);
  if (!bytes) {
    pn_delivery_abort(dlv);
    return NULL;
  }
  for (size_t at = 0; at < size; at += part) {
    const size_t now = size - at < part ? size - at : part;
    const ssize_t sent = way == BULK_SHARED
                             ? pn_link_send_shared(bulk->sender, bytes, at, now)
                             : pn_link_send(bulk->sender, pn_shared_bytes_all(bytes).start + at, now);
    if (sent == (ssize_t)now) continue;
    assert_true(bulk_scarce && sent == PN_OUT_OF_MEMORY);
    pn_delivery_abort(dlv);
    dlv = NULL;
    break;
  }
  pn_shared_bytes_decref(bytes);
  if (dlv) bulk->sent++;
  return dlv;
}
