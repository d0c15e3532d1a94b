/* lost_wake.c: no wake is lost.
 *
 *   lost_wake [--wakes N] [--wakers N] [--seed N]        400000 wakes by 8 threads; in full: --wakes 10000000
 *
 * Threads wake connections that are connecting, idle, busy or closing. Each wake takes a number of its connection before it is
 * made; the handler of PN_CONNECTION_WAKE notes the newest number taken so far, which answers all up to it. Checked:
 *   - now and then a thread keeps the others from a connection: all its numbers are answered then, or it ends;
 *   - what was asked for and returned before an event of a connection that is closing is answered before the final event;
 *   - nothing follows a final event, whatever wakes come then.
 * Who waits in vain is ended by the test's time-out. The counts for each state are printed; there are more wakes than N, until each
 * state has had a tenth of that.
 *
 * Half of the connections go to a socket that nobody accepts from: they are connecting until they have been woken a number of times,
 * then closing, without an answer, for as long, and then abort. The others are opened, and closed by both sides. */
#include "harness.h"
#include "socket.h"

#include <proton/object.h>

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 64, WORKERS = 3, MOST_WAKERS = 64, PHASE = 30, TRIES = 32, DRAIN_EVERY = 500 };
enum state { CONNECTING, IDLE, BUSY, CLOSING, STATES, NONE };
static const char *const names[STATES] = {"connecting", "idle", "busy", "closing"};

/* A place for one connection after another. Who wakes has the lock, shared: meanwhile the connection's memory stays. */
struct slot {
  pthread_rwlock_t lock;
  pn_connection_t *connection; /* with a reference of the slot's; NULL at the end */
  atomic_uint_least64_t asked, returned, answered;
  atomic_int phase; /* CONNECTING, IDLE for open, CLOSING */
  atomic_bool ended;
  bool unaccepted; /* where it connects to */
  /* The handlers'. */
  unsigned woken;
  uint64_t owed;
};

static struct {
  pn_proactor_t *proactor;
  char listening[ADDRESS], unaccepting[ADDRESS];
  struct slot slots[SLOTS];
  unsigned wakes, wakers, seed;
  atomic_int_least64_t left;
  atomic_uint_least64_t made[STATES], events, late, drains, connections;
  atomic_bool over;
} world = {.wakes = 400000, .wakers = 8, .seed = 1};

static _Thread_local uint64_t random_state;

static uint32_t any(uint32_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 32) % below;
}

/* Waking. */

static enum state state_of(struct slot *slot) {
  int phase = atomic_load(&slot->phase);
  if (phase != IDLE) return (enum state)phase;
  return atomic_load(&slot->asked) == atomic_load(&slot->answered) ? IDLE : BUSY;
}

static struct slot *in_state(enum state wanted) {
  struct slot *slot = NULL;
  for (int i = 0; i < TRIES; i++) {
    slot = &world.slots[any(SLOTS)];
    if (state_of(slot) == wanted) break;
    if (wanted == IDLE && i % 8 == 7) usleep(20);
  }
  return slot;
}

static void wake(struct slot *slot) {
  pthread_rwlock_rdlock(&slot->lock);
  if (slot->connection) {
    atomic_fetch_add(&world.made[state_of(slot)], 1);
    atomic_fetch_add(&slot->asked, 1);
    pn_connection_wake(slot->connection);
    atomic_fetch_add(&slot->returned, 1);
  }
  pthread_rwlock_unlock(&slot->lock);
}

/* Nobody wakes it now: what was asked for is answered, or it ends. */
static void drain(struct slot *slot) {
  pthread_rwlock_wrlock(&slot->lock);
  while (slot->connection && !atomic_load(&slot->ended) &&
         atomic_load(&slot->answered) < atomic_load(&slot->asked))
    usleep(10);
  pthread_rwlock_unlock(&slot->lock);
  atomic_fetch_add(&world.drains, 1);
}

/* A state that has not had its share, which depends on who is quicker, the wakers or the workers. NONE: there is none. */
static enum state neglected(void) {
  for (int i = 0; i < STATES; i++)
    if (atomic_load(&world.made[i]) * 10 < world.wakes) return (enum state)i;
  return NONE;
}

static void *make_wakes(void *context) {
  random_state = ((uint64_t)(uintptr_t)context + 1) * 0x9e3779b97f4a7c15u + world.seed;
  while (atomic_fetch_sub(&world.left, 1) > 0) {
    wake(in_state((enum state)any(STATES)));
    if (!any(DRAIN_EVERY)) drain(&world.slots[any(SLOTS)]);
  }
  for (enum state wanted; (wanted = neglected()) != NONE;) {
    struct slot *slot = in_state(wanted);
    if (wanted != IDLE || state_of(slot) == IDLE) wake(slot); /* who is let alone becomes idle */
  }
  return NULL;
}

/* Connections. */

static void begin(struct slot *slot) {
  pn_connection_t *connection = pn_connection();
  pn_incref(connection);
  pn_connection_set_context(connection, slot);
  atomic_store(&slot->asked, 0);
  atomic_store(&slot->returned, 0);
  atomic_store(&slot->answered, 0);
  atomic_store(&slot->phase, CONNECTING);
  atomic_store(&slot->ended, false);
  slot->woken = 0;
  slot->owed = 0;
  slot->connection = connection;
  atomic_fetch_add(&world.connections, 1);
  pn_proactor_connect2(
      world.proactor, connection, NULL, slot->unaccepted ? world.unaccepting : world.listening);
}

/* Its batch is over: the next one takes its place, or nobody once it is over. */
static void replace(struct slot *slot) {
  pthread_rwlock_wrlock(&slot->lock);
  atomic_fetch_add(&world.late, atomic_load(&slot->asked) - atomic_load(&slot->answered));
  pn_decref(slot->connection);
  slot->connection = NULL;
  if (!atomic_load(&world.over)) begin(slot);
  pthread_rwlock_unlock(&slot->lock);
}

static void next_phase(struct slot *slot, pn_event_t *event) {
  if (atomic_load(&slot->phase) != CLOSING) {
    atomic_store(&slot->phase, CLOSING);
    pn_connection_close(pn_event_connection(event));
    slot->woken = 0;
  } else if (slot->unaccepted) {
    pn_transport_close_tail(pn_connection_transport(pn_event_connection(event)));
    pn_transport_close_head(pn_connection_transport(pn_event_connection(event)));
  }
}

static void handle_slot(struct slot *slot, pn_event_t *event) {
  if (atomic_load(&slot->ended)) broken("%s after the final event", pn_event_type_name(pn_event_type(event)));
  uint64_t returned =
      atomic_load(&slot->returned); /* first: so all had returned if it is as many as were asked for */
  uint64_t asked = atomic_load(&slot->asked);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_WAKE:
    atomic_fetch_add(&world.events, 1);
    atomic_store(&slot->answered, asked);
    if (++slot->woken >= PHASE || atomic_load(&world.over)) next_phase(slot, event);
    break;
  case PN_CONNECTION_REMOTE_OPEN: atomic_store(&slot->phase, IDLE); break;
  case PN_TRANSPORT_CLOSED:
    if (atomic_load(&slot->answered) < slot->owed) broken("a wake was made before the end, and not answered");
    atomic_store(&slot->ended, true);
    break;
  default: /* what is not on its way any more has set its mark; what comes now need not be in time */
    if (asked == returned) slot->owed = asked;
    break;
  }
}

static void handle_other(pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  if (pn_event_type(event) == PN_LISTENER_ACCEPT) pn_listener_accept2(pn_event_listener(event), NULL, NULL);
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_OPEN) pn_connection_open(connection);
  if (pn_event_type(event) == PN_CONNECTION_REMOTE_CLOSE) pn_connection_close(connection);
}

static bool handle(pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  struct slot *slot = connection ? pn_connection_get_context(connection) : NULL;
  if (slot)
    handle_slot(slot, event);
  else
    handle_other(event);
  return pn_event_type(event) != PN_PROACTOR_INACTIVE;
}

static void *work(void *context) {
  (void)context;
  for (bool active = true; active;) {
    pn_event_batch_t *batch = pn_proactor_wait(world.proactor);
    struct slot *ended = NULL;
    for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;) {
      active &= handle(event);
      if (pn_event_type(event) == PN_TRANSPORT_CLOSED)
        ended = pn_connection_get_context(pn_event_connection(event));
      active &= pn_event_type(event) != PN_PROACTOR_INTERRUPT;
    }
    pn_proactor_done(world.proactor, batch);
    if (ended) replace(ended);
  }
  pn_proactor_interrupt(world.proactor); /* the next one */
  return NULL;
}

/* All of it. */

static void listen_for_it(void) {
  pn_listener_t *listener = pn_listener();
  socket_listen(world.unaccepting);
  pn_proactor_listen(world.proactor, listener, "127.0.0.1:0", SLOTS);
  while (!*world.listening) {
    pn_event_batch_t *batch = pn_proactor_wait(world.proactor);
    for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;)
      if (pn_event_type(event) == PN_LISTENER_OPEN)
        pn_netaddr_str(pn_listener_addr(listener), world.listening, sizeof world.listening);
    pn_proactor_done(world.proactor, batch);
  }
}

static void report(void) {
  uint64_t all = 0;
  for (int i = 0; i < STATES; i++) all += atomic_load(&world.made[i]);
  for (int i = 0; i < STATES; i++) {
    uint64_t made = atomic_load(&world.made[i]);
    printf("%s %" PRIu64 " (%" PRIu64 " %%), ", names[i], made, made * 100 / all);
  }
  printf("together %" PRIu64 " wakes of %" PRIu64 " connections; %" PRIu64 " events, %" PRIu64
         " wakes too late, %" PRIu64 " pauses\n",
      all, (uint64_t)atomic_load(&world.connections), (uint64_t)atomic_load(&world.events),
      (uint64_t)atomic_load(&world.late), (uint64_t)atomic_load(&world.drains));
}

static void play(void) {
  pthread_t workers[WORKERS], wakers[MOST_WAKERS];
  world.proactor = pn_proactor();
  atomic_store(&world.left, world.wakes);
  listen_for_it();
  for (int i = 0; i < SLOTS; i++) {
    pthread_rwlock_init(&world.slots[i].lock, NULL);
    world.slots[i].unaccepted = i % 2 == 0;
    begin(&world.slots[i]);
  }
  for (int i = 0; i < WORKERS; i++) pthread_create(&workers[i], NULL, work, NULL);
  for (unsigned i = 0; i < world.wakers; i++)
    pthread_create(&wakers[i], NULL, make_wakes, (void *)(uintptr_t)i);
  for (unsigned i = 0; i < world.wakers; i++) pthread_join(wakers[i], NULL);
  for (int i = 0; i < SLOTS; i++) drain(&world.slots[i]);
  atomic_store(&world.over, true);
  pn_proactor_disconnect(world.proactor, NULL);
  for (int i = 0; i < WORKERS; i++) pthread_join(workers[i], NULL);
  pn_proactor_free(world.proactor);
  report();
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i + 1 < argc; i += 2) {
    unsigned value = (unsigned)strtoul(argv[i + 1], NULL, 10);
    if (!strcmp(argv[i], "--wakes")) world.wakes = value;
    if (!strcmp(argv[i], "--wakers") && value <= MOST_WAKERS) world.wakers = value;
    if (!strcmp(argv[i], "--seed")) world.seed = value;
  }
  play();
  return 0;
}
