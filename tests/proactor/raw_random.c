/* raw_random.c: random octets in random pieces through the proxy of examples/, with random half closes.
 *
 *   raw_random SEED THREADS PROXY [ARGUMENT...]       a seed of 0: another one each time
 *
 * The proxy is started with the arguments, and where to listen, the target, and how many threads to use.
 *
 * Pairs of raw connections of this program's own meet through the proxy: a client connects to it, and it to a listener here. Each
 * end sends a stream of random length, in pieces of random size, and reads into buffers of random size; it closes writing when it
 * is through and goes on reading. Which octet stands where follows from stream and position, so that a receiver knows. Every buffer
 * is counted when it is given and when it comes back. A failure names the seed. */
#include <proton/condition.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS = 8, TOTAL = 24000000, THREADS = 2, SLOTS = 16, PIECE = 40000, ARGUMENTS = 16, SECONDS = 250 };

struct piece {
  bool lent;
  char bytes[PIECE];
};

struct end {
  uint64_t random;
  uint32_t sends, receives; /* the numbers of its streams */
  uint64_t length, sent, received;
  bool client;
  bool ended; /* the peer's stream */
  unsigned disconnected;
  struct piece write[SLOTS], read[SLOTS];
};

static pn_proactor_t *proactor;
static unsigned long seed;
static struct end ends[2 * PAIRS];
static atomic_uint accepted;
static atomic_ulong octets;
static char proxy_address[256], own_address[256];
static pid_t proxy;

static _Noreturn void broken(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "raw_random: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, " (seed %lu)\n", seed);
  va_end(arguments);
  if (proxy > 0) kill(proxy, SIGKILL);
  _exit(1);
}

static uint64_t draw(struct end *end) {
  end->random ^= end->random << 13;
  end->random ^= end->random >> 7;
  end->random ^= end->random << 17;
  return end->random;
}

static char octet(uint32_t stream, uint64_t position) {
  return (char)((position * 2654435761U + (uint64_t)stream * 40503U) >> 13);
}

/* Often small, now and then large. */
static uint32_t draw_size(struct end *end) {
  const uint32_t most = (draw(end) & 7) ? 3000 : PIECE;
  return 1 + (uint32_t)(draw(end) % most);
}

/* Buffers, each lent at most once, and expected back. */

static struct piece *spare(struct piece *pieces) {
  for (unsigned i = 0; i < SLOTS; i++)
    if (!pieces[i].lent) return &pieces[i];
  return NULL;
}

static void come_back(struct piece *pieces, const pn_raw_buffer_t *buffer) {
  const uintptr_t number = buffer->context;
  if (number >= SLOTS || pieces[number].bytes != buffer->bytes) broken("a buffer that was never given");
  if (!pieces[number].lent) broken("a buffer came back twice");
  pieces[number].lent = false;
}

static void lend(struct piece *piece, const struct piece *first, size_t taken) {
  if (taken != 1) broken("buffer %td was not taken", piece - first);
  piece->lent = true;
}

static void give_read(struct end *end, pn_raw_connection_t *raw, bool needed) {
  struct piece *piece;
  while (pn_raw_connection_read_buffers_capacity(raw) > 0 && (piece = spare(end->read)) &&
         (needed || (draw(end) & 3))) {
    needed = false;
    const uint32_t offset = (uint32_t)(draw(end) % 100);
    const pn_raw_buffer_t buffer = {.context = (uintptr_t)(piece - end->read),
        .bytes = piece->bytes,
        .capacity = offset + (draw_size(end) % (PIECE - 100)) + 1,
        .offset = offset};
    lend(piece, end->read, pn_raw_connection_give_read_buffers(raw, &buffer, 1));
  }
}

static void give_written(struct end *end, pn_raw_connection_t *raw) {
  struct piece *piece;
  while (end->sent < end->length && pn_raw_connection_write_buffers_capacity(raw) > 0 &&
         (piece = spare(end->write))) {
    const uint64_t left = end->length - end->sent;
    const uint32_t drawn = draw_size(end), size = drawn < left ? drawn : (uint32_t)left;
    const pn_raw_buffer_t buffer = {
        .context = (uintptr_t)(piece - end->write), .bytes = piece->bytes, .capacity = PIECE, .size = size};
    for (uint32_t i = 0; i < size; i++) piece->bytes[i] = octet(end->sends, end->sent + i);
    lend(piece, end->write, pn_raw_connection_write_buffers(raw, &buffer, 1));
    end->sent += size;
  }
  if (end->sent == end->length) pn_raw_connection_write_close(raw);
}

static void take_read(struct end *end, pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_read_buffers(raw, &buffer, 1) == 1) {
    come_back(end->read, &buffer);
    if (buffer.size > 0 && end->ended) broken("octets after the end");
    for (uint32_t i = 0; i < buffer.size; i++)
      if (buffer.bytes[buffer.offset + i] != octet(end->receives, end->received + i))
        broken("stream %u: octet %llu is wrong", end->receives, (unsigned long long)end->received + i);
    end->received += buffer.size;
  }
}

static void take_written(struct end *end, pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_written_buffers(raw, &buffer, 1) == 1) come_back(end->write, &buffer);
}

/* Events. */

static void end_is_over(struct end *end, pn_raw_connection_t *raw) {
  pn_condition_t *condition = pn_raw_connection_condition(raw);
  if (pn_condition_is_set(condition)) broken("%s", pn_condition_get_description(condition));
  for (unsigned i = 0; i < SLOTS; i++)
    if (end->read[i].lent || end->write[i].lent) broken("a buffer did not come back");
  if (end->disconnected++) broken("disconnected twice");
  if (!end->ended || end->sent != end->length) broken("it ended before it was through");
  atomic_fetch_add(&octets, end->received);
}

static void handle_raw(pn_event_t *event, pn_raw_connection_t *raw) {
  struct end *end = pn_raw_connection_get_context(raw);
  switch (pn_event_type(event)) {
  case PN_RAW_CONNECTION_READ: take_read(end, raw); break;
  case PN_RAW_CONNECTION_WRITTEN: take_written(end, raw); break;
  case PN_RAW_CONNECTION_CLOSED_READ: end->ended = true; break;
  case PN_RAW_CONNECTION_DRAIN_BUFFERS:
    take_read(end, raw);
    take_written(end, raw);
    break;
  case PN_RAW_CONNECTION_DISCONNECTED: end_is_over(end, raw); return;
  default: break;
  }
  give_read(end, raw, pn_event_type(event) == PN_RAW_CONNECTION_NEED_READ_BUFFERS);
  if (!(draw(end) & 1) || pn_event_type(event) == PN_RAW_CONNECTION_NEED_WRITE_BUFFERS)
    give_written(end, raw);
  if (!(draw(end) & 15)) pn_raw_connection_wake(raw);
}

/* The first octets would tell which client it is; the proxy keeps no order. So all clients send the same stream, and all servers
 * another, of lengths that the ends draw. */
static pn_raw_connection_t *raw_of(struct end *end) {
  pn_raw_connection_t *raw = pn_raw_connection();
  pn_raw_connection_set_context(raw, end);
  return raw;
}

static void handle(void *context, pn_event_t *event) {
  (void)context;
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  pn_listener_t *listener = pn_event_listener(event);
  if (raw) {
    handle_raw(event, raw);
  } else if (pn_event_type(event) == PN_LISTENER_ACCEPT) {
    const unsigned number = atomic_fetch_add(&accepted, 1);
    if (number >= PAIRS) broken("a connection that nobody made");
    pn_listener_raw_accept(listener, raw_of(&ends[PAIRS + number]));
    if (number + 1 == PAIRS) pn_listener_close(listener);
  } else if (pn_event_type(event) == PN_PROACTOR_INACTIVE) {
    pn_proactor_stop(proactor);
  }
}

static void *run(void *context) {
  pn_proactor_run(proactor, handle, context);
  return NULL;
}

/* The proxy, as a process of its own, that says where it listens. */
static void start_proxy(int count, char **words, char *threads) {
  int output[2];
  char line[300];
  char *arguments[ARGUMENTS] = {NULL};
  if (count + 3 >= ARGUMENTS) broken("too many arguments");
  memcpy(arguments, words, (size_t)count * sizeof *words);
  char listen[] = "127.0.0.1:0", *const own[] = {listen, own_address, threads};
  memcpy(arguments + count, own, sizeof own);
  if (pipe(output)) broken("no pipe");
  proxy = fork();
  if (proxy == 0) {
    dup2(output[1], STDOUT_FILENO);
    close(output[0]);
    close(output[1]);
    execv(arguments[0], arguments);
    _exit(127);
  }
  close(output[1]);
  FILE *file = fdopen(output[0], "r");
  if (!file || !fgets(line, sizeof line, file) || sscanf(line, "listening on %255s", proxy_address) != 1)
    broken("the proxy does not listen");
  fclose(file);
}

static void listen_here(void) {
  pn_listener_t *listener = pn_listener();
  pn_proactor_listen(proactor, listener, "127.0.0.1:0", PAIRS);
  for (;;) {
    pn_event_batch_t *batch = pn_proactor_wait(proactor);
    pn_event_t *event;
    bool open = false;
    while ((event = pn_event_batch_next(batch))) open |= pn_event_type(event) == PN_LISTENER_OPEN;
    if (open) pn_netaddr_str(pn_listener_addr(listener), own_address, sizeof own_address);
    pn_proactor_done(proactor, batch);
    if (open) return;
  }
}

static void too_long(int number) {
  (void)number;
  static const char text[] = "raw_random: it takes too long\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(3);
  if (proxy > 0) kill(proxy, SIGKILL);
  _exit(1);
}

/* TOTAL octets in all, or more. */
static void draw_ends(void) {
  for (unsigned i = 0; i < 2 * PAIRS; i++) {
    struct end *end = &ends[i];
    end->client = i < PAIRS;
    end->random = (seed + 1) * 0x9e3779b97f4a7c15U + i;
    end->sends = end->client;
    end->receives = !end->client;
    end->length = TOTAL / (2 * PAIRS) + draw(end) % (TOTAL / (4 * PAIRS));
  }
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS];
  uint64_t sent[2] = {0}, received[2] = {0};
  int status = 0;
  if (argc < 4) return 2;
  seed = strtoul(argv[1], NULL, 10);
  if (seed == 0) seed = (unsigned long)getpid();
  signal(SIGALRM, too_long);
  alarm(SECONDS);
  proactor = pn_proactor();
  draw_ends();
  listen_here();
  start_proxy(argc - 3, argv + 3, argv[2]);
  for (unsigned i = 0; i < PAIRS; i++) pn_proactor_raw_connect(proactor, raw_of(&ends[i]), proxy_address);
  for (unsigned i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, run, NULL);
  for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  pn_proactor_free(proactor);
  for (unsigned i = 0; i < 2 * PAIRS; i++) {
    if (ends[i].disconnected != 1) broken("an end that did not end");
    sent[ends[i].client] += ends[i].sent;
    received[!ends[i].client] += ends[i].received;
  }
  if (sent[0] != received[0] || sent[1] != received[1]) broken("received is not what was sent");
  kill(proxy, SIGTERM);
  if (waitpid(proxy, &status, 0) != proxy || status != 0) broken("the proxy ended with status 0x%x", status);
  printf("%lu octets, every buffer back once\n", atomic_load(&octets));
  return 0;
}
