/* harness.h: proactors, what happens on them, and a watch over the contract.
 *
 *   static void connection_is_refused(void **state) {
 *     struct host *host = *state;
 *     host_connect(host, "client", closed_address());
 *     host_until(host, "client", PN_TRANSPORT_CLOSED);
 *     assert_string_equal(host_actor(host, "client")->condition, "proton:io");
 *   }
 *
 * A host is a proactor. Its events are handled by the thread that calls host_until, or by threads of its own once
 * host_start was called; then host_until only waits. An actor is a connection or a listener of it, known by its name; one
 * more, "proactor", stands for the proactor's own events. What an actor has seen is kept as words: the names of its
 * events, and notes of the test ("CONNECTION_REMOTE_OPEN TRANSPORT credit=10 ").
 *
 * Each end answers what its peer opens and closes by doing the same, gives credit to its receivers, and takes what they get,
 * accepting and settling it; a test that wants something else sets a handler, which sees each event first. A listener
 * accepts; what it accepts is called "server", "server2", and so on. What a raw connection does is left to its handler.
 *
 * Watched always: no two threads in one actor, exactly one final event and nothing after it, at most SECONDS without what
 * host_until waits for. A breach ends the program with all that was seen. Uses the public API only. */
#ifndef BARYON_TESTS_PROACTOR_HARNESS_H
#define BARYON_TESTS_PROACTOR_HARNESS_H

#include <proton/condition.h>
#include <proton/connection.h>
#include <proton/delivery.h>
#include <proton/event.h>
#include <proton/link.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/session.h>
#include <proton/transport.h>
#include <proton/version.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct host;
struct actor;

/* Sees an event of the actor first. True: that was all there is to do about it. */
typedef bool handler_fn(struct actor *actor, pn_event_t *event);

enum { EVENT_TYPES = 80, WORDS = 1500, SECONDS = 100 };

struct actor {
  struct host *host;
  struct actor *next;
  char name[24];
  pn_connection_t *connection; /* NULL once finished or released, as are the next */
  pn_listener_t *listener;
  pn_raw_connection_t *raw;
  handler_fn *handler;
  void *context; /* the test's */

  atomic_int owner; /* a thread is handling its events */
  bool accepted;    /* by a listener of the host */
  bool finished;    /* its final event has come */
  bool released;    /* by pn_proactor_release_connection */

  /* The rest is guarded by the host's mutex while threads run. */
  unsigned seen[EVENT_TYPES]; /* how many events of each type */
  unsigned received, settled; /* messages, and those of its own that the peer has settled */
  char words[WORDS];
  size_t words_length;
  char condition[64], description[300]; /* at the final event; "" if none was set */
  char address[128];                    /* a listener's, once asked for */
};

struct host {
  pn_proactor_t *proactor;
  struct actor *actors, **last;
  handler_fn *server; /* the handler of what its listeners accept */
  bool singly;        /* takes one event of each batch and leaves the rest */
  bool quiet;         /* keeps counts only, no words */
  unsigned accepted;

  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pthread_t threads[16];
  unsigned thread_count;
  atomic_bool stopping;
};

struct host *host_new(void);

/* Stops its threads, and frees the proactor with all that lives on it. NULL is nothing. */
void host_free(struct host *host);

/* One host for each cmocka test. */
int host_setup(void **state);
int host_teardown(void **state);

/* Threads that handle its events from now on, until host_stop. */
void host_start(struct host *host, unsigned threads);
void host_stop(struct host *host);

/* Handle events, or wait, until the named actor has seen that many events of a type; host_until_event: one. */
void host_until_count(struct host *host, const char *name, pn_event_type_t type, unsigned count);
void host_until(struct host *host, const char *name, pn_event_type_t type);

/* The same until a condition holds. It is called with the host's mutex held. */
void host_until_true(struct host *host, bool (*holds)(struct host *host, void *context), void *context);

/* What is there to do now, in the calling thread. Returns how many events there were. */
unsigned host_get(struct host *host);

/* Waits for one batch and handles it in the calling thread. */
void host_wait(struct host *host);

/* The actor of that name, NULL if there is none. */
struct actor *host_actor(struct host *host, const char *name);

struct actor *host_connect(struct host *host, const char *name, const char *address);

/* A connection that the caller connects, with the actor as its context. */
struct actor *host_connection(struct host *host, const char *name);

/* A raw connection that the caller connects, or accepts, with the actor as its context. */
struct actor *host_raw(struct host *host, const char *name);

struct actor *host_listen(struct host *host, const char *name, const char *address, int backlog);

/* A listener that the caller lets listen. */
struct actor *host_listener(struct host *host, const char *name);

/* Listen on a port of 127.0.0.1 that the kernel chooses, and come back when "listener" is open. The handler may be NULL. */
struct actor *host_listen_open(struct host *host, handler_fn *handler);

/* host:port of a listener's first address; it has to be open. Lives as long as the actor. */
const char *listener_address(struct actor *listener);

/* Add a word. */
__attribute__((format(printf, 2, 3))) void actor_note(struct actor *actor, const char *format, ...);

/* Accept what its listener has been offered. */
struct actor *host_accept(struct actor *listener);

/* What an actor does unless its handler says otherwise. */
void actor_answer(struct actor *actor, pn_event_t *event);

/* The actor of an event's connection or listener. */
struct actor *actor_of(struct host *host, pn_event_t *event);

/* End the program with a text and with all that was seen. */
__attribute__((noreturn, format(printf, 1, 2))) void broken(const char *format, ...);

/* A sender on a new session of the connection, opened; and messages for it. */
pn_link_t *open_sender(pn_connection_t *connection, const char *name);
void send_text(pn_link_t *sender, const char *text);

#endif
