/* stress.c: random legal calls from many threads, for some seconds.
 *
 *   stress [--seed N] [--seconds N] [--workers N] [--callers N] [--without WHAT,...] [--only WHAT,...]
 *
 * Workers handle events, half of them by pn_proactor_wait and half by pn_proactor_run; callers call from outside. WHAT narrows
 * it down: one of the names in `whats`. Raw connections (raw_stress.c) are in it, too. A failure prints all numbers needed to try again; threads make each run another one.
 *
 * Checked: no two threads in one connection; exactly one final event, and nothing after it; of work that was accepted, exactly
 * one of run and cancel is called; all that was begun has ended once everything is disconnected, within PATIENCE seconds. What else
 * goes wrong is found by the sanitizers and valgrind that it runs under.
 *
 * A connection lives in a slot, which has a reference to it: it may be woken for as long as the slot holds it. The reference is
 * dropped by the thread that handled the final event, when it has ended that batch. */
#include "stress.h"
#include "secure.h"

#include <baryon/work_queue.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/object.h>
#include <proton/proactor.h>
#include <proton/proactor_ext.h>
#include <proton/session.h>
#include <proton/transport.h>

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SLOTS = 128, CALLED = 64, LISTENERS = 4, THREADS = 32, PATIENCE = 200 };

static const char *const whats[WHATS] = {"connect", "listen", "close", "wake", "work", "delayed-work",
    "timer", "interrupt", "disconnect", "stop", "release", "import", "abort", "send", "flush", "leave",
    "refused", "unresolved", "raw-connect", "raw-accept", "raw-read", "raw-write", "raw-close", "secure",
    "renew"};

struct slot {
  pthread_mutex_t mutex; /* of the next two */
  pn_connection_t *connection;
  pn_work_queue_t *queue;
  atomic_bool taken;
  atomic_int owner, finals;
  atomic_bool released;
  struct slot *next_over; /* on the list of a thread */
};

struct listener {
  pthread_mutex_t mutex; /* of the next two */
  pn_listener_t *listener;
  char address[ADDRESS]; /* once it is open */
  atomic_int finals;
};

static struct {
  pn_proactor_t *proactor;
  struct slot slots[SLOTS];
  struct listener listeners[LISTENERS];
  bool off[WHATS];
  unsigned seed, seconds, workers, callers;
  atomic_bool over, ending;
  atomic_uint live; /* connections and listeners that have not ended */
  atomic_uint_least64_t did[WHATS], events, secured, added, run, cancelled;
} world = {.seed = 1, .seconds = 5, .workers = 4, .callers = 4};

static _Thread_local uint64_t state; /* of the thread's random numbers */
static _Thread_local struct slot
    *over_slots; /* whose final event this thread has handled, in a batch that may not have ended */

void fail(const char *what) {
  fprintf(stderr, "stress: %s\nstress: again: --seed %u --seconds %u --workers %u --callers %u\n", what,
      world.seed, world.seconds, world.workers, world.callers);
  abort();
}

uint32_t any(uint32_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32) % below;
}

bool now(enum what what, uint32_t once_in) {
  if (world.off[what] || any(once_in) || atomic_load(&world.ending)) return false;
  atomic_fetch_add(&world.did[what], 1);
  return true;
}

/* What the raw connections share. */

pn_proactor_t *stressed(void) { return world.proactor; }

void count_begun(void) { atomic_fetch_add(&world.live, 1); }

void count_ended(void) { atomic_fetch_sub(&world.live, 1); }

void count_work_added(void) { atomic_fetch_add(&world.added, 1); }

void count_work_run(void) { atomic_fetch_add(&world.run, 1); }

void count_work_cancelled(void) { atomic_fetch_add(&world.cancelled, 1); }

/* Slots. */

static struct slot *take_slot(uint32_t below) {
  for (uint32_t tries = 0; tries < 8; tries++) {
    struct slot *slot = &world.slots[any(below)];
    if (!atomic_exchange(&slot->taken, true)) return slot;
  }
  return NULL;
}

/* A connection in a slot, which stays locked until it belongs to the proactor. */
static pn_connection_t *move_in(struct slot *slot) {
  pn_connection_t *connection = pn_connection();
  pn_connection_set_context(connection, slot);
  pn_incref(connection);
  atomic_fetch_add(&world.live, 1);
  atomic_store(&slot->finals, 0);
  atomic_store(&slot->released, false);
  pthread_mutex_lock(&slot->mutex);
  slot->connection = connection;
  slot->queue = pn_connection_work_queue(connection);
  return connection;
}

/* The batches in which they came to their ends are over. */
static void sweep(void) {
  while (over_slots) {
    struct slot *slot = over_slots;
    over_slots = slot->next_over;
    pthread_mutex_lock(&slot->mutex);
    if (atomic_load(&slot->released)) pn_connection_free(slot->connection);
    pn_work_queue_decref(slot->queue);
    pn_decref(slot->connection);
    slot->connection = NULL;
    slot->queue = NULL;
    pthread_mutex_unlock(&slot->mutex);
    atomic_store(&slot->taken, false);
  }
}

static void end_slot(struct slot *slot) {
  if (atomic_fetch_add(&slot->finals, 1)) fail("two final events");
  slot->next_over = over_slots;
  over_slots = slot;
  atomic_fetch_sub(&world.live, 1);
}

/* Work. */

static void work_done(pn_connection_t *connection, void *context) {
  struct slot *slot = context;
  if (pn_connection_get_context(connection) != slot) fail("work for another connection");
  if (atomic_load(&slot->finals)) fail("work after the final event");
  count_work_run();
}

static void work_cancelled(void *context) {
  (void)context;
  count_work_cancelled();
}

/* What callers do. */

static void with_address(char *address) {
  const struct listener *chosen = &world.listeners[any(LISTENERS)];
  struct listener *listener = &world.listeners[chosen - world.listeners];
  pthread_mutex_lock(&listener->mutex);
  memcpy(address, listener->address, ADDRESS);
  pthread_mutex_unlock(&listener->mutex);
}

void some_address(char address[ADDRESS]) {
  if (now(REFUSED, 8))
    strcpy(address, "127.0.0.1:1");
  else if (now(UNRESOLVED, 16))
    strcpy(address, "no-such-host.invalid:1");
  else
    with_address(address);
}

static void connect_somewhere(void) {
  char address[ADDRESS];
  some_address(address);
  struct slot *slot = *address ? take_slot(CALLED) : NULL;
  if (!slot) return;
  pn_proactor_connect2(world.proactor, move_in(slot), now(SECURE, 2) ? secure_client(any(4)) : NULL, address);
  pthread_mutex_unlock(&slot->mutex);
}

static void import_pair(void) {
  int fds[2];
  struct slot *one = take_slot(CALLED), *two = one ? take_slot(CALLED) : NULL;
  if (!two || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds)) {
    if (one) atomic_store(&one->taken, false);
    if (two) atomic_store(&two->taken, false);
    return;
  }
  pn_proactor_import_socket(world.proactor, move_in(one), NULL, fds[0]);
  pthread_mutex_unlock(&one->mutex);
  pn_transport_t *server = pn_transport();
  pn_transport_set_server(server);
  pn_proactor_import_socket(world.proactor, move_in(two), server, fds[1]);
  pthread_mutex_unlock(&two->mutex);
}

static void listen_somewhere(struct listener *listener) {
  pthread_mutex_lock(&listener->mutex);
  if (!listener->listener) {
    listener->listener = pn_listener();
    pn_listener_set_context(listener->listener, listener);
    atomic_store(&listener->finals, 0);
    atomic_fetch_add(&world.live, 1);
    pn_proactor_listen(world.proactor, listener->listener, "127.0.0.1:0", 16);
  }
  pthread_mutex_unlock(&listener->mutex);
}

static void close_listener(struct listener *listener) {
  pthread_mutex_lock(&listener->mutex);
  if (listener->listener) pn_listener_close(listener->listener);
  pthread_mutex_unlock(&listener->mutex);
}

static void add_work(struct slot *slot, pn_millis_t delay) {
  bool added = delay ? pn_work_queue_schedule(slot->queue, delay, work_done, work_cancelled, slot)
                     : pn_work_queue_add_or_cancel(slot->queue, work_done, work_cancelled, slot);
  if (added) count_work_added();
}

/* Whether it is connected, busy, closing or over by now is chance. */
static void touch_slot(struct slot *slot) {
  pthread_mutex_lock(&slot->mutex);
  if (slot->connection) {
    if (now(WAKE, 1)) pn_connection_wake(slot->connection);
    if (now(WORK, 2)) add_work(slot, 0);
    if (now(DELAYED_WORK, 8)) add_work(slot, 1 + any(5));
  }
  pthread_mutex_unlock(&slot->mutex);
}

static void *call(void *context) {
  state = (uint64_t)(uintptr_t)context * 0x9e3779b97f4a7c15u + world.seed;
  while (!atomic_load(&world.ending)) {
    if (now(CONNECT, 4)) connect_somewhere();
    if (now(IMPORT, 16)) import_pair();
    raw_call();
    if (now(LISTEN, 16)) listen_somewhere(&world.listeners[any(LISTENERS)]);
    if (now(CLOSE, 200)) close_listener(&world.listeners[any(LISTENERS)]);
    for (uint32_t i = any(8); i > 0; i--) touch_slot(&world.slots[any(SLOTS)]);
    if (now(TIMER, 8)) pn_proactor_set_timeout(world.proactor, any(4));
    if (now(TIMER, 16)) pn_proactor_cancel_timeout(world.proactor);
    if (now(INTERRUPT, 16)) pn_proactor_interrupt(world.proactor);
    if (now(RENEW, 500)) secure_renew();
    if (now(DISCONNECT, 2000)) pn_proactor_disconnect(world.proactor, NULL);
    if (now(STOP, 500)) {
      pn_proactor_stop(world.proactor);
      usleep(any(500));
      pn_proactor_resume(world.proactor);
    }
    if (!any(4)) usleep(any(300));
  }
  return NULL;
}

/* What handlers do. */

/* Half of the listeners have raw connections, for the most part; the others now and then. */
static bool accepts_raw(pn_listener_t *of) {
  const struct listener *listener = pn_listener_get_context(of);
  return (listener - world.listeners) % 2 ? any(16) && now(RAW_ACCEPT, 1) : now(RAW_ACCEPT, 16);
}

static void accept_it(pn_listener_t *listener) {
  if (accepts_raw(listener) && raw_accept(listener)) return;
  struct slot *slot = take_slot(SLOTS);
  if (!slot) {
    pn_listener_accept2(listener, NULL, NULL); /* one that no slot knows: see handle */
    return;
  }
  pn_listener_accept2(listener, move_in(slot), world.off[SECURE] ? NULL : secure_server());
  pthread_mutex_unlock(&slot->mutex);
}

static void send_some(pn_link_t *sender) {
  static atomic_uint tags;
  for (int i = 0; i < 5 && pn_link_credit(sender) > 0; i++) {
    unsigned tag = atomic_fetch_add(&tags, 1);
    pn_delivery(sender, pn_dtag((const char *)&tag, sizeof tag));
    pn_link_send(sender, "message", 7);
    pn_link_advance(sender);
  }
}

static void open_link(pn_connection_t *connection) {
  pn_session_t *session = pn_session(connection);
  pn_session_open(session);
  pn_link_open(pn_sender(session, "link"));
}

static void handle_delivery(pn_link_t *link, pn_delivery_t *delivery) {
  char bytes[64];
  if (pn_link_is_sender(link)) {
    if (pn_delivery_settled(delivery)) pn_delivery_settle(delivery);
    if (!world.off[SEND]) send_some(link);
  } else if (pn_delivery_readable(delivery) && !pn_delivery_partial(delivery)) {
    while (pn_link_recv(link, bytes, sizeof bytes) > 0) {}
    pn_delivery_update(delivery, PN_ACCEPTED);
    pn_delivery_settle(delivery);
    pn_link_flow(link, 1);
  }
}

/* What is due, as the peer asks for it. */
static void answer(pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_link_t *link = pn_event_link(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    if (pn_transport_is_encrypted(pn_event_transport(event))) atomic_fetch_add(&world.secured, 1);
    if (pn_connection_state(connection) & PN_LOCAL_UNINIT) pn_connection_open(connection);
    if (now(SEND, 1)) open_link(connection);
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (pn_session_state(pn_event_session(event)) & PN_LOCAL_UNINIT) pn_session_open(pn_event_session(event));
    break;
  case PN_LINK_REMOTE_OPEN:
    if (!(pn_link_state(link) & PN_LOCAL_UNINIT)) break;
    pn_link_open(link);
    if (pn_link_is_receiver(link)) pn_link_flow(link, 10);
    break;
  case PN_LINK_FLOW:
    if (pn_link_is_sender(link) && !world.off[SEND]) send_some(link);
    break;
  case PN_DELIVERY: handle_delivery(link, pn_event_delivery(event)); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
  default: break;
  }
}

/* And what nobody asked for. */
static void misbehave(struct slot *slot, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (now(FLUSH, 16)) pn_connection_write_flush(connection);
  if (now(WAKE, 16)) pn_connection_wake(connection);
  if (now(WORK, 16)) add_work(slot, 0);
  if (now(CLOSE, 64)) pn_connection_close(connection);
  if (now(ABORT, 512) && pn_event_transport(event)) {
    pn_transport_close_tail(pn_event_transport(event));
    pn_transport_close_head(pn_event_transport(event));
  }
  if (now(RELEASE, 512)) {
    atomic_store(&slot->released, true);
    pn_proactor_release_connection(connection);
    end_slot(slot);
  }
}

static void handle_listener(pn_listener_t *of, pn_event_type_t type) {
  struct listener *listener = pn_listener_get_context(of);
  if (atomic_load(&listener->finals)) fail("a listener's event after its final one");
  if (type == PN_LISTENER_ACCEPT) {
    accept_it(of);
    return;
  }
  pthread_mutex_lock(&listener->mutex);
  if (type == PN_LISTENER_OPEN) pn_netaddr_str(pn_listener_addr(of), listener->address, ADDRESS);
  if (type == PN_LISTENER_CLOSE) {
    atomic_store(&listener->finals, 1);
    listener->listener = NULL;
    *listener->address = '\0';
    atomic_fetch_sub(&world.live, 1);
  }
  pthread_mutex_unlock(&listener->mutex);
}

/* One event. The slots whose batches have ended are swept before. */
static void handle(void *context, pn_event_t *event) {
  (void)context;
  pn_connection_t *connection = pn_event_connection(event);
  struct slot *slot = connection ? pn_connection_get_context(connection) : NULL;
  atomic_fetch_add(&world.events, 1);
  if (pn_event_listener(event)) handle_listener(pn_event_listener(event), pn_event_type(event));
  if (pn_event_raw_connection(event)) raw_handle(event, pn_event_raw_connection(event));
  if (!connection) return;
  if (!slot) {
    if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) pn_connection_close(connection);
    return;
  }
  if (atomic_exchange(&slot->owner, 1)) fail("two threads in one connection");
  if (atomic_load(&slot->finals)) fail("an event after the final one");
  if (pn_event_type(event) == PN_TRANSPORT_CLOSED) {
    end_slot(slot);
  } else {
    answer(event);
    misbehave(slot, event);
  }
  atomic_store(&slot->owner, 0);
}

static void handle_and_sweep(void *context, pn_event_t *event) {
  sweep(); /* nothing follows a final event in its batch: this is another one */
  handle(context, event);
}

static void *work_by_run(void *context) {
  state = (uint64_t)(uintptr_t)context * 0x9e3779b97f4a7c15u + world.seed;
  while (!atomic_load(&world.over)) {
    pn_proactor_run(world.proactor, handle_and_sweep, NULL);
    sweep();
    usleep(200); /* it is stopped */
  }
  pn_proactor_interrupt(
      world.proactor); /* in case that this thread has taken one which was meant for another */
  return NULL;
}

static void *work_by_wait(void *context) {
  state = (uint64_t)(uintptr_t)context * 0x9e3779b97f4a7c15u + world.seed;
  while (!atomic_load(&world.over)) {
    pn_event_batch_t *batch = any(4) ? pn_proactor_wait(world.proactor) : pn_proactor_get(world.proactor);
    if (!batch) continue;
    for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;) {
      handle(NULL, event);
      if (now(LEAVE, 16)) break;
    }
    pn_proactor_done(world.proactor, batch);
    sweep();
  }
  pn_proactor_interrupt(world.proactor); /* the next one */
  return NULL;
}

/* Beginning and end. */

static void tell_and_fail(void) {
  for (int i = 0; i < SLOTS; i++)
    if (atomic_load(&world.slots[i].taken))
      fprintf(stderr, "stress: connection %d: %d final events%s\n", i, atomic_load(&world.slots[i].finals),
          atomic_load(&world.slots[i].released) ? ", released" : "");
  for (int i = 0; i < LISTENERS; i++)
    if (world.listeners[i].listener) fprintf(stderr, "stress: listener %d\n", i);
  fail("not all has ended");
}

/* Everything ends: nobody begins anything new, and what there is is disconnected. */
static void wait_for_the_end(void) {
  for (unsigned waited = 0; atomic_load(&world.live) > 0; waited++) {
    if (waited == PATIENCE * 100) tell_and_fail();
    if (waited % 100 == 0) pn_proactor_disconnect(world.proactor, NULL);
    usleep(10000);
  }
}

static void report(void) {
  printf("%" PRIuLEAST64 " events;", atomic_load(&world.events));
  for (int i = 0; i < WHATS; i++) printf(" %s %" PRIuLEAST64, whats[i], atomic_load(&world.did[i]));
  printf("; opened within TLS %" PRIuLEAST64 "; work added %" PRIuLEAST64 ", run %" PRIuLEAST64
         ", cancelled %" PRIuLEAST64 "\n",
      atomic_load(&world.secured), atomic_load(&world.added), atomic_load(&world.run),
      atomic_load(&world.cancelled));
  raw_report();
  if (atomic_load(&world.added) != atomic_load(&world.run) + atomic_load(&world.cancelled))
    fail("work was lost or done twice");
  if (atomic_load(&world.did[SECURE]) > 1000 && atomic_load(&world.secured) == 0) fail("TLS was never begun");
}

static void play(void) {
  pthread_t workers[THREADS], callers[THREADS];
  secure_start();
  world.proactor = pn_proactor();
  raw_begin();
  for (int i = 0; i < SLOTS; i++) pthread_mutex_init(&world.slots[i].mutex, NULL);
  for (int i = 0; i < LISTENERS; i++) pthread_mutex_init(&world.listeners[i].mutex, NULL);
  for (unsigned i = 0; i < world.workers; i++)
    pthread_create(&workers[i], NULL, i % 2 ? work_by_run : work_by_wait, (void *)(uintptr_t)(i + 1));
  for (unsigned i = 0; i < world.callers; i++)
    pthread_create(&callers[i], NULL, call, (void *)(uintptr_t)(i + 100));
  sleep(world.seconds);
  atomic_store(&world.ending, true);
  for (unsigned i = 0; i < world.callers; i++) pthread_join(callers[i], NULL);
  pn_proactor_resume(world.proactor);
  wait_for_the_end();
  atomic_store(&world.over, true);
  pn_proactor_stop(world.proactor);
  pn_proactor_interrupt(world.proactor);
  for (unsigned i = 0; i < world.workers; i++) pthread_join(workers[i], NULL);
  pn_proactor_free(world.proactor);
  secure_stop();
  report();
}

static void switch_off(char *names, bool off) {
  char *rest = NULL;
  for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
    int i = 0;
    while (i < WHATS && strcmp(whats[i], name) != 0) i++;
    if (i == WHATS) {
      fprintf(stderr, "stress: what is %s?\n", name);
      exit(2);
    }
    world.off[i] = off;
  }
}

static bool option(char **argv) {
  static const struct {
    const char *name;
    unsigned *value, most;
  } numbers[] = {{"--seed", &world.seed, UINT32_MAX}, {"--seconds", &world.seconds, UINT32_MAX},
      {"--workers", &world.workers, THREADS}, {"--callers", &world.callers, THREADS}};
  for (size_t i = 0; argv[1] && i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(argv[0], numbers[i].name) != 0) continue;
    *numbers[i].value = (unsigned)strtoul(argv[1], NULL, 10);
    return *numbers[i].value > 0 && *numbers[i].value <= numbers[i].most;
  }
  if (argv[1] && !strcmp(argv[0], "--without")) {
    switch_off(argv[1], true);
    return true;
  }
  if (argv[1] && !strcmp(argv[0], "--only")) {
    for (int i = 0; i < WHATS; i++) world.off[i] = true;
    switch_off(argv[1], false);
    return true;
  }
  return false;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i < argc; i += 2)
    if (!option(argv + i)) {
      fprintf(stderr,
          "usage: %s [--seed N] [--seconds N] [--workers N] [--callers N] [--without WHAT,...] [--only "
          "WHAT,...]\n",
          argv[0]);
      return 2;
    }
  play();
  return 0;
}
