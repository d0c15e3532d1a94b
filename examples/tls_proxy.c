/* tls_proxy.c: puts TLS on TCP connections, or takes it off, on several threads.
 *
 *   tls_proxy accept CERTIFICATE KEY LISTEN TARGET [THREADS]
 *   tls_proxy connect AUTHORITIES NAME LISTEN TARGET [THREADS]
 *
 * `accept` speaks TLS with who connects, as a server with that certificate, and plainly with TARGET; `connect` is spoken to plainly
 * and connects to TARGET with TLS, which has to show a certificate for NAME by one of these authorities. Two of them back to back
 * make a tunnel.
 *
 * Each pair of connections has an end that is SECURE, one that is PLAIN, and a TLS session between them:
 *
 *   socket --read--> [in]  --decrypt--> [out] --write--> socket
 *   SECURE                                                PLAIN
 *   socket <--write-- [out] <--encrypt-- [in]  <--read-- socket
 *
 * Each of the four pipes has a few buffers that go round: empty, lent to be filled, full, lent to be emptied. That is all there is of
 * flow control: who does not read leaves no buffer empty, so that nothing is decrypted, and in the end nothing read, for him.
 *
 * Ends are carried through: an end of stream on the plain side becomes close_notify, close_notify an end of stream, and the other
 * direction goes on. A stream that ends without close_notify may have been cut off. That is a failure, as is what TLS refuses: the
 * pair is closed, and a client that was spoken to in TLS is not told that all is well.
 *
 * The two ends of a pair may be handled by two threads at the same time. What they share, the session too, is guarded by the pair's
 * mutex; an end that has something for the other wakes it. */
#include <proton/condition.h>
#include <proton/listener.h>
#include <proton/netaddr.h>
#include <proton/proactor.h>
#include <proton/raw_connection.h>
#include <proton/tls.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFERS = 4, BUFFER_SIZE = 16384, THREADS_MAX = 64 }; /* a session takes 4 of each kind */
enum { PLAIN, SECURE };

struct buffers {
  pn_raw_buffer_t at[BUFFERS];
  size_t count;
};

struct pipe {
  struct buffers full, empty;
  bool ended; /* nothing more will be put into it */
  char memory[BUFFERS][BUFFER_SIZE];
};

struct end {
  struct pair *pair;
  pn_raw_connection_t *raw; /* NULL once it is disconnected */
  struct pipe in, out;      /* what is read here, what is written here */
  bool deaf;                /* nothing that is read here is of use to anybody */
  bool moved;               /* its pipes have changed since it looked at them */
};

struct pair {
  pthread_mutex_t lock;
  pn_tls_t *tls;
  size_t inside; /* buffers of the plain end's input that the session has */
  bool told, failed;
  struct end ends[2];
};

static pn_proactor_t *proactor;
static pn_tls_config_t *config;
static const char *target, *peer_name;
static int client; /* which end is who connects to here */

/* Pairs. */

static struct end *other_end(struct end *end) { return &end->pair->ends[end == &end->pair->ends[PLAIN]]; }

static void pipe_init(struct pipe *pipe) {
  for (size_t i = 0; i < BUFFERS; i++)
    pipe->empty.at[i] = (pn_raw_buffer_t){.bytes = pipe->memory[i], .capacity = BUFFER_SIZE};
  pipe->empty.count = BUFFERS;
}

static void end_init(struct end *end, struct pair *pair) {
  end->pair = pair;
  end->raw = pn_raw_connection();
  if (end->raw) pn_raw_connection_set_context(end->raw, end);
  pipe_init(&end->in);
  pipe_init(&end->out);
}

static struct pair *pair_new(void) {
  struct pair *pair = calloc(1, sizeof *pair);
  if (!pair) return NULL;
  pthread_mutex_init(&pair->lock, NULL);
  for (size_t i = 0; i < 2; i++) end_init(&pair->ends[i], pair);
  pair->tls = pn_tls(config);
  if (pair->tls && peer_name) pn_tls_set_peer_hostname(pair->tls, peer_name);
  return pair;
}

static void pair_free(struct pair *pair) {
  pthread_mutex_destroy(&pair->lock);
  pn_tls_free(pair->tls);
  free(pair);
}

/* The proactor owns both connections from here on. The lock keeps their events waiting until both are there to be woken. */
static void accept_pair(pn_listener_t *listener) {
  struct pair *pair = pair_new();
  if (!pair || !pair->tls || !pair->ends[PLAIN].raw || !pair->ends[SECURE].raw || pn_tls_start(pair->tls)) {
    fprintf(stderr, "tls_proxy: out of memory\n");
    exit(1);
  }
  pthread_mutex_lock(&pair->lock);
  pn_listener_raw_accept(listener, pair->ends[client].raw);
  pn_proactor_raw_connect(proactor, pair->ends[!client].raw, target);
  pthread_mutex_unlock(&pair->lock);
}

/* Say what went wrong, the first thing only. */
static void fail(struct pair *pair, const char *what, const char *why) {
  if (!pair->failed) fprintf(stderr, "tls_proxy: %s: %s\n", what, why);
  pair->failed = true;
}

/* Moving from socket to pipes and back. */

static void drop(struct buffers *buffers, size_t count) {
  buffers->count -= count;
  memmove(buffers->at, buffers->at + count, buffers->count * sizeof *buffers->at);
}

/* What has been read is full; what comes back unused is put away. */
static void take_read(struct end *end) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_read_buffers(end->raw, &buffer, 1) == 1) {
    struct buffers *to = buffer.size > 0 ? &end->in.full : &end->in.empty;
    to->at[to->count++] = buffer;
  }
  if (pn_raw_connection_is_read_closed(end->raw)) end->in.ended = true;
}

static void take_written(struct end *end) {
  struct buffers *empty = &end->out.empty;
  empty->count +=
      pn_raw_connection_take_written_buffers(end->raw, empty->at + empty->count, BUFFERS - empty->count);
}

static void lend_empty(struct end *end) {
  struct buffers *empty = &end->in.empty;
  if (end->deaf) pn_raw_connection_read_close(end->raw);
  drop(empty, pn_raw_connection_give_read_buffers(end->raw, empty->at, empty->count));
}

static void lend_full(struct end *end) {
  struct buffers *full = &end->out.full;
  drop(full, pn_raw_connection_write_buffers(end->raw, full->at, full->count));
  if (end->pair->failed)
    pn_raw_connection_close(end->raw);
  else if (end->out.ended && full->count == 0)
    pn_raw_connection_write_close(end->raw);
}

/* Moving through the session: from the pipe of one end to that of the other. */

typedef size_t give_fn(pn_tls_t *tls, pn_raw_buffer_t const *buffers, size_t count);
typedef size_t take_fn(pn_tls_t *tls, pn_raw_buffer_t *buffers, size_t count);

static const struct direction {
  give_fn *give_in, *give_out;
  take_fn *take_in, *take_out;
} directions[] = {/* by the end that it begins at */
    [PLAIN] = {pn_tls_give_encrypt_input_buffers, pn_tls_give_encrypt_output_buffers,
        pn_tls_take_encrypt_input_buffers, pn_tls_take_encrypt_output_buffers},
    [SECURE] = {pn_tls_give_decrypt_input_buffers, pn_tls_give_decrypt_output_buffers,
        pn_tls_take_decrypt_input_buffers, pn_tls_take_decrypt_output_buffers}};

static size_t give(pn_tls_t *tls, give_fn *function, struct buffers *buffers) {
  const size_t given = function(tls, buffers->at, buffers->count);
  drop(buffers, given);
  return given;
}

static size_t take(pn_tls_t *tls, take_fn *function, struct buffers *buffers) {
  const size_t taken = function(tls, buffers->at + buffers->count, BUFFERS - buffers->count);
  buffers->count += taken;
  return taken;
}

static void give_all(struct pair *pair, int from) {
  const size_t given = give(pair->tls, directions[from].give_in, &pair->ends[from].in.full);
  if (from == PLAIN) pair->inside += given;
  give(pair->tls, directions[from].give_out, &pair->ends[!from].out.empty);
}

static void take_all(struct pair *pair, int from) {
  const size_t used = take(pair->tls, directions[from].take_in, &pair->ends[from].in.empty);
  const size_t filled = take(pair->tls, directions[from].take_out, &pair->ends[!from].out.full);
  if (from == PLAIN) pair->inside -= used;
  pair->ends[from].moved |= used > 0;
  pair->ends[!from].moved |= filled > 0;
}

static void process(struct pair *pair) {
  char why[256];
  for (int from = PLAIN; from <= SECURE; from++) give_all(pair, from);
  if (pn_tls_process(pair->tls) != 0) {
    pn_tls_get_session_error_string(pair->tls, why, sizeof why);
    fail(pair, "TLS", why);
  }
  for (int from = PLAIN; from <= SECURE; from++) take_all(pair, from);
}

static void end_pipe(struct end *end) {
  end->moved |= !end->out.ended;
  end->out.ended = true;
}

/* The end of what was read at the plain end: the peer is told, and when that is on its way too, all has been. */
static void carry_end_of_plain(struct pair *pair) {
  const struct pipe *in = &pair->ends[PLAIN].in;
  if (!in->ended || in->full.count > 0 || pair->inside > 0 || !pn_tls_is_secure(pair->tls)) return;
  if (!pair->told) {
    pn_tls_close_output(pair->tls);
    process(pair);
  }
  pair->told = true;
  if (!pn_tls_is_encrypt_output_pending(pair->tls)) end_pipe(&pair->ends[SECURE]);
}

/* The end of what was decrypted, if the peer has said so; what follows that is of no interest. */
static void carry_end_of_secure(struct pair *pair) {
  struct end *end = &pair->ends[SECURE];
  if (pn_tls_is_decrypt_output_pending(pair->tls)) return;
  if (pn_tls_is_input_closed(pair->tls)) {
    end->moved |= !end->deaf;
    end->deaf = true;
    end_pipe(&pair->ends[PLAIN]);
  } else if (end->in.ended && end->in.full.count == 0 && end->in.empty.count == BUFFERS) {
    fail(pair, "TLS", "the stream ended without close_notify: it may have been cut off");
  }
}

static void move_through(struct pair *pair) {
  const bool failed = pair->failed;
  process(pair);
  carry_end_of_plain(pair);
  carry_end_of_secure(pair);
  for (int i = 0; i < 2; i++) pair->ends[i].moved |= pair->failed && !failed;
}

/* Whatever can be moved from, through and to this end is. */
static void move(struct end *end) {
  struct end *other = other_end(end);
  pthread_mutex_lock(&end->pair->lock);
  take_read(end);
  take_written(end);
  move_through(end->pair);
  lend_empty(end);
  lend_full(end);
  end->moved = false;
  if (other->raw && other->moved) pn_raw_connection_wake(other->raw);
  pthread_mutex_unlock(&end->pair->lock);
}

/* It is over for this end. What was read here goes on to the other one, which reads no more and so comes to its end, too; the last
 * of the two frees the pair. */
static void part(struct end *end, pn_condition_t *condition) {
  struct pair *pair = end->pair;
  struct end *other = other_end(end);
  pthread_mutex_lock(&pair->lock);
  if (pn_condition_is_set(condition)) {
    /* A secure end has told all that there is to tell by close_notify, however its socket ends. */
    if (end == &pair->ends[PLAIN] || !pn_tls_is_input_closed(pair->tls))
      fail(pair, pn_condition_get_name(condition), pn_condition_get_description(condition));
  }
  end->raw = NULL;
  end->in.ended = true;
  other->deaf = true;
  const bool last = !other->raw;
  if (!last) pn_raw_connection_wake(other->raw);
  pthread_mutex_unlock(&pair->lock);
  if (last) pair_free(pair);
}

/* Events. */

static void say_where(pn_listener_t *listener) {
  char address[PN_MAX_ADDR];
  pn_netaddr_str(pn_listener_addr(listener), address, sizeof address);
  printf("listening on %s\n", address);
  fflush(stdout);
}

static void say_why(pn_condition_t *condition) {
  if (!pn_condition_is_set(condition)) return;
  fprintf(stderr, "tls_proxy: %s: %s\n", pn_condition_get_name(condition),
      pn_condition_get_description(condition));
}

static void handle(void *context, pn_event_t *event) {
  (void)context;
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  switch (pn_event_type(event)) {
  case PN_LISTENER_OPEN: say_where(pn_event_listener(event)); break;
  case PN_LISTENER_ACCEPT: accept_pair(pn_event_listener(event)); break;
  case PN_LISTENER_CLOSE: say_why(pn_listener_condition(pn_event_listener(event))); break;
  case PN_RAW_CONNECTION_DISCONNECTED:
    part(pn_raw_connection_get_context(raw), pn_raw_connection_condition(raw));
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

static bool configure(char **argv) {
  if (strcmp(argv[1], "accept") == 0) {
    client = SECURE;
    config = pn_tls_config(PN_TLS_MODE_SERVER);
    return config && pn_tls_config_set_credentials(config, argv[2], argv[3], NULL) == 0;
  }
  client = PLAIN;
  peer_name = argv[3];
  config = pn_tls_config(PN_TLS_MODE_CLIENT);
  return config && pn_tls_config_set_trusted_certs(config, argv[2]) == 0 &&
         pn_tls_config_set_peer_authentication(config, PN_TLS_VERIFY_PEER_NAME, NULL) == 0;
}

int main(int argc, char **argv) {
  pthread_t threads[THREADS_MAX];
  const unsigned long count = argc > 6 ? strtoul(argv[6], NULL, 10) : 1;
  const bool known = argc > 1 && (strcmp(argv[1], "accept") == 0 || strcmp(argv[1], "connect") == 0);
  if (!known || argc < 6 || argc > 7 || count < 1 || count > THREADS_MAX) {
    fprintf(stderr,
        "usage: %s accept CERTIFICATE KEY LISTEN TARGET [THREADS]\n"
        "       %s connect AUTHORITIES NAME LISTEN TARGET [THREADS]\n",
        argv[0], argv[0]);
    return 2;
  }
  target = argv[5];
  proactor = pn_proactor();
  if (!proactor || !configure(argv)) {
    fprintf(stderr, "tls_proxy: cannot be set up: see that %s and %s are what they should be\n", argv[2],
        argv[3]);
    return 1;
  }
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  pn_proactor_listen(proactor, pn_listener(), argv[4], 1024);
  unsigned started = 0;
  while (started < count - 1 && pthread_create(&threads[started], NULL, run, NULL) == 0) started++;
  run(NULL);
  for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pn_proactor_free(proactor);
  pn_tls_config_free(config);
  return 0;
}
