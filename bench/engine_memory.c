/* engine_memory.c: what the engine holds, as the allocator counts it. A program of its own, without main.c.
 *
 *   engine_memory rest CONNECTIONS   bytes of an open connection's end with one session and one link, at rest; and of each
 *                                    further link
 *   engine_memory left MESSAGES      by how many bytes both ends grow while that many deliveries are settled after one that
 *                                    is not */
#include "engine_scale.c"

#include <malloc.h>

enum { FURTHER = 64 };

static size_t held(void) { return mallinfo2().uordblks; }

/* Several connections are made one after the other: `client` and `server` are those that are being worked on. */
static void attach(pn_session_t *session, int from, int to) {
  for (int i = from; i < to; i++) {
    char name[32];
    (void)snprintf(name, sizeof name, "link-%d", i);
    pn_link_open(pn_sender(session, name));
  }
  run();
}

static pn_session_t *connect(void) {
  REQUIRE(pn_connection_driver_init(&client, NULL, NULL) == 0);
  REQUIRE(pn_connection_driver_init(&server, NULL, NULL) == 0);
  pn_transport_set_server(server.transport);
  pn_connection_open(client.connection);
  pn_session_t *session = pn_session(client.connection);
  pn_session_open(session);
  attach(session, 0, 1);
  return session;
}

static void measure_rest(long count) {
  pn_connection_driver_t *ends = calloc((size_t)count, 2 * sizeof *ends);
  pn_session_t **sessions = calloc((size_t)count, sizeof(pn_session_t *));
  REQUIRE(ends && sessions);
  (void)connect(); /* what is made once, and the pool's blocks */
  const size_t none = held();
  for (long i = 0; i < count; i++) {
    sessions[i] = connect();
    ends[2 * i] = client;
    ends[2 * i + 1] = server;
  }
  const size_t one = held();
  for (long i = 0; i < count; i++) {
    client = ends[2 * i];
    server = ends[2 * i + 1];
    attach(sessions[i], 1, 1 + FURTHER);
  }
  const size_t all = held();
  printf("%.0f %.0f\n", (double)(one - none) / (double)(2 * count),
      (double)(all - one) / (double)(2 * count * FURTHER));
}

static void measure_left(long count) {
  workload_start();
  workload_run(100000);
  const size_t before = held();
  workload_run(count);
  printf("%ld\n", (long)held() - (long)before);
}

int main(int argc, char **argv) {
  const long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
  if (count > 0 && strcmp(argv[1], "rest") == 0)
    measure_rest(count);
  else if (count > 0 && strcmp(argv[1], "left") == 0)
    measure_left(count);
  else
    return fprintf(stderr, "usage: %s rest CONNECTIONS | left MESSAGES\n", argv[0]), 2;
  return 0;
}
