/* server.c: threads, connections that come and go, the beginning and the end.
 *
 * Every thread runs the same loop: it gets a batch of events of one connection, handles them, tells the queues what has gathered, and
 * gets the next. Connections, queues and threads have no fixed relation; a busy broker spreads over all threads by itself.
 *
 * The broker's lock guards its list of peers and the state of its listener, both of which change when connections come and go. It
 * is taken before all others. */
#include "cli/broker/server.h"
#include "cli/terminal.h"
#include <baryon/metrics.h>
#include <errno.h>
#include <inttypes.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/transport.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BACKLOG = 1024, SWEEP_MS = 500, CLOSE_MS = 2000, LOOK_MS = 10 };

void broker_log(struct broker *broker, const char *format, ...) {
  va_list arguments;
  FILE *const log = broker->settings.log;
  if (!log) return;
  va_start(arguments, format);
  flockfile(log);
  (void)vfprintf(log, format, arguments);
  (void)fputc('\n', log);
  (void)fflush(log);
  funlockfile(log);
  va_end(arguments);
}

/* ---- Connections ---- */

void broker_join(struct broker *broker, struct peer *peer) {
  pthread_mutex_lock(&broker->lock);
  peer->number = ++broker->peers_ever;
  peer->behind = broker->peers;
  if (peer->behind) peer->behind->before = peer;
  broker->peers = peer;
  broker->peer_count++;
  pthread_mutex_unlock(&broker->lock);
}

void broker_leave(struct broker *broker, struct peer *peer) {
  pthread_mutex_lock(&broker->lock);
  *(peer->before ? &peer->before->behind : &broker->peers) = peer->behind;
  if (peer->behind) peer->behind->before = peer->before;
  broker->peer_count--;
  broker->received += atomic_load(&peer->received);
  broker->sent += atomic_load(&peer->sent);
  broker->returned += atomic_load(&peer->returned);
  pthread_cond_broadcast(&broker->changed);
  pthread_mutex_unlock(&broker->lock);
}

pn_transport_t *broker_transport(struct broker *broker) {
  const struct broker_settings *const settings = &broker->settings;
  pn_transport_t *const transport = pn_transport();
  if (!transport) return NULL;
  pn_transport_set_server(transport);
  if (broker->domain) (void)pn_ssl_init(pn_ssl(transport), broker->domain, NULL);
  if (settings->require_encryption) pn_transport_require_encryption(transport, true);
  if (broker->users) {
    users_ask(broker->users, pn_sasl(transport), settings->allow_anonymous);
    pn_transport_require_auth(transport, !settings->allow_anonymous);
  } else {
    pn_sasl_allowed_mechs(pn_sasl(transport), "ANONYMOUS EXTERNAL");
    pn_transport_require_auth(transport, false);
  }
  pn_transport_set_idle_timeout(transport, (pn_millis_t)settings->idle_timeout);
  return transport;
}

static void accept_peer(struct broker *broker, pn_listener_t *listener) {
  pn_connection_t *const conn = pn_connection();
  pn_transport_t *const transport = conn ? broker_transport(broker) : NULL;
  struct peer *const peer = transport ? peer_make(broker, conn) : NULL;
  if (peer) {
    pn_connection_set_context(conn, peer);
    pn_listener_accept2(listener, conn, transport);
  } else { /* no memory: it is accepted by nobody, and waits */
    pn_transport_free(transport);
    pn_connection_free(conn);
  }
}

static void handle_listener(struct broker *broker, pn_listener_t *listener, pn_event_type_t type) {
  pn_condition_t *const condition = pn_listener_condition(listener);
  if (type == PN_LISTENER_ACCEPT) {
    accept_peer(broker, listener);
    return;
  }
  pthread_mutex_lock(&broker->lock);
  if (type == PN_LISTENER_OPEN) {
    (void)pn_netaddr_str(pn_listener_addr(listener), broker->address, sizeof broker->address);
    broker->listening = LISTENING;
  } else if (type == PN_LISTENER_CLOSE) {
    const char *const text = pn_condition_get_description(condition);
    (void)snprintf(broker->failure, sizeof broker->failure, "%s", text ? text : "the listener was closed");
    broker->listening = LISTENING_FAILED;
    broker->listener = NULL;
  }
  pthread_cond_broadcast(&broker->changed);
  pthread_mutex_unlock(&broker->lock);
}

static void sweep(struct broker *broker) {
  nodes_expire(&broker->nodes, pn_proactor_now_64());
  pn_proactor_set_timeout(broker->proactor, SWEEP_MS);
}

static void handle(struct broker *broker, pn_event_t *event) {
  pn_connection_t *const conn = pn_event_connection(event);
  struct peer *const peer = conn ? pn_connection_get_context(conn) : NULL;
  if (peer) {
    peer_handle(peer, event);
  } else if (pn_event_listener(event)) {
    handle_listener(broker, pn_event_listener(event), pn_event_type(event));
  } else if (pn_event_type(event) == PN_PROACTOR_TIMEOUT) {
    sweep(broker);
  }
}

static void *work(void *context) {
  struct worker *const worker = context;
  struct broker *const broker = worker->broker;
  while (!atomic_load_explicit(&broker->ending, memory_order_acquire)) {
    pn_event_batch_t *const batch = pn_proactor_wait(broker->proactor);
    pn_connection_t *const conn = pn_event_batch_connection(batch);
    uint64_t events = 0;
    for (pn_event_t *event; (event = pn_event_batch_next(batch)); events++) handle(broker, event);
    struct peer *const peer = conn ? pn_connection_get_context(conn) : NULL;
    if (peer) peer_flush(peer);
    pn_proactor_done(broker->proactor, batch);
    (void)atomic_fetch_add_explicit(&worker->batches, 1, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&worker->events, events, memory_order_relaxed);
  }
  pn_proactor_interrupt(broker->proactor); /* the next one */
  return NULL;
}

/* ---- The beginning ---- */

static bool set_up_tls(struct broker *broker) {
  const struct broker_settings *const settings = &broker->settings;
  if (!settings->certificate) return true;
  broker->domain = pn_ssl_domain(PN_SSL_MODE_SERVER);
  if (!broker->domain) {
    complain("out of memory");
    return false;
  }
  if (pn_ssl_domain_set_credentials(
          broker->domain, settings->certificate, settings->key, settings->key_password) != 0) {
    complain("%s: no certificate that its key belongs to can be read from it%s%s", settings->certificate,
        settings->key ? " and " : "", settings->key ? settings->key : "");
    return false;
  }
  if (settings->ca && pn_ssl_domain_set_trusted_ca_db(broker->domain, settings->ca) != 0) {
    complain("%s: no certificates of authorities can be read from it", settings->ca);
    return false;
  }
  if (settings->ca && pn_ssl_domain_set_peer_authentication(broker->domain,
                          settings->require_client_certificate ? PN_SSL_VERIFY_PEER : PN_SSL_VERIFY_NULL,
                          settings->ca) != 0) {
    complain("%s: clients cannot be asked for certificates of these authorities", settings->ca);
    return false;
  }
  if (!settings->require_encryption) (void)pn_ssl_domain_allow_unsecured_client(broker->domain);
  return true;
}

static void listen_at(struct broker *broker) {
  broker->listener = pn_listener();
  if (!broker->listener) {
    broker->listening = LISTENING_FAILED;
    (void)snprintf(broker->failure, sizeof broker->failure, "out of memory");
    return;
  }
  pn_proactor_listen(broker->proactor, broker->listener, broker->settings.address, BACKLOG);
}

static bool start_threads(struct broker *broker) {
  for (; broker->worker_count < broker->settings.threads; broker->worker_count++) {
    struct worker *const worker = &broker->workers[broker->worker_count];
    worker->broker = broker;
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
      complain("the system allows no more than %" PRIu64 " threads", broker->worker_count);
      return false;
    }
  }
  return true;
}

static void join_threads(struct broker *broker) {
  atomic_store_explicit(&broker->ending, true, memory_order_release);
  pn_proactor_interrupt(broker->proactor);
  for (uint64_t i = 0; i < broker->worker_count; i++) pthread_join(broker->workers[i].thread, NULL);
}

static void broker_free(struct broker *broker) {
  if (broker->proactor && broker->worker_count > 0) join_threads(broker);
  pn_proactor_free(broker->proactor);
  if (broker->nodes.buckets) nodes_clear(&broker->nodes);
  pn_ssl_domain_free(broker->domain);
  users_free(broker->users);
  pthread_cond_destroy(&broker->changed);
  pthread_mutex_destroy(&broker->lock);
  free(broker->workers);
  free(broker);
}

static struct broker *make(const struct broker_settings *settings) {
  struct broker *const broker = calloc(1, sizeof *broker);
  if (!broker) return NULL;
  broker->settings = *settings;
  pthread_mutex_init(&broker->lock, NULL);
  pthread_cond_init(&broker->changed, NULL);
  broker->nodes.most = settings->max_queues;
  broker->nodes.most_messages = settings->max_messages;
  broker->nodes.most_octets = settings->max_octets;
  broker->nodes.dead_letter = settings->dead_letter;
  broker->workers = calloc(settings->threads, sizeof *broker->workers);
  broker->proactor = pn_proactor();
  if (broker->workers && broker->proactor && nodes_init(&broker->nodes)) return broker;
  broker_free(broker);
  return NULL;
}

static bool wait_for_listener(struct broker *broker) {
  pthread_mutex_lock(&broker->lock);
  while (broker->listening == LISTENING_NOT_YET) pthread_cond_wait(&broker->changed, &broker->lock);
  const bool good = broker->listening == LISTENING;
  if (!good) complain("cannot listen on %s: %s", broker->settings.address, broker->failure);
  pthread_mutex_unlock(&broker->lock);
  return good;
}

struct broker *broker_start(const struct broker_settings *settings) {
  struct broker *const broker = make(settings);
  if (!broker) {
    complain("out of memory, or of file descriptors");
    return NULL;
  }
  bool good = set_up_tls(broker);
  if (good && settings->users) good = (broker->users = users_read(settings->users));
  if (good) {
    pn_proactor_set_timeout(broker->proactor, SWEEP_MS);
    listen_at(broker);
    good = start_threads(broker) && wait_for_listener(broker);
  }
  if (good) return broker;
  broker_free(broker);
  return NULL;
}

const char *broker_address(const struct broker *broker) { return broker->address; }

/* ---- What goes on ---- */

static void print_peer(FILE *file, struct peer *peer) {
  pn_metrics_t metrics;
  pn_connection_get_metrics(peer->conn, &metrics, sizeof metrics);
  (void)fprintf(file,
      "  %-5" PRIu64 " %-22s %-16.16s %9" PRIu64 " %9" PRIu64 " %11" PRIu64 " %11" PRIu64 " %8" PRIu64 "\n",
      peer->number, peer->address, peer->name, (uint64_t)atomic_load(&peer->received),
      (uint64_t)atomic_load(&peer->sent), metrics.bytes_received, metrics.bytes_sent, metrics.batches);
}

static void print_threads(struct broker *broker, FILE *file) {
  (void)fprintf(file, "  %-6s %12s %12s\n", "thread", "batches", "events");
  for (uint64_t i = 0; i < broker->worker_count; i++) {
    (void)fprintf(file, "  %-6" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", i + 1,
        (uint64_t)atomic_load(&broker->workers[i].batches),
        (uint64_t)atomic_load(&broker->workers[i].events));
  }
}

void broker_print(struct broker *broker, FILE *file) {
  uint64_t received, sent, returned;
  pn_metrics_t metrics;
  pn_proactor_get_metrics(broker->proactor, &metrics, sizeof metrics);
  flockfile(file);
  (void)fprintf(file, "statistics of the broker at %s\n", broker->address);
  nodes_print(&broker->nodes, file);
  (void)fprintf(file, "  %-5s %-22s %-16s %9s %9s %11s %11s %8s\n", "conn.", "from", "container", "in", "out",
      "octets in", "octets out", "batches");
  pthread_mutex_lock(&broker->lock);
  received = broker->received;
  sent = broker->sent;
  returned = broker->returned;
  for (struct peer *peer = broker->peers; peer; peer = peer->behind) {
    print_peer(file, peer);
    received += atomic_load(&peer->received);
    sent += atomic_load(&peer->sent);
    returned += atomic_load(&peer->returned);
  }
  (void)fprintf(file,
      "  connections: %" PRIu64 " now, %" PRIu64 " in all; messages: %" PRIu64 " in, %" PRIu64
      " out, %" PRIu64 " given back\n",
      broker->peer_count, broker->peers_ever, received, sent, returned);
  pthread_mutex_unlock(&broker->lock);
  print_threads(broker, file);
  (void)fprintf(file, "  wakes: %" PRIu64 " asked for, %" PRIu64 " delivered; longest batch: %.1f ms\n",
      metrics.wakes_asked, metrics.wakes_delivered, (double)metrics.longest_batch_ns / 1e6);
  (void)fflush(file);
  funlockfile(file);
}

/* ---- The end ---- */

static void shut(pn_connection_t *conn, void *context) {
  (void)context;
  pn_condition_t *const condition = pn_connection_condition(conn);
  (void)pn_condition_set_name(condition, "amqp:connection:forced");
  (void)pn_condition_set_description(condition, "the broker is stopping");
  pn_connection_close(conn);
}

static void shut_all(struct broker *broker) {
  pthread_mutex_lock(&broker->lock);
  for (struct peer *peer = broker->peers; peer; peer = peer->behind)
    (void)pn_work_queue_add(
        peer->turn, shut, NULL); /* memory of its own: the peer may end before its turn comes */
  pthread_mutex_unlock(&broker->lock);
}

static void wait_a_little(void) {
  const struct timespec time = {0, LOOK_MS * 1000000L};
  (void)nanosleep(&time, NULL);
}

static bool has_peers(struct broker *broker) {
  pthread_mutex_lock(&broker->lock);
  const bool peers = broker->peer_count > 0;
  pthread_mutex_unlock(&broker->lock);
  return peers;
}

static void close_listener(struct broker *broker) {
  pthread_mutex_lock(&broker->lock);
  if (broker->listener) pn_listener_close(broker->listener);
  pthread_mutex_unlock(&broker->lock);
}

uint64_t broker_stop(struct broker *broker, uint64_t patience, bool (*hurry)(void)) {
  bool moving = true;
  atomic_store(&broker->stopping, true);
  close_listener(broker);
  for (uint64_t waited = 0; waited < patience && !(hurry && hurry()); waited += LOOK_MS) {
    (void)nodes_held(&broker->nodes, &moving);
    if (!moving || !has_peers(broker)) break;
    wait_a_little();
  }
  shut_all(broker);
  for (uint64_t waited = 0; waited < CLOSE_MS && has_peers(broker); waited += LOOK_MS) wait_a_little();
  pn_proactor_disconnect(broker->proactor, NULL);
  while (has_peers(broker)) wait_a_little();
  const uint64_t lost = nodes_held(&broker->nodes, &moving);
  broker_free(broker);
  return lost;
}
