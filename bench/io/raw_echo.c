/* raw_echo.c: the server of floor/echo_client.c, by raw connections: octets go back in the buffers they came in. */
#include "floor/echo_client.h"
#include "process.h"

#include <proton/condition.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <stdbool.h>
#include <stdlib.h>

enum { BUFFERS = 2, BACKLOG = 4096 };

static uint64_t octets;
static long accepted, ended;
static pn_listener_t *listener;

static void report_port(void) {
  char port[16];
  if (pn_netaddr_host_port(pn_listener_addr(listener), NULL, 0, port, sizeof port) != 0) die("no port");
  server_ready((uint16_t)strtoul(port, NULL, 10));
}

static void accept_one(void) {
  pn_raw_connection_t *raw = pn_raw_connection();
  char *memory = malloc((size_t)BUFFERS * ECHO_LONGEST);
  if (!raw || !memory) die("out of memory");
  pn_raw_connection_set_context(raw, memory);
  pn_listener_raw_accept(listener, raw);
  if (++accepted == echo_connections) pn_listener_close(listener);
}

static void lend(pn_raw_connection_t *raw) {
  char *memory = pn_raw_connection_get_context(raw);
  for (int i = 0; i < BUFFERS; i++) {
    const pn_raw_buffer_t buffer = {
        .bytes = memory + (ptrdiff_t)(i * ECHO_LONGEST), .capacity = ECHO_LONGEST};
    if (pn_raw_connection_give_read_buffers(raw, &buffer, 1) != 1) die("a buffer was refused");
  }
}

static void send_back(pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_read_buffers(raw, &buffer, 1) == 1) {
    octets += buffer.size;
    if (buffer.size > 0 && pn_raw_connection_write_buffers(raw, &buffer, 1) != 1) die("not all was taken");
  }
}

static void lend_again(pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_written_buffers(raw, &buffer, 1) == 1)
    (void)pn_raw_connection_give_read_buffers(raw, &buffer, 1); /* which the end of the stream refuses */
}

static void end(pn_raw_connection_t *raw) {
  pn_condition_t *condition = pn_raw_connection_condition(raw);
  if (pn_condition_is_set(condition)) die("a connection: %s", pn_condition_get_description(condition));
  free(pn_raw_connection_get_context(raw));
  ended++;
}

static void handle(pn_event_t *event) {
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN: report_port(); break;
  case PN_LISTENER_ACCEPT: accept_one(); break;
  case PN_RAW_CONNECTION_CONNECTED: lend(raw); break;
  case PN_RAW_CONNECTION_READ: send_back(raw); break;
  case PN_RAW_CONNECTION_WRITTEN: lend_again(raw); break;
  case PN_RAW_CONNECTION_CLOSED_READ: pn_raw_connection_close(raw); break;
  case PN_RAW_CONNECTION_DISCONNECTED: end(raw); break;
  default: break;
  }
}

void serve(void) {
  pn_proactor_t *proactor = pn_proactor();
  listener = pn_listener();
  pn_proactor_listen(proactor, listener, "127.0.0.1:0", BACKLOG);
  while (ended < echo_connections) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch));) handle(event);
    pn_proactor_done(proactor, batch);
  }
  pn_proactor_free(proactor);
  server_counted(octets / (uint64_t)echo_size);
}
