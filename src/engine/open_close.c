/* open_close.c: open and close, both ways. [2.4.1, 2.4.3, 2.7.1, 2.7.9]
 *
 * Our open says what the connection and the transport are set to when it is written. The peer's is kept for the
 * accessors; its limits take effect at once. Our close goes behind everything else that is due, and waits for
 * deliveries that can still be sent. The peer's close is the last that is read.
 *
 * Invariant: `state` follows what has been written and read [2.4.6]; open_sent and close_sent what has been written. */
#include "base/pool.h"
#include "engine/connection.h"
#include "engine/fail.h"
#include "engine/frames.h"
#include "engine/link.h"
#include "engine/session.h"
#include "wire/limits.h"
#include <stdlib.h>
#include <string.h>

enum { MIN_MAX_FRAME = 512 };

static pn_bytes_t text_bytes(const char *text) { return pn_bytes(text ? strlen(text) : 0, text); }

/* Open, outgoing. */

static void open_was_sent(pn_transport_t *transport) {
  transport->open_sent = true;
  if (transport->state == PNI_START) transport->state = PNI_OPEN_SENT;
  if (transport->state == PNI_OPEN_RECEIVED) transport->state = PNI_OPENED;
}

/* The only frame that may be larger than 512 octets before the peer has said what it takes: it cannot be cut. */
static pni_status send_open(pn_transport_t *transport, const struct pni_open *open) {
  const uint32_t limit = transport->frame_limit;
  if (limit < PNI_LIMIT_FRAME_BEFORE_OPEN) transport->frame_limit = PNI_LIMIT_FRAME_BEFORE_OPEN;
  const pni_status status = pni_send_open(transport, 0, open);
  transport->frame_limit = limit;
  if (status == PNI_OK) open_was_sent(transport);
  return status;
}

static struct pni_open open_of(const pn_transport_t *transport, const pn_connection_t *conn) {
  struct pni_open open = {.container_id = pn_bytes(0, ""), .channel_max = transport->channel_max};
  open.has.container_id = true;
  open.has.channel_max = true;
  if (conn->container) open.container_id = text_bytes(conn->container);
  open.hostname = text_bytes(conn->hostname);
  open.has.hostname = conn->hostname != NULL;
  open.max_frame_size = transport->max_frame;
  open.has.max_frame_size = transport->max_frame != 0;
  open.idle_time_out = transport->idle_timeout / 2;
  open.has.idle_time_out = transport->idle_timeout != 0;
  return open;
}

/* The values of an open that are kept as trees, one behind the other; `ends` says where each ends. */
static void write_trees(pn_connection_t *conn, struct pni_writer *writer, size_t ends[3]) {
  (void)pni_tree_write_symbols(&conn->offered_capabilities, writer);
  ends[0] = writer->size;
  (void)pni_tree_write_symbols(&conn->desired_capabilities, writer);
  ends[1] = writer->size;
  pni_tree_write(&conn->properties, writer);
  ends[2] = writer->size;
}

static void put_trees(struct pni_open *open, const char *bytes, const size_t ends[3]) {
  open->offered_capabilities = pn_bytes(ends[0], bytes);
  open->has.offered_capabilities = ends[0] > 0;
  open->desired_capabilities = pn_bytes(ends[1] - ends[0], bytes + ends[0]);
  open->has.desired_capabilities = ends[1] > ends[0];
  open->properties = pn_bytes(ends[2] - ends[1], bytes + ends[1]);
  open->has.properties = ends[2] > ends[1];
}

static pni_status pay_open(pn_transport_t *transport, pn_connection_t *conn) {
  struct pni_open open = open_of(transport, conn);
  size_t ends[3];
  struct pni_writer writer = pni_writer(NULL, 0);
  write_trees(conn, &writer, ends);
  const size_t size = writer.size;
  if (size == 0) return send_open(transport, &open);

  char *const block = pni_pool_take(size);
  if (!block) return PNI_NO_MEMORY;
  writer = pni_writer(block, size);
  write_trees(conn, &writer, ends);
  put_trees(&open, block, ends);
  const pni_status status = send_open(transport, &open);
  pni_pool_give(block, size);
  return status;
}

/* Sessions that were begun before had to wait for open. */
static void sessions_may_begin(pn_connection_t *conn) {
  for (pn_session_t *ssn = conn->sessions; ssn; ssn = ssn->next) {
    if (ssn->endpoint.due != 0) pni_endpoint_owe(&ssn->endpoint, (enum pni_due)ssn->endpoint.due);
  }
}

/* Close, outgoing. */

static void close_was_sent(pn_transport_t *transport, bool error) {
  transport->close_sent = true;
  switch (transport->state) {
  case PNI_OPEN_SENT: transport->state = PNI_CLOSE_PIPE; break;
  case PNI_OPENED: transport->state = error ? PNI_DISCARDING : PNI_CLOSE_SENT; break;
  case PNI_CLOSE_RECEIVED: transport->state = PNI_ENDED; break;
  default: break;
  }
}

static pni_status send_close_with(pn_transport_t *transport, pn_condition_t *condition) {
  struct pni_close close = {.has.error = true};
  struct pni_writer writer = pni_writer(NULL, 0);
  pni_condition_write(condition, &writer);
  const size_t size = writer.size;
  char *const block = pni_pool_take(size);
  if (!block) return PNI_NO_MEMORY;
  writer = pni_writer(block, size);
  pni_condition_write(condition, &writer);
  close.error = pn_bytes(writer.size, block);
  const pni_status status = pni_send_close(transport, 0, &close);
  pni_pool_give(block, size);
  return status;
}

/* The bare condition instead of one whose texts are larger than a frame may be. */
static pni_status send_close_named(pn_transport_t *transport, const char *name) {
  char room[MIN_MAX_FRAME];
  struct pni_error error = {.condition = text_bytes(name), .has.condition = true};
  struct pni_close close = {.has.error = true};
  struct pni_writer writer = pni_writer(room, sizeof room);
  pni_error_encode(&writer, &error);
  close.error = pn_bytes(writer.size, room);
  close.has.error = pni_writer_fits(&writer);
  const pni_status status = pni_send_close(transport, 0, &close);
  if (status != PNI_OVERFLOW) return status;
  const struct pni_close bare = {.has.error = false};
  return pni_send_close(transport, 0, &bare);
}

static pni_status send_close(pn_transport_t *transport, pn_condition_t *condition) {
  const bool error = pn_condition_is_set(condition);
  const struct pni_close bare = {.has.error = false};
  pni_status status = error ? send_close_with(transport, condition) : pni_send_close(transport, 0, &bare);
  if (status == PNI_OVERFLOW) status = send_close_named(transport, pn_condition_get_name(condition));
  if (status == PNI_OK) close_was_sent(transport, error);
  return status;
}

/* Whether a link has deliveries to send that the peer may still give credit for. */
static bool sends(const pn_link_t *link) {
  const pn_session_t *ssn = link->session;
  return (link->endpoint.due & PNI_DUE_TRANSFER) != 0 && link->endpoint.local != PNI_UNINIT &&
         link->endpoint.remote != PNI_CLOSED && ssn->endpoint.local != PNI_UNINIT &&
         ssn->endpoint.remote != PNI_CLOSED;
}

static bool deliveries_wait(const pn_connection_t *conn) {
  if (conn->endpoint.remote == PNI_CLOSED) return false;
  for (const pn_link_t *link = conn->links; link; link = link->next) {
    if (sends(link)) return true;
  }
  return false;
}

pni_status pni_pay_connection(pn_transport_t *transport, pn_connection_t *conn, bool *waits) {
  struct pni_endpoint *const endpoint = &conn->endpoint;
  const bool closes = (endpoint->due & PNI_DUE_CLOSE) != 0;
  if (!transport->open_sent && (closes || (endpoint->due & PNI_DUE_OPEN) != 0)) {
    TRY(pay_open(transport, conn));
    sessions_may_begin(conn);
  }
  pni_endpoint_paid(endpoint, PNI_DUE_OPEN);
  if (!closes || endpoint->due_next) return PNI_OK;
  if (deliveries_wait(conn)) {
    *waits = true;
    return PNI_OK;
  }
  TRY(send_close(transport, &endpoint->condition));
  pni_endpoint_paid(endpoint, (enum pni_due)endpoint->due);
  pni_endpoint_settle(endpoint);
  return PNI_OK;
}

pni_status pni_pay_error(pn_transport_t *transport) {
  pni_status status = PNI_OK;
  if (!transport->open_sent) {
    const pn_connection_t *conn = transport->connection;
    struct pni_open open = {.container_id = text_bytes(conn ? conn->container : NULL)};
    open.has.container_id = true;
    status = send_open(transport, &open);
    if (status == PNI_OVERFLOW) {
      open.container_id = pn_bytes(0, "");
      status = send_open(transport, &open);
    }
  }
  if (status == PNI_OK) (void)send_close(transport, &transport->condition);
  transport->close_sent = true; /* without memory it goes unsaid */
  return PNI_OK;
}

/* Open, incoming. */

static pni_status keep_text(char **place, pn_bytes_t text) {
  char *copy = malloc(text.size + 1);
  if (!copy) return PNI_NO_MEMORY;
  if (text.size > 0) memcpy(copy, text.start, text.size);
  copy[text.size] = '\0';
  free(*place);
  *place = copy;
  return PNI_OK;
}

/* What is kept so far belongs to the connection, whatever comes of the rest. */
static pni_status keep_open(pn_connection_t *conn, const struct pni_open *open) {
  if (!conn->remote) conn->remote = calloc(1, sizeof *conn->remote);
  struct pni_remote_open *const remote = conn->remote;
  if (!remote) return PNI_NO_MEMORY;
  TRY(keep_text(&remote->container, open->container_id));
  if (open->has.hostname) TRY(keep_text(&remote->hostname, open->hostname));
  TRY(pni_tree_keep(&remote->offered_capabilities, open->offered_capabilities));
  TRY(pni_tree_keep(&remote->desired_capabilities, open->desired_capabilities));
  return pni_tree_keep(&remote->properties, open->properties);
}

static void keep_limits(pn_transport_t *transport, const struct pni_open *open) {
  transport->remote_max_frame = transport->frame_limit = open->max_frame_size;
  transport->remote_channel_max = open->channel_max;
  transport->remote_idle_timeout = open->idle_time_out;
}

pni_status pni_receive_open(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  pn_connection_t *const conn = transport->connection;
  struct pni_open open;
  TRY(pni_open_decode(body, &open));
  if (channel != 0)
    return pni_fail(transport, NULL, PNI_FAULT_OPEN_CHANNEL, "open: came on channel %u", channel);
  if (open.max_frame_size < MIN_MAX_FRAME) {
    return pni_fail(transport, NULL, PNI_FAULT_MAX_FRAME_TOO_SMALL,
        "open: max-frame-size: %u is less than %d", open.max_frame_size, MIN_MAX_FRAME);
  }
  TRY(keep_open(conn, &open));
  keep_limits(transport, &open);
  transport->state = transport->state == PNI_START       ? PNI_OPEN_RECEIVED
                     : transport->state == PNI_OPEN_SENT ? PNI_OPENED
                                                         : PNI_CLOSE_SENT;
  pni_endpoint_remote_open(&conn->endpoint);
  if (transport->remote_idle_timeout != 0) pni_transport_event(transport, PN_TRANSPORT);
  return PNI_OK;
}

/* Close, incoming. */

pni_status pni_receive_close(pn_transport_t *transport, uint16_t channel, struct pni_reader *body) {
  (void)channel; /* any will do [2.4.3] */
  pn_connection_t *const conn = transport->connection;
  struct pni_close close;
  TRY(pni_close_decode(body, &close));
  TRY(pni_condition_read(&conn->endpoint.remote_condition, close.error));
  transport->state = transport->close_sent ? PNI_ENDED : PNI_CLOSE_RECEIVED;
  pni_endpoint_remote_close(&conn->endpoint);
  pni_transport_end_input(transport);
  return PNI_OK;
}
