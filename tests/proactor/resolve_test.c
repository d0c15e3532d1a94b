/* resolve_test.c: names, with a resolver of the test's own in front of the C library's: one that is slow, one that knows
 * several addresses. (Proton 0.37 looks names up in whoever calls connect or listen.) */
#include "test.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

/* "slow.test" is not answered before slow_answer; then it is 127.0.0.1. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned asked;
static bool answering;

static void wait_for_the_answer(void) {
  pthread_mutex_lock(&mutex);
  asked++;
  pthread_cond_broadcast(&changed);
  while (!answering) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

static void slow_answer(bool answer) {
  pthread_mutex_lock(&mutex);
  answering = answer;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

static void until_asked(unsigned count) {
  pthread_mutex_lock(&mutex);
  while (asked < count) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

static struct addrinfo *address_of(const char *host, const char *port, struct addrinfo *next) {
  struct addrinfo *info = calloc(1, sizeof *info);
  struct sockaddr_in *name = calloc(1, sizeof *name);
  if (!info || !name) abort();
  *name = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((in_port_t)strtoul(port, NULL, 10))};
  inet_pton(AF_INET, host, &name->sin_addr);
  *info = (struct addrinfo){.ai_family = AF_INET,
      .ai_socktype = SOCK_STREAM,
      .ai_addrlen = sizeof *name,
      .ai_addr = (struct sockaddr *)name,
      .ai_next = next};
  return info;
}

/* Instead of the C library's. */
int getaddrinfo(
    const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  const char *host = name ? name : "127.0.0.1";
  struct in_addr number;
  bool numeric = inet_pton(AF_INET, host, &number) == 1;
  if (hints && hints->ai_flags & AI_NUMERICHOST && !numeric) return EAI_NONAME;
  if (strcmp(host, "slow.test") == 0) {
    wait_for_the_answer();
    *found = address_of("127.0.0.1", service, NULL);
  } else if (strcmp(host, "several.test") == 0) { /* nobody listens at the first two */
    *found = address_of(
        "127.1.1.1", service, address_of("127.2.2.2", service, address_of("127.0.0.1", service, NULL)));
  } else if (numeric && strspn(service, "0123456789") == strlen(service)) {
    *found = address_of(host, service, NULL);
  } else {
    return EAI_NONAME;
  }
  return 0;
}

void freeaddrinfo(struct addrinfo *found) {
  while (found) {
    struct addrinfo *next = found->ai_next;
    free(found->ai_addr);
    free(found);
    found = next;
  }
}

static bool close_when_open(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_answer(actor, event);
  pn_connection_close(pn_event_connection(event));
  return true;
}

static struct actor *connect_with(struct host *host, const char *name, const char *address) {
  struct actor *actor = host_connection(host, name);
  actor->handler = close_when_open;
  pn_proactor_connect2(host->proactor, actor->connection, NULL, address);
  return actor;
}

static void named_port(struct host *host, char *address, const char *name) {
  const char *port = strrchr(listener_address(host_listen_open(host, NULL)), ':') + 1;
  pn_proactor_addr(address, ADDRESS, name, port);
}

/* One look-up waits; this one thread goes on with all else. */
static void slow_name_holds_up_nobody(void **state) {
  struct host *host = *state;
  char slow[ADDRESS], quick[2 * ADDRESS];
  asked = 0;
  slow_answer(false);
  named_port(host, slow, "slow.test");
  snprintf(quick, sizeof quick, "%s", host_actor(host, "listener")->address);
  connect_with(host, "slow", slow);
  until_asked(1);
  connect_with(host, "quick", quick);
  host_until(host, "quick", PN_TRANSPORT_CLOSED);
  assert_ended_well(host_actor(host, "quick"));
  assert_int_equal(host_actor(host, "slow")->seen[PN_CONNECTION_REMOTE_OPEN], 0);
  slow_answer(true);
  host_until(host, "slow", PN_TRANSPORT_CLOSED);
  assert_ended_well(host_actor(host, "slow"));
}

static void woken_and_disconnected_while_looked_up(void **state) {
  struct host *host = *state;
  asked = 0;
  slow_answer(false);
  struct actor *client = host_connect(host, "client", "slow.test:1");
  struct actor *listener = host_listen(host, "listener", "slow.test:0", 16);
  until_asked(1);
  pn_connection_wake(client->connection);
  host_until(host, "client", PN_CONNECTION_WAKE);
  pn_proactor_disconnect(host->proactor, NULL);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_until(host, "listener", PN_LISTENER_CLOSE);
  until_inactive(host);
  assert_int_equal(client->seen[PN_TRANSPORT_CLOSED], 1);
  assert_int_equal(listener->seen[PN_LISTENER_OPEN], 0);
  slow_answer(true);
}

static void *answer_soon(void *context) {
  (void)context;
  until_asked(1);
  slow_answer(true);
  return NULL;
}

/* The proactor goes while the resolver is at work. */
static void freed_while_looked_up(void **state) {
  (void)state;
  pthread_t thread;
  asked = 0;
  slow_answer(false);
  struct host *host = host_new();
  host_connect(host, "client", "slow.test:1");
  host_listen(host, "listener", "slow.test:0", 16);
  host_get(host);
  pthread_create(&thread, NULL, answer_soon, NULL);
  until_asked(1);
  host_free(host);
  pthread_join(thread, NULL);
}

static void every_address_is_tried(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  named_port(host, address, "several.test");
  connect_with(host, "client", address);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  assert_ended_well(host_actor(host, "client"));
}

static void no_address_answers(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  pn_proactor_addr(address, sizeof address, "several.test", strrchr(closed_address(), ':') + 1);
  struct actor *client = connect_with(host, "client", address);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  assert_failed(client, "proton:io", address);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define ON_A_HOST(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)
      ON_A_HOST(slow_name_holds_up_nobody),
      ON_A_HOST(woken_and_disconnected_while_looked_up),
      cmocka_unit_test(freed_while_looked_up),
      ON_A_HOST(every_address_is_tried),
      ON_A_HOST(no_address_answers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
