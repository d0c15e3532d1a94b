/* load.c: the senders and receivers of a measurement.
 *
 * Every sender and receiver has a connection of its own; a pool of threads runs them all. Each message carries the time at which it
 * was to be sent: with a rate that is on a schedule made in advance, so a broker that holds up the sender does not hide that the
 * next messages are late, too ("coordinated omission"). One thread, the pacer, wakes senders when something is due.
 *
 * Without a rate, senders go on while fewer than `window` messages for each of them are under way; receivers wake those who wait.
 *
 * An end belongs to who has its connection's batch; its counters are written there and read by any thread. */
#include "cli/bench/load.h"
#include "cli/terminal.h"
#include <baryon/link.h>
#include <baryon/metrics.h>
#include <inttypes.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/link.h>
#include <proton/message.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STAMP = 16, LOOK_AT = 512, TICK_NS = 100000, SECOND = 1000000000, CLOSE_MS = 3000 };

static const char mark[8] = "bARYONb"; /* in front of the time in a message's body */

struct end { /* a sender or a receiver */
  struct load *load;
  bool sends, attached, closed;
  pn_connection_t *conn;
  pn_link_t *link;
  char address[256];
  atomic_uint_fast64_t moved, accepted, refused, foreign; /* messages */
  atomic_bool waits;                                      /* a sender, for messages under way to arrive */
  uint64_t next_tag, limit, granted, counted;
  char *message; /* a sender's: encoded, with the stamp at `stamp` */
  size_t size, stamp;
  struct histogram *latencies; /* a receiver's */
};

struct thread {
  struct load *load;
  pthread_t id;
  atomic_uint_fast64_t batches, events;
};

struct load {
  struct load_settings settings;
  const struct client *client;
  pn_proactor_t *proactor;
  struct end *ends;
  struct thread *threads;
  size_t end_count, thread_count;
  pthread_t pacer;
  bool pacing;
  atomic_uint_fast64_t start, attached, open, sent, received;
  atomic_bool sending, ending, failed, stopping;
  pthread_mutex_t lock; /* of what follows, and of the connections' lives */
  struct failure failure;
};

uint64_t load_now(void) {
  struct timespec time;
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

static void add(atomic_uint_fast64_t *counter, uint64_t more) {
  atomic_store_explicit(
      counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

static uint64_t value(atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

/* ---- Sending ---- */

/* When the end's message of that number is to be sent, with a rate. The senders' schedules are set off against each other. */
static uint64_t due_at(struct load *load, const struct end *end, uint64_t number) {
  const double interval = (double)SECOND * (double)load->settings.senders / (double)load->settings.rate;
  const double offset =
      (double)(end - load->ends - (ptrdiff_t)load->settings.receivers) / (double)load->settings.senders;
  return value(&load->start) + (uint64_t)(interval * ((double)number + offset));
}

static bool may_send(struct load *load, struct end *end, uint64_t now, uint64_t *stamp) {
  const uint64_t number = value(&end->moved);
  if (number >= end->limit || pn_link_credit(end->link) <= 0) return false;
  *stamp = now;
  if (load->settings.rate) {
    *stamp = due_at(load, end, number);
    return *stamp <= now;
  }
  const uint64_t under_way = value(&load->sent) + end->counted - value(&load->received);
  return (int64_t)under_way < (int64_t)(load->settings.window * load->settings.senders);
}

static void send_one(struct end *end, uint64_t stamp) {
  const uint64_t tag = end->next_tag++;
  pn_delivery_t *const dlv = pn_delivery(end->link, pn_dtag((const char *)&tag, 4));
  if (!dlv) return;
  memcpy(end->message + end->stamp + sizeof mark, &stamp, sizeof stamp);
  (void)pn_link_send(end->link, end->message, end->size);
  (void)pn_link_advance(end->link);
  if (end->load->settings.presettled) pn_delivery_settle(dlv);
  add(&end->moved, 1);
  end->counted++;
}

static void send_due(struct end *end) {
  struct load *const load = end->load;
  uint64_t stamp;
  if (!end->link || !atomic_load(&load->sending)) return;
  uint64_t now = load_now();
  for (unsigned i = 1; may_send(load, end, now, &stamp); i++) {
    send_one(end, stamp);
    if (i % 8 == 0) now = load_now();
    if (i == 1024) { /* the rest in another turn, so that others have theirs */
      pn_connection_wake(end->conn);
      break;
    }
  }
  if (!load->settings.rate && pn_link_credit(end->link) > 0 && value(&end->moved) < end->limit) {
    atomic_store(&end->waits, true);
    if (may_send(load, end, now, &stamp)) pn_connection_wake(end->conn); /* there was room meanwhile */
  }
}

static void wake(struct end *end) {
  pthread_mutex_lock(&end->load->lock);
  if (!end->closed && end->conn) pn_connection_wake(end->conn);
  pthread_mutex_unlock(&end->load->lock);
}

static void wake_waiting(struct load *load) {
  for (size_t i = load->settings.receivers; i < load->end_count; i++) {
    if (atomic_load_explicit(&load->ends[i].waits, memory_order_relaxed) &&
        atomic_exchange(&load->ends[i].waits, false))
      wake(&load->ends[i]);
  }
}

static void *pace(void *context) {
  struct load *const load = context;
  while (!atomic_load(&load->ending)) {
    uint64_t next = load_now() + SECOND / 100;
    const uint64_t now = load_now();
    for (size_t i = load->settings.receivers; i < load->end_count && atomic_load(&load->sending); i++) {
      struct end *const end = &load->ends[i];
      if (value(&end->moved) >= end->limit) continue;
      const uint64_t due = due_at(load, end, value(&end->moved));
      if (due <= now) wake(end);
      if (due > now && due < next) next = due;
      if (due <= now && next > now + TICK_NS) next = now + TICK_NS;
    }
    if (next < now + TICK_NS / 2) next = now + TICK_NS / 2;
    const struct timespec until = {(time_t)(next / SECOND), (long)(next % SECOND)};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
  }
  return NULL;
}

/* ---- Receiving ---- */

/* When the message was to be sent; 0 if it is none of ours. */
static uint64_t stamp_of(pn_delivery_t *dlv) {
  pn_bytes_t piece;
  uint64_t stamp = 0;
  if (pn_delivery_borrow(dlv, &piece, 1) == 0) return 0;
  const char *const found =
      memmem(piece.start, piece.size < LOOK_AT ? piece.size : LOOK_AT, mark, sizeof mark);
  if (found && found + STAMP <= piece.start + piece.size) memcpy(&stamp, found + sizeof mark, sizeof stamp);
  return stamp;
}

static void receive(struct end *end, pn_delivery_t *dlv) {
  if (pn_delivery_partial(dlv) || dlv != pn_link_current(end->link)) return;
  const uint64_t stamp = stamp_of(dlv), now = load_now();
  (void)pn_delivery_consume(dlv, pn_delivery_pending(dlv));
  pn_delivery_update(dlv, PN_ACCEPTED);
  (void)pn_link_advance(end->link);
  pn_delivery_settle(dlv);
  if (stamp) {
    histogram_record(end->latencies, now > stamp ? now - stamp : 0);
    add(&end->moved, 1);
    end->counted++;
  } else {
    add(&end->foreign, 1);
  }
  if (--end->granted <= end->load->settings.credit / 2) {
    pn_link_flow(end->link, (int)(end->load->settings.credit - end->granted));
    end->granted = end->load->settings.credit;
  }
}

static void settle(struct end *end, pn_delivery_t *dlv) {
  const uint64_t state = pn_delivery_remote_state(dlv);
  if (!pn_delivery_updated(dlv) || (state == 0 && !pn_delivery_settled(dlv))) return;
  add(state == PN_ACCEPTED ? &end->accepted : &end->refused, 1);
  pn_delivery_settle(dlv);
}

/* ---- Connections ---- */

static void fail(struct load *load, const struct failure *failure) {
  pthread_mutex_lock(&load->lock);
  if (!atomic_exchange(&load->failed, true)) load->failure = *failure;
  pthread_mutex_unlock(&load->lock);
}

static void remote_close(struct load *load, const char *what, pn_condition_t *condition) {
  struct failure failure = {0};
  if (atomic_load(&load->stopping)) return;
  client_remote_failure(load->client, what, condition, &failure);
  fail(load, &failure);
}

static void attach(struct end *end, pn_connection_t *conn) {
  pn_session_t *const ssn = pn_session(conn);
  pn_session_open(ssn);
  pn_link_t *const link = end->sends ? pn_sender(ssn, "bench") : pn_receiver(ssn, "bench");
  pn_terminus_t *const terminus = end->sends ? pn_link_target(link) : pn_link_source(link);
  (void)pn_terminus_set_address(terminus, end->address);
  pn_link_set_snd_settle_mode(link, end->load->settings.presettled ? PN_SND_SETTLED : PN_SND_UNSETTLED);
  pn_link_open(link);
  if (!end->sends) {
    end->granted = end->load->settings.credit;
    pn_link_flow(link, (int)end->granted);
  }
  end->link = link;
}

static void attached(struct end *end) {
  if (end->attached) return;
  end->attached = true;
  (void)atomic_fetch_add(&end->load->attached, 1);
}

static void closed(struct end *end, pn_transport_t *transport) {
  struct load *const load = end->load;
  struct failure failure = {0};
  pthread_mutex_lock(&load->lock);
  end->closed = true;
  pthread_mutex_unlock(&load->lock);
  end->link = NULL;
  if (!atomic_load(&load->stopping)) {
    client_transport_failure(load->client, transport, &failure);
    fail(load, &failure);
  }
  (void)atomic_fetch_sub(&load->open, 1);
}

static void handle_delivery(struct end *end, pn_delivery_t *dlv) {
  end->sends ? settle(end, dlv) : receive(end, dlv);
}

static void handle(struct end *end, pn_event_t *event) {
  struct load *const load = end->load;
  pn_connection_t *const conn = pn_event_connection(event);
  switch (pn_event_type(event)) {
  case PN_DELIVERY: handle_delivery(end, pn_event_delivery(event)); break;
  case PN_CONNECTION_INIT: attach(end, conn); break;
  case PN_LINK_REMOTE_OPEN:
    if (pn_terminus_get_type(
            end->sends ? pn_link_remote_target(end->link) : pn_link_remote_source(end->link)))
      attached(end);
    break;
  case PN_LINK_FLOW:
    if (end->sends) send_due(end);
    break;
  case PN_CONNECTION_WAKE:
    if (atomic_load(&load->stopping)) {
      pn_connection_close(conn);
    } else if (end->sends) {
      send_due(end);
    }
    break;
  case PN_LINK_REMOTE_CLOSE:
  case PN_LINK_REMOTE_DETACH:
    remote_close(load, "the link was closed", pn_link_remote_condition(pn_event_link(event)));
    break;
  case PN_SESSION_REMOTE_CLOSE:
    remote_close(load, "the session was closed", pn_session_remote_condition(pn_event_session(event)));
    break;
  case PN_CONNECTION_REMOTE_CLOSE:
    remote_close(load, "the connection was closed", pn_connection_remote_condition(conn));
    pn_connection_close(conn);
    break;
  case PN_TRANSPORT_CLOSED: closed(end, pn_event_transport(event)); break;
  default: break;
  }
}

/* What a batch has moved is told to all. */
static void flush(struct end *end) {
  struct load *const load = end->load;
  if (end->counted == 0) return;
  (void)atomic_fetch_add(end->sends ? &load->sent : &load->received, end->counted);
  end->counted = 0;
  if (!end->sends && !load->settings.rate) wake_waiting(load);
}

static void *work(void *context) {
  struct thread *const thread = context;
  struct load *const load = thread->load;
  while (!atomic_load(&load->ending)) {
    pn_event_batch_t *const batch = pn_proactor_wait(load->proactor);
    pn_connection_t *const conn = pn_event_batch_connection(batch);
    struct end *const end = conn ? pn_connection_get_context(conn) : NULL;
    uint64_t events = 0;
    for (pn_event_t *event; (event = pn_event_batch_next(batch)); events++) {
      if (end && pn_event_connection(event)) handle(end, event);
    }
    if (end) flush(end);
    pn_proactor_done(load->proactor, batch);
    add(&thread->batches, 1);
    add(&thread->events, events);
  }
  pn_proactor_interrupt(load->proactor); /* the next one */
  return NULL;
}

/* ---- From the beginning to the end ---- */

/* A message with a body of the given size, encoded; each sender has its own, for the stamp in it. */
static bool make_message(struct end *end, size_t size) {
  pn_message_t *const message = pn_message();
  char *const body = calloc(1, size);
  const size_t room = size + 64;
  end->message = malloc(room);
  end->size = room;
  bool good = message && body && end->message;
  if (good) {
    memcpy(body, mark, sizeof mark);
    pn_message_set_inferred(message, true);
    good = pn_data_put_binary(pn_message_body(message), pn_bytes(size, body)) == 0 &&
           pn_message_encode(message, end->message, &end->size) == 0;
    end->stamp = end->size - size;
  }
  pn_message_free(message);
  free(body);
  return good;
}

static bool make_end(struct load *load, size_t index) {
  const struct load_settings *const settings = &load->settings;
  struct end *const end = &load->ends[index];
  end->load = load;
  end->sends = index >= settings->receivers;
  const uint64_t number = end->sends ? index - settings->receivers : index;
  const char *const address = load->client->url.address ? load->client->url.address : "baryon-bench";
  if (settings->queues > 1) {
    (void)snprintf(end->address, sizeof end->address, "%s-%" PRIu64, address, number % settings->queues + 1);
  } else {
    (void)snprintf(end->address, sizeof end->address, "%s", address);
  }
  end->limit = UINT64_MAX;
  if (settings->count) {
    end->limit = settings->count / settings->senders + (number < settings->count % settings->senders);
  }
  if (end->sends) return make_message(end, settings->size);
  end->latencies = calloc(1, sizeof *end->latencies);
  return end->latencies;
}

static void load_free(struct load *load) {
  pn_proactor_free(load->proactor);
  for (size_t i = 0; load->ends && i < load->end_count; i++) {
    free(load->ends[i].message);
    free(load->ends[i].latencies);
  }
  pthread_mutex_destroy(&load->lock);
  free(load->ends);
  free(load->threads);
  free(load);
}

static bool start_all(struct load *load) {
  bool good = load->proactor && load->ends && load->threads;
  for (size_t i = 0; i < load->end_count && good; i++) good = make_end(load, i);
  for (size_t i = 0; i < load->end_count && good; i++) {
    (void)atomic_fetch_add(&load->open, 1);
    good = (load->ends[i].conn = client_connect(load->client, load->proactor, &load->ends[i]));
  }
  for (; load->thread_count < load->settings.threads && good; load->thread_count++) {
    struct thread *const thread = &load->threads[load->thread_count];
    thread->load = load;
    good = pthread_create(&thread->id, NULL, work, thread) == 0;
    if (!good) break;
  }
  return good;
}

struct load *load_start(const struct load_settings *settings, const struct client *client) {
  struct load *const load = calloc(1, sizeof *load);
  if (load) {
    load->settings = *settings;
    load->client = client;
    load->end_count = settings->senders + settings->receivers;
    load->ends = calloc(load->end_count, sizeof *load->ends);
    load->threads = calloc(settings->threads, sizeof *load->threads);
    load->proactor = pn_proactor();
    pthread_mutex_init(&load->lock, NULL);
    if (start_all(load)) return load;
    load_stop(load);
  }
  complain("out of memory, or no more threads");
  return NULL;
}

bool load_ready(struct load *load, bool *ready) {
  *ready = atomic_load(&load->attached) == load->end_count;
  return !atomic_load(&load->failed);
}

void load_begin(struct load *load) {
  atomic_store(&load->start, load_now());
  atomic_store(&load->sending, true);
  if (load->settings.rate) load->pacing = pthread_create(&load->pacer, NULL, pace, load) == 0;
  for (size_t i = load->settings.receivers; i < load->end_count; i++) wake(&load->ends[i]);
}

void load_end_sending(struct load *load) { atomic_store(&load->sending, false); }

bool load_failed(struct load *load, char *text, size_t size) {
  if (!atomic_load(&load->failed)) return false;
  pthread_mutex_lock(&load->lock);
  (void)snprintf(text, size, "%s", load->failure.text);
  pthread_mutex_unlock(&load->lock);
  return true;
}

void load_look(struct load *load, struct load_counts *counts, struct distribution *latencies) {
  memset(counts, 0, sizeof *counts);
  memset(latencies, 0, sizeof *latencies);
  for (size_t i = 0; i < load->end_count; i++) {
    struct end *const end = &load->ends[i];
    *(end->sends ? &counts->sent : &counts->received) += value(&end->moved);
    counts->accepted += value(&end->accepted);
    counts->refused += value(&end->refused);
    counts->foreign += value(&end->foreign);
    if (end->latencies) histogram_look(end->latencies, latencies);
  }
}

void load_print_counters(struct load *load, FILE *file) {
  pn_metrics_t metrics;
  (void)fprintf(file, "%-12s %10s %12s %12s %10s %10s\n", "connection", "messages", "octets in", "octets out",
      "frames", "batches");
  pthread_mutex_lock(&load->lock); /* none of the connections ends meanwhile */
  for (size_t i = 0; i < load->end_count; i++) {
    struct end *const end = &load->ends[i];
    const size_t number = end->sends ? i - load->settings.receivers : i;
    if (end->closed) continue;
    pn_connection_get_metrics(end->conn, &metrics, sizeof metrics);
    (void)fprintf(file, "%-8s %3zu %10" PRIu64 " %12" PRIu64 " %12" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
        end->sends ? "sender" : "receiver", number + 1, value(&end->moved), metrics.bytes_received,
        metrics.bytes_sent, metrics.frames_received + metrics.frames_sent, metrics.batches);
  }
  pthread_mutex_unlock(&load->lock);
  (void)fprintf(file, "%-12s %10s %12s\n", "thread", "batches", "events");
  for (size_t i = 0; i < load->thread_count; i++) {
    (void)fprintf(file, "%-12zu %10" PRIu64 " %12" PRIu64 "\n", i + 1, value(&load->threads[i].batches),
        value(&load->threads[i].events));
  }
}

void load_stop(struct load *load) {
  const struct timespec little = {0, 5000000};
  atomic_store(&load->stopping, true);
  atomic_store(&load->sending, false);
  for (size_t i = 0; load->ends && i < load->end_count && load->thread_count > 0; i++) {
    if (load->ends[i].conn) wake(&load->ends[i]);
  }
  for (int waited = 0; waited < CLOSE_MS && load->thread_count > 0 && atomic_load(&load->open) > 0;
       waited += 5)
    (void)nanosleep(&little, NULL);
  atomic_store(&load->ending, true);
  if (load->pacing) pthread_join(load->pacer, NULL);
  if (load->proactor) pn_proactor_interrupt(load->proactor);
  for (size_t i = 0; i < load->thread_count; i++) pthread_join(load->threads[i].id, NULL);
  load_free(load);
}
