/* zeromq.c: messages from a PUSH to a PULL socket of ZeroMQ, which acknowledges none: what a stream of small
 * messages is compared with.
 *
 * A turn is one message. Each side has the one I/O thread that ZeroMQ starts, and its default limits. */
#include "../process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static long turns = 500000, warmup = 50000, size = 100;

static void *open_socket(void *context, int kind) {
  void *socket = zmq_socket(context, kind);
  if (!socket) die("zmq_socket: %s", zmq_strerror(zmq_errno()));
  return socket;
}

static void serve(void) {
  char name[64];
  size_t length = sizeof name;
  void *context = zmq_ctx_new(), *socket = open_socket(context, ZMQ_PULL);
  char *message = malloc((size_t)size + 1);
  uint64_t received = 0;
  if (!message) die("out of memory");
  if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) die("zmq_bind: %s", zmq_strerror(zmq_errno()));
  if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, name, &length) != 0) die("no endpoint");
  server_ready((uint16_t)strtoul(strrchr(name, ':') + 1, NULL, 10));
  for (uint64_t number; received < (uint64_t)(warmup + turns); received++) {
    const int got = zmq_recv(socket, message, (size_t)size + 1, 0);
    if (got != size) die("message %llu has %d octets", (unsigned long long)received, got);
    memcpy(&number, message, sizeof number);
    if (number != received) die("another message than %llu", (unsigned long long)received);
  }
  server_counted(received);
  free(message);
  zmq_close(socket);
  zmq_ctx_term(context);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 1000000000, "messages to measure"},
      {"warmup", &warmup, 1, 1000000000, "messages before these"},
      {"size", &size, sizeof(uint64_t), 64 << 20, "octets of a message"},
  };
  char name[64];
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  char *message = calloc(1, (size_t)size);
  if (!message) die("out of memory");
  snprintf(name, sizeof name, "tcp://127.0.0.1:%u", server_start(serve));
  void *context = zmq_ctx_new(), *socket = open_socket(context, ZMQ_PUSH);
  if (zmq_connect(socket, name) != 0) die("zmq_connect: %s", zmq_strerror(zmq_errno()));
  for (uint64_t number = 0; number < (uint64_t)(warmup + turns); number++) {
    if (number == (uint64_t)warmup) meter_start();
    memcpy(message, &number, sizeof number);
    if (zmq_send(socket, message, (size_t)size, 0) != size) die("zmq_send: %s", zmq_strerror(zmq_errno()));
  }
  server_check((uint64_t)(warmup + turns));
  meter_stop();
  server_join();
  meter_print(turns);
  free(message);
  zmq_close(socket);
  zmq_ctx_term(context);
  return 0;
}
