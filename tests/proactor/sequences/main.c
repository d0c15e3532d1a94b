/* main.c: runs scenarios of a proactor, each in a process of its own, and prints what its actors saw as lines
 * `scenario | actor | word`, for ../../differential/engine/compare.py.
 *
 *   sequences --list                           their names
 *   sequences [--singly] [--threads N] [name...]    one event of each batch at a time; events handled by N threads */
#include "scenarios.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct scenario *const groups[] = {address_scenarios, close_scenarios, connect_scenarios,
    listener_scenarios, message_scenarios, peer_scenarios, proactor_scenarios, raw_scenarios, wake_scenarios};

struct options {
  bool singly;
  unsigned threads;
};

bool accept_one(struct actor *listener, pn_event_t *event) {
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return false;
  host_accept(listener);
  pn_listener_close(pn_event_listener(event));
  return true;
}

bool close_when_open(struct actor *actor, pn_event_t *event) {
  if (pn_event_type(event) != PN_CONNECTION_REMOTE_OPEN) return false;
  actor_answer(actor, event);
  pn_connection_close(pn_event_connection(event));
  return true;
}

struct actor *connect_with(struct host *host, const char *name, const char *address, handler_fn *handler) {
  struct actor *actor = host_connection(host, name);
  actor->handler = handler;
  pn_proactor_connect2(host->proactor, actor->connection, NULL, address);
  return actor;
}

struct actor *pair_with(struct host *host, handler_fn *client, handler_fn *server) {
  host->server = server;
  struct actor *listener = host_listen_open(host, accept_one);
  return connect_with(host, "client", listener_address(listener), client);
}

void until_inactive(struct host *host) { host_until(host, "proactor", PN_PROACTOR_INACTIVE); }

static bool names_an_address(const char *text) {
  static const char *const hosts[] = {"127.0.0.1", "::1", ".invalid", "192.0.2.1"};
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    if (strstr(text, hosts[i])) return true;
  return false;
}

/* Conditions are compared by name; a description is the library's own matter, but for what a scenario set and for the address
 * that it should name. */
static void print_actor(const char *scenario, const struct actor *actor) {
  char words[WORDS];
  char *rest = NULL;
  snprintf(words, sizeof words, "%s", actor->words);
  for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
    printf("%s | %s | %s\n", scenario, actor->name, word);
  if (!*actor->condition) return;
  printf("%s | %s | condition %s%s%s\n", scenario, actor->name, actor->condition,
      names_an_address(actor->description) ? " names an address" : "",
      strncmp(actor->description, "test", 4) == 0 ? " as set" : "");
}

static void play(const struct scenario *scenario, const struct options *options) {
  struct host *host = host_new();
  host->singly = options->singly;
  if (options->threads > 0) host_start(host, options->threads);
  scenario->run(host);
  pthread_mutex_lock(&host->mutex);
  for (const struct actor *actor = host->actors; actor; actor = actor->next)
    print_actor(scenario->name, actor);
  pthread_mutex_unlock(&host->mutex);
  host_free(host);
}

static int play_apart(const struct scenario *scenario, const struct options *options) {
  fflush(stdout);
  pid_t child = fork();
  if (!child) {
    play(scenario, options);
    exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    perror("sequences");
    return 2;
  }
  if (WIFSIGNALED(status)) printf("%s | end | signal %d\n", scenario->name, WTERMSIG(status));
  if (WIFEXITED(status)) printf("%s | end | status %d\n", scenario->name, WEXITSTATUS(status));
  return 0;
}

static bool wanted(const char *name, char **names, int count) {
  for (int i = 0; i < count; i++)
    if (!strcmp(names[i], name)) return true;
  return !count;
}

static int list(void) {
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
    for (const struct scenario *scenario = groups[g]; scenario->name; scenario++) puts(scenario->name);
  return 0;
}

int main(int argc, char **argv) {
  struct options options = {0};
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (!strcmp(argv[i], "--list")) return list();
    if (!strcmp(argv[i], "--singly")) {
      options.singly = true;
    } else if (!strcmp(argv[i], "--threads") && i + 1 < argc) {
      options.threads = (unsigned)strtoul(argv[++i], NULL, 10);
    } else {
      fprintf(stderr, "%s: what is %s?\n", argv[0], argv[i]);
      return 2;
    }
  }
  int error = 0;
  for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
    for (const struct scenario *scenario = groups[g]; scenario->name; scenario++)
      if (wanted(scenario->name, argv + i, argc - i) && (!options.threads || scenario->threads == ANY))
        error |= play_apart(scenario, &options);
  return error;
}
