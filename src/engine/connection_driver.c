/* connection_driver.c: a connection, its transport and its collector as one thing: octets in, events out, octets out.
 *
 * Two steps are taken between events: once CONNECTION_INIT has been handled the transport is bound, so that what its
 * handler sets up counts; once TRANSPORT_CLOSED has been handled the collector is released, since nothing may follow. */
#include <proton/connection_driver.h>

#include "engine/connection.h"
#include "engine/event.h"
#include "engine/trace.h"
#include <proton/condition.h>
#include <proton/transport.h>
#include <string.h>

int pn_connection_driver_init(
    pn_connection_driver_t *driver, pn_connection_t *connection, pn_transport_t *transport) {
  *driver = (pn_connection_driver_t){
      connection ? connection : pn_connection(), transport ? transport : pn_transport(), pn_collector()};
  if (!driver->connection || !driver->transport || !driver->collector) {
    pn_connection_driver_destroy(driver);
    return PN_OUT_OF_MEMORY;
  }
  pn_connection_collect(driver->connection, driver->collector);
  if (!driver->collector->lost) return 0;
  pn_connection_driver_destroy(driver);
  return PN_OUT_OF_MEMORY;
}

int pn_connection_driver_bind(pn_connection_driver_t *driver) {
  return pn_transport_bind(driver->transport, driver->connection);
}

pn_connection_t *pn_connection_driver_release_connection(pn_connection_driver_t *driver) {
  pn_connection_t *const connection = driver->connection;
  if (!connection) return NULL;
  pn_connection_driver_close(driver);
  driver->connection = NULL;
  pn_connection_collect(connection, NULL);
  pn_transport_unbind(driver->transport);
  pn_connection_reset(connection);
  return connection;
}

void pn_connection_driver_destroy(pn_connection_driver_t *driver) {
  if (driver->connection) pn_connection_collect(driver->connection, NULL);
  if (driver->collector) pn_collector_free(driver->collector);
  if (driver->transport) {
    pn_transport_unbind(driver->transport);
    pn_transport_free(driver->transport);
  }
  if (driver->connection) pn_connection_free(driver->connection);
  *driver = (pn_connection_driver_t){NULL, NULL, NULL};
}

pn_rwbytes_t pn_connection_driver_read_buffer_sized(pn_connection_driver_t *driver, size_t size) {
  pn_transport_t *const transport = driver->transport;
  ssize_t room = pn_transport_capacity(transport);
  if (room <= 0) return pn_rwbytes(0, NULL);
  /* Without memory for more, what there is will do. */
  if ((size_t)room < size && pni_buffer_reserve(&transport->input, size) == PNI_OK)
    room = (ssize_t)pni_buffer_room(&transport->input);
  return pn_rwbytes((size_t)room, (char *)transport->input.block + transport->input.end);
}

pn_rwbytes_t pn_connection_driver_read_buffer(pn_connection_driver_t *driver) {
  return pn_connection_driver_read_buffer_sized(driver, 0);
}

void pn_connection_driver_read_done(pn_connection_driver_t *driver, size_t n) {
  (void)pn_transport_process(driver->transport, n); /* its only failure is a closed tail */
}

void pn_connection_driver_read_close(pn_connection_driver_t *driver) {
  (void)pn_transport_close_tail(driver->transport);
}

bool pn_connection_driver_read_closed(pn_connection_driver_t *driver) {
  return pn_transport_tail_closed(driver->transport);
}

pn_bytes_t pn_connection_driver_write_buffer(pn_connection_driver_t *driver) {
  return pni_transport_front(driver->transport);
}

pn_bytes_t pn_connection_driver_write_done(pn_connection_driver_t *driver, size_t n) {
  pn_transport_pop(driver->transport, n);
  return pn_connection_driver_write_buffer(driver);
}

void pn_connection_driver_write_close(pn_connection_driver_t *driver) {
  (void)pn_transport_close_head(driver->transport);
}

bool pn_connection_driver_write_closed(pn_connection_driver_t *driver) {
  return pn_transport_head_closed(driver->transport);
}

void pn_connection_driver_close(pn_connection_driver_t *driver) {
  pn_connection_driver_read_close(driver);
  pn_connection_driver_write_close(driver);
}

/* The two steps between events. */
static PNI_COLD void after_event(pn_connection_driver_t *driver, pn_event_type_t type) {
  if (type == PN_CONNECTION_INIT && driver->connection)
    (void)pn_connection_driver_bind(driver); /* it may be bound already */
  else if (type == PN_TRANSPORT_CLOSED)
    pn_collector_release(driver->collector);
}

/* What there was no memory for before. */
static pn_event_t *next_late(pn_connection_driver_t *driver) {
  if (PNI_LIKELY(!driver->collector->lost && !driver->transport->tail_closed)) return NULL;
  if (driver->collector->lost) pni_transport_check_events(driver->transport);
  if (driver->transport->tail_closed) pni_transport_post(driver->transport);
  return pn_collector_next(driver->collector);
}

static PNI_NOINLINE pn_event_t *next_thoroughly(pn_connection_driver_t *driver) {
  if (!driver->collector) return NULL;
  const pn_event_t *const handled = driver->collector->previous;
  if (handled && pni_event_is_consequent(handled->type)) after_event(driver, handled->type);
  pn_event_t *event = pn_collector_next(driver->collector);
  if (!event) event = next_late(driver);
  if (pni_traces_events(driver->transport) && event) pni_trace_event(driver->transport, event);
  return event;
}

/* No call on the way but the last. */
pn_event_t *pn_connection_driver_next_event(pn_connection_driver_t *driver) {
  pn_collector_t *const collector = driver->collector;
  if (PNI_UNLIKELY(!collector || pni_traces_events(driver->transport)) || !pni_collector_may_reuse(collector))
    return next_thoroughly(driver);
  return pni_collector_next_usual(collector);
}

bool pn_connection_driver_has_event(pn_connection_driver_t *driver) {
  return driver->collector && !pni_collector_empty(driver->collector);
}

bool pn_connection_driver_finished(pn_connection_driver_t *driver) {
  return pn_transport_closed(driver->transport) && !pn_connection_driver_has_event(driver);
}

void pn_connection_driver_verrorf(
    pn_connection_driver_t *driver, const char *name, const char *fmt, va_list ap) {
  (void)pn_condition_vformat(pn_transport_condition(driver->transport), name, fmt, ap);
}

void pn_connection_driver_errorf(pn_connection_driver_t *driver, const char *name, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  pn_connection_driver_verrorf(driver, name, fmt, args);
  va_end(args);
}

void pn_connection_driver_log(pn_connection_driver_t *driver, const char *message) {
  pn_transport_log(driver->transport, message);
}

void pn_connection_driver_vlogf(pn_connection_driver_t *driver, const char *fmt, va_list ap) {
  pn_transport_vlogf(driver->transport, fmt, ap);
}

void pn_connection_driver_logf(pn_connection_driver_t *driver, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  pn_connection_driver_vlogf(driver, fmt, args);
  va_end(args);
}

pn_connection_driver_t **pn_connection_driver_ptr(pn_connection_t *connection) { return &connection->driver; }
