/* tcp_proxy.c: carries TCP connections to another address, on several threads.
 *
 *   tcp_proxy LISTEN TARGET [THREADS]       tcp_proxy 127.0.0.1:8080 example.org:80 2
 *
 * Each connection that comes in (CLIENT) has one that goes out (SERVER); together they are a pair. Between the two lie two
 * pipes, one for each direction, of two buffers each. A buffer goes round: lent to one end to be read into, full, lent to the
 * other end to be written, empty, and lent again. That is all there is of flow control: who does not read leaves no buffer empty,
 * so that nothing more is read for him. The end of one direction is carried through, and the other one goes on.
 *
 * The two ends of a pair may be handled by two threads at the same time. What they share is guarded by the pair's mutex; an end that
 * has something for the other wakes it. */
#include <proton/condition.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFERS = 2, BUFFER_SIZE = 32768, THREADS_MAX = 64 };
enum { CLIENT, SERVER };

struct buffers {
  pn_raw_buffer_t at[BUFFERS];
  size_t count;
};

/* What one end reads and the other writes. */
struct pipe {
  struct buffers full, empty;
  size_t lent; /* to the end that reads */
  bool busy;   /* one buffer was not enough, the last time */
  bool ended;  /* nothing more will be read into it */
  bool broken; /* nothing more will be written from it */
  char memory[BUFFERS][BUFFER_SIZE];
};

struct end {
  struct pair *pair;
  pn_raw_connection_t *raw; /* NULL once it is disconnected */
  struct pipe in;           /* what this end has read */
};

struct pair {
  pthread_mutex_t lock;
  struct end ends[2];
};

static pn_proactor_t *proactor;
static const char *target;

/* Pairs. */

static struct end *other_end(struct end *end) { return &end->pair->ends[end == &end->pair->ends[CLIENT]]; }

static void end_init(struct end *end, struct pair *pair) {
  struct pipe *pipe = &end->in;
  end->pair = pair;
  end->raw = pn_raw_connection();
  if (end->raw) pn_raw_connection_set_context(end->raw, end);
  for (size_t i = 0; i < BUFFERS; i++)
    pipe->empty.at[i] = (pn_raw_buffer_t){.bytes = pipe->memory[i], .capacity = BUFFER_SIZE};
  pipe->empty.count = BUFFERS;
  pipe->full.count = pipe->lent = 0;
  pipe->busy = pipe->ended = pipe->broken = false;
}

/* The memory is left as it is: who asks for zeros pays for pages that most connections never use. */
static struct pair *pair_new(void) {
  struct pair *pair = malloc(sizeof *pair);
  if (!pair) return NULL;
  pthread_mutex_init(&pair->lock, NULL);
  for (size_t i = 0; i < 2; i++) end_init(&pair->ends[i], pair);
  return pair;
}

static void pair_free(struct pair *pair) {
  pthread_mutex_destroy(&pair->lock);
  free(pair);
}

/* The proactor owns both connections from here on. The lock keeps their events waiting until both are there to be woken. */
static void accept_pair(pn_listener_t *listener) {
  struct pair *pair = pair_new();
  if (!pair || !pair->ends[CLIENT].raw || !pair->ends[SERVER].raw) {
    fprintf(stderr, "tcp_proxy: out of memory\n");
    exit(1);
  }
  pthread_mutex_lock(&pair->lock);
  pn_listener_raw_accept(listener, pair->ends[CLIENT].raw);
  pn_proactor_raw_connect(proactor, pair->ends[SERVER].raw, target);
  pthread_mutex_unlock(&pair->lock);
}

/* Moving. Each function says whether it has changed something that the other end waits for. */

static void drop(struct buffers *buffers, size_t count) {
  buffers->count -= count;
  memmove(buffers->at, buffers->at + count, buffers->count * sizeof *buffers->at);
}

/* What has been read is full, and the other end's to write; what comes back unused is put away. */
static bool take_full(struct end *end) {
  struct pipe *pipe = &end->in;
  pn_raw_buffer_t buffer;
  bool changed = false;
  while (pn_raw_connection_take_read_buffers(end->raw, &buffer, 1) == 1) {
    struct buffers *to = buffer.size > 0 ? &pipe->full : &pipe->empty;
    to->at[to->count++] = buffer;
    pipe->lent--;
    pipe->busy = changed || buffer.size == buffer.capacity;
    changed |= buffer.size > 0;
  }
  if (!pipe->ended && pn_raw_connection_is_read_closed(end->raw)) pipe->ended = changed = true;
  return changed;
}

/* What has been written is empty, and the other end's to read into; it waits for that if it has no buffer, or much to read. */
static bool take_empty(struct end *end, struct pipe *pipe) {
  struct buffers *empty = &pipe->empty;
  const size_t before = empty->count;
  empty->count += pn_raw_connection_take_written_buffers(end->raw, empty->at + before, BUFFERS - before);
  return empty->count > before && (pipe->lent == 0 || pipe->busy);
}

/* Of little traffic the one buffer that was used last is enough: its memory is in the cache, and that of others is never touched. */
static void lend_empty(struct end *end) {
  struct pipe *pipe = &end->in;
  if (pipe->broken) pn_raw_connection_read_close(end->raw); /* for whom would it read? */
  const size_t most = pipe->busy ? BUFFERS : 1;
  while (pipe->lent < most && pipe->empty.count > 0) {
    if (pn_raw_connection_give_read_buffers(end->raw, &pipe->empty.at[pipe->empty.count - 1], 1) != 1) break;
    pipe->empty.count--;
    pipe->lent++;
  }
}

static void lend_full(struct end *end, struct pipe *pipe) {
  drop(&pipe->full, pn_raw_connection_write_buffers(end->raw, pipe->full.at, pipe->full.count));
  if (pipe->ended && pipe->full.count == 0) pn_raw_connection_write_close(end->raw);
}

/* Whatever can be moved from and to this end is. */
static void move(struct end *end) {
  struct end *other = other_end(end);
  pthread_mutex_lock(&end->pair->lock);
  bool changed = take_full(end);
  changed |= take_empty(end, &other->in);
  lend_empty(end);
  lend_full(end, &other->in);
  if (changed && other->raw) pn_raw_connection_wake(other->raw);
  pthread_mutex_unlock(&end->pair->lock);
}

/* It is over for this end. The other one writes what was read here, reads no more, and so comes to its end, too; the last of the two
 * frees the pair. */
static void part(struct end *end) {
  struct pair *pair = end->pair;
  struct end *other = other_end(end);
  pthread_mutex_lock(&pair->lock);
  end->raw = NULL;
  end->in.ended = true;
  other->in.broken = true;
  const bool last = !other->raw;
  if (!last) pn_raw_connection_wake(other->raw);
  pthread_mutex_unlock(&pair->lock);
  if (last) pair_free(pair);
}

/* Events. */

static void complain(pn_event_t *event, pn_condition_t *condition) {
  if (!pn_condition_is_set(condition)) return;
  fprintf(stderr, "tcp_proxy: %s: %s: %s\n", pn_event_type_name(pn_event_type(event)),
      pn_condition_get_name(condition), pn_condition_get_description(condition));
}

static void say_where(pn_listener_t *listener) {
  char address[PN_MAX_ADDR];
  pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
  printf("listening on %s\n", address);
  fflush(stdout);
}

static void handle(void *context, pn_event_t *event) {
  (void)context;
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN: say_where(pn_event_listener(event)); break;
  case PN_LISTENER_ACCEPT: accept_pair(pn_event_listener(event)); break;
  case PN_LISTENER_CLOSE: complain(event, pn_listener_condition(pn_event_listener(event))); break;
  case PN_RAW_CONNECTION_DISCONNECTED:
    complain(event, pn_raw_connection_condition(raw));
    part(pn_raw_connection_get_context(raw));
    break;
  case PN_RAW_CONNECTION_CONNECTED:
  case PN_RAW_CONNECTION_WAKE:
  case PN_RAW_CONNECTION_READ:
  case PN_RAW_CONNECTION_WRITTEN:
  case PN_RAW_CONNECTION_CLOSED_READ:
  case PN_RAW_CONNECTION_DRAIN_BUFFERS: move(pn_raw_connection_get_context(raw)); break;
  case PN_PROACTOR_INTERRUPT: pn_proactor_disconnect(proactor, NULL); break;
  case PN_PROACTOR_INACTIVE: pn_proactor_stop(proactor); break;
  default: break;
  }
}

/* Threads. */

static void *run(void *context) {
  pn_proactor_run(proactor, handle, context);
  return NULL;
}

static void stop(int number) {
  (void)number;
  pn_proactor_interrupt(proactor); /* NOLINT(bugprone-signal-handler,cert-sig30-c): it may be called here */
}

static unsigned start(pthread_t *threads, unsigned count) {
  unsigned started = 0;
  while (started < count && pthread_create(&threads[started], NULL, run, NULL) == 0) started++;
  return started;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS_MAX];
  const unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
  if (argc < 3 || argc > 4 || count < 1 || count > THREADS_MAX) {
    fprintf(stderr, "usage: %s LISTEN TARGET [THREADS]\n", argv[0]);
    return 2;
  }
  target = argv[2];
  proactor = pn_proactor();
  if (!proactor) {
    fprintf(stderr, "tcp_proxy: out of memory or descriptors\n");
    return 1;
  }
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  pn_proactor_listen(proactor, pn_listener(), argv[1], 1024);
  const unsigned started = start(threads, (unsigned)count - 1);
  run(NULL);
  for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pn_proactor_free(proactor);
  return 0;
}
