/* harness.c: see harness.h. */
#include "harness.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The watch. */

enum { WATCHED = 8 };

static struct host *watched[WATCHED];

static void say(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(4);
}

/* All that was seen, by system calls alone: a signal handler calls it. */
static void tell(void) {
  for (size_t i = 0; i < WATCHED; i++)
    for (const struct actor *actor = watched[i] ? watched[i]->actors : NULL; actor; actor = actor->next) {
      say("  ");
      say(actor->name);
      say(": ");
      say(actor->words);
      say(actor->condition);
      say(" ");
      say(actor->description);
      say("\n");
    }
}

static void too_long(int number) {
  (void)number;
  say("waited too long; seen so far:\n");
  tell();
  abort();
}

void broken(const char *format, ...) {
  char text[1024];
  va_list ap;
  va_start(ap, format);
  vsnprintf(text, sizeof text, format, ap);
  va_end(ap);
  say("broken: ");
  say(text);
  say("\nseen so far:\n");
  tell();
  abort();
}

static void watch(struct host *host, bool begin) {
  for (size_t i = 0; i < WATCHED; i++)
    if (watched[i] == (begin ? NULL : host)) {
      watched[i] = begin ? host : NULL;
      break;
    }
  signal(SIGALRM, too_long);
  alarm(begin ? SECONDS : 0);
}

/* Actors. */

static struct actor *actor_new(struct host *host, const char *name) {
  struct actor *actor = calloc(1, sizeof *actor);
  if (!actor) broken("out of memory");
  actor->host = host;
  snprintf(actor->name, sizeof actor->name, "%s", name);
  pthread_mutex_lock(&host->mutex);
  *host->last = actor;
  host->last = &actor->next;
  pthread_mutex_unlock(&host->mutex);
  return actor;
}

static struct actor *actor_named(struct host *host, const char *name) {
  struct actor *actor = host->actors;
  while (actor && strcmp(actor->name, name) != 0) actor = actor->next;
  return actor;
}

struct actor *host_actor(struct host *host, const char *name) {
  pthread_mutex_lock(&host->mutex);
  struct actor *actor = actor_named(host, name);
  pthread_mutex_unlock(&host->mutex);
  return actor;
}

struct actor *actor_of(struct host *host, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_listener_t *listener = pn_event_listener(event);
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  struct actor *actor = host->actors; /* the first is the proactor's */
  if (connection)
    actor = pn_connection_get_context(connection);
  else if (listener)
    actor = pn_listener_get_context(listener);
  else if (raw)
    actor = pn_raw_connection_get_context(raw);
  else if (!pn_event_proactor(event))
    actor = NULL;
  if (!actor) broken("%s belongs to nobody", pn_event_type_name(pn_event_type(event)));
  return actor;
}

static void word(struct actor *actor, const char *text) {
  size_t length = strlen(text);
  if (actor->host->quiet || actor->words_length + length + 2 > sizeof actor->words) return;
  memcpy(actor->words + actor->words_length, text, length);
  actor->words_length += length;
  actor->words[actor->words_length++] = ' ';
}

void actor_note(struct actor *actor, const char *format, ...) {
  char text[256];
  va_list ap;
  va_start(ap, format);
  vsnprintf(text, sizeof text, format, ap);
  va_end(ap);
  pthread_mutex_lock(&actor->host->mutex);
  word(actor, text);
  pthread_mutex_unlock(&actor->host->mutex);
}

static void keep_condition(struct actor *actor, pn_condition_t *condition) {
  if (!condition || !pn_condition_is_set(condition)) return;
  const char *description = pn_condition_get_description(condition);
  snprintf(actor->condition, sizeof actor->condition, "%s", pn_condition_get_name(condition));
  snprintf(actor->description, sizeof actor->description, "%s", description ? description : "");
}

/* Write down an event. Nothing follows the final one. */
static void record(struct actor *actor, pn_event_t *event) {
  pn_event_type_t type = pn_event_type(event);
  const char *name = pn_event_type_name(type);
  if (actor->finished) broken("%s: %s after the final event", actor->name, name);
  if (actor->released) broken("%s: %s although it was released", actor->name, name);
  pthread_mutex_lock(&actor->host->mutex);
  word(actor, name + (strncmp(name, "PN_", 3) == 0 ? 3 : 0));
  if ((size_t)type < EVENT_TYPES) actor->seen[type]++;
  if (type == PN_TRANSPORT_CLOSED) keep_condition(actor, pn_transport_condition(pn_event_transport(event)));
  if (type == PN_LISTENER_CLOSE) keep_condition(actor, pn_listener_condition(pn_event_listener(event)));
  if (type == PN_RAW_CONNECTION_DISCONNECTED) keep_condition(actor, pn_raw_connection_condition(actor->raw));
  if (type == PN_TRANSPORT_CLOSED || type == PN_LISTENER_CLOSE || type == PN_RAW_CONNECTION_DISCONNECTED) {
    actor->finished = true;
    actor->connection = NULL;
    actor->listener = NULL;
    actor->raw = NULL;
  }
  pthread_mutex_unlock(&actor->host->mutex);
}

/* What an end does by itself. */

static void take_message(struct actor *actor, pn_link_t *receiver, pn_delivery_t *delivery) {
  char bytes[4096];
  if (!pn_delivery_readable(delivery) || pn_delivery_partial(delivery)) return;
  while (pn_link_recv(receiver, bytes, sizeof bytes) > 0) {}
  pn_delivery_update(delivery, PN_ACCEPTED);
  pn_delivery_settle(delivery);
  pn_link_flow(receiver, 1);
  pthread_mutex_lock(&actor->host->mutex);
  actor->received++;
  pthread_mutex_unlock(&actor->host->mutex);
}

static void answer_delivery(struct actor *actor, pn_event_t *event) {
  pn_link_t *link = pn_event_link(event);
  pn_delivery_t *delivery = pn_event_delivery(event);
  if (pn_link_is_receiver(link)) {
    take_message(actor, link, delivery);
  } else if (pn_delivery_updated(delivery) && pn_delivery_settled(delivery)) {
    pn_delivery_settle(delivery);
    pthread_mutex_lock(&actor->host->mutex);
    actor->settled++;
    pthread_mutex_unlock(&actor->host->mutex);
  }
}

static void answer_attach(pn_link_t *link) {
  if (!(pn_link_state(link) & PN_LOCAL_UNINIT)) return;
  pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
  pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
  pn_link_open(link);
  if (pn_link_is_receiver(link)) pn_link_flow(link, 10);
}

void actor_answer(struct actor *actor, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_session_t *session = pn_event_session(event);
  switch (pn_event_type(event)) {
  case PN_LISTENER_ACCEPT: host_accept(actor); break;
  case PN_CONNECTION_REMOTE_OPEN:
    if (pn_connection_state(connection) & PN_LOCAL_UNINIT) pn_connection_open(connection);
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (pn_session_state(session) & PN_LOCAL_UNINIT) pn_session_open(session);
    break;
  case PN_LINK_REMOTE_OPEN: answer_attach(pn_event_link(event)); break;
  case PN_LINK_REMOTE_DETACH: pn_link_detach(pn_event_link(event)); break;
  case PN_LINK_REMOTE_CLOSE: pn_link_close(pn_event_link(event)); break;
  case PN_SESSION_REMOTE_CLOSE: pn_session_close(session); break;
  case PN_CONNECTION_REMOTE_CLOSE: pn_connection_close(connection); break;
  case PN_DELIVERY: answer_delivery(actor, event); break;
  default: break;
  }
}

/* Batches. */

static unsigned handle(struct host *host, pn_event_batch_t *batch) {
  struct actor *owned = NULL;
  unsigned count = 0;
  for (pn_event_t *event; (event = pn_event_batch_next(batch)) != NULL;) {
    struct actor *actor = actor_of(host, event);
    if (actor != owned) {
      if (owned) broken("a batch of both %s and %s", owned->name, actor->name);
      if (atomic_exchange(&actor->owner, 1)) broken("%s: two threads at once", actor->name);
      owned = actor;
    }
    count++;
    record(actor, event);
    if (!actor->handler || !actor->handler(actor, event)) actor_answer(actor, event);
    if (host->singly) break;
  }
  if (owned) atomic_store(&owned->owner, 0);
  pn_proactor_done(host->proactor, batch);
  pthread_mutex_lock(&host->mutex);
  pthread_cond_broadcast(&host->changed);
  pthread_mutex_unlock(&host->mutex);
  return count;
}

void host_wait(struct host *host) {
  if (!handle(host, pn_proactor_wait(host->proactor))) broken("a batch without an event");
}

unsigned host_get(struct host *host) {
  unsigned count = 0;
  for (pn_event_batch_t *batch; (batch = pn_proactor_get(host->proactor)) != NULL;)
    count += handle(host, batch);
  return count;
}

void host_until_true(struct host *host, bool (*holds)(struct host *host, void *context), void *context) {
  pthread_mutex_lock(&host->mutex);
  while (!holds(host, context)) {
    if (host->thread_count > 0) {
      pthread_cond_wait(&host->changed, &host->mutex);
    } else {
      pthread_mutex_unlock(&host->mutex);
      host_wait(host);
      pthread_mutex_lock(&host->mutex);
    }
  }
  pthread_mutex_unlock(&host->mutex);
}

struct expected {
  const char *name;
  pn_event_type_t type;
  unsigned count;
};

static bool has_come(struct host *host, void *context) {
  const struct expected *expected = context;
  const struct actor *actor = actor_named(host, expected->name);
  if (!actor) return false;
  if (actor->seen[expected->type] >= expected->count) return true;
  if (actor->finished) broken("%s: ended without %s", actor->name, pn_event_type_name(expected->type));
  return false;
}

void host_until_count(struct host *host, const char *name, pn_event_type_t type, unsigned count) {
  struct expected expected = {name, type, count};
  host_until_true(host, has_come, &expected);
}

void host_until(struct host *host, const char *name, pn_event_type_t type) {
  host_until_count(host, name, type, 1);
}

/* Threads. */

static void *work(void *context) {
  struct host *host = context;
  while (!atomic_load(&host->stopping)) host_wait(host);
  pn_proactor_interrupt(host->proactor); /* the next one */
  return NULL;
}

void host_start(struct host *host, unsigned threads) {
  atomic_store(&host->stopping, false);
  for (; host->thread_count < threads; host->thread_count++)
    if (pthread_create(&host->threads[host->thread_count], NULL, work, host)) broken("no thread");
}

void host_stop(struct host *host) {
  atomic_store(&host->stopping, true);
  pn_proactor_interrupt(host->proactor);
  for (unsigned i = 0; i < host->thread_count; i++) pthread_join(host->threads[i], NULL);
  host->thread_count = 0;
}

/* Hosts. */

struct host *host_new(void) {
  struct host *host = calloc(1, sizeof *host);
  if (!host) broken("out of memory");
  host->proactor = pn_proactor();
  host->last = &host->actors;
  pthread_mutex_init(&host->mutex, NULL);
  pthread_cond_init(&host->changed, NULL);
  actor_new(host, "proactor");
  watch(host, true);
  return host;
}

void host_free(struct host *host) {
  if (!host) return;
  if (host->thread_count > 0) host_stop(host);
  watch(host, false);
  pn_proactor_free(host->proactor);
  for (struct actor *actor = host->actors; actor;) {
    struct actor *next = actor->next;
    free(actor);
    actor = next;
  }
  pthread_cond_destroy(&host->changed);
  pthread_mutex_destroy(&host->mutex);
  free(host);
}

int host_setup(void **state) {
  *state = host_new();
  return 0;
}

int host_teardown(void **state) {
  host_free(*state);
  return 0;
}

/* Connections and listeners. */

struct actor *host_connection(struct host *host, const char *name) {
  struct actor *actor = actor_new(host, name);
  actor->connection = pn_connection();
  pn_connection_set_context(actor->connection, actor);
  pn_connection_set_container(actor->connection, name);
  return actor;
}

struct actor *host_connect(struct host *host, const char *name, const char *address) {
  struct actor *actor = host_connection(host, name);
  pn_proactor_connect2(host->proactor, actor->connection, NULL, address);
  return actor;
}

struct actor *host_raw(struct host *host, const char *name) {
  struct actor *actor = actor_new(host, name);
  actor->raw = pn_raw_connection();
  pn_raw_connection_set_context(actor->raw, actor);
  return actor;
}

struct actor *host_listener(struct host *host, const char *name) {
  struct actor *actor = actor_new(host, name);
  actor->listener = pn_listener();
  pn_listener_set_context(actor->listener, actor);
  return actor;
}

struct actor *host_listen(struct host *host, const char *name, const char *address, int backlog) {
  struct actor *actor = host_listener(host, name);
  pn_proactor_listen(host->proactor, actor->listener, address, backlog);
  return actor;
}

struct actor *host_listen_open(struct host *host, handler_fn *handler) {
  struct actor *actor = host_listener(host, "listener");
  actor->handler = handler;
  pn_proactor_listen(host->proactor, actor->listener, "127.0.0.1:0", 16);
  host_until(host, "listener", PN_LISTENER_OPEN);
  return actor;
}

const char *listener_address(struct actor *listener) {
  if (!*listener->address)
    pn_netaddr_str(pn_listener_addr(listener->listener), listener->address, sizeof listener->address);
  return listener->address;
}

struct actor *host_accept(struct actor *listener) {
  struct host *host = listener->host;
  char name[24] = "server";
  pthread_mutex_lock(&host->mutex);
  unsigned number = ++host->accepted;
  pthread_mutex_unlock(&host->mutex);
  if (number > 1) snprintf(name, sizeof name, "server%u", number);
  struct actor *actor = host_connection(host, name);
  actor->accepted = true;
  actor->handler = host->server;
  pn_listener_accept2(listener->listener, actor->connection, NULL);
  return actor;
}

/* Messages. */

pn_link_t *open_sender(pn_connection_t *connection, const char *name) {
  pn_session_t *session = pn_session(connection);
  pn_session_open(session);
  pn_link_t *sender = pn_sender(session, name);
  pn_terminus_set_address(pn_link_target(sender), name);
  pn_link_open(sender);
  return sender;
}

void send_text(pn_link_t *sender, const char *text) {
  pn_delivery(sender, pn_dtag(text, strlen(text)));
  pn_link_send(sender, text, strlen(text));
  pn_link_advance(sender);
}
