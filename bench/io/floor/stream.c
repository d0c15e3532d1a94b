/* stream.c: octets on one bare socket, in large writes: the floor of large messages.
 *
 * A turn is one write of the client. The server reads into a buffer of the same size, and counts. */
#include "../process.h"
#include "socket.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static long turns = 1000, warmup = 100, size = 1000000;
static char *block;

static void serve(void) {
  uint64_t received = 0;
  const int listener = socket_listen(), connection = socket_accept(listener, 0);
  for (ssize_t now; (now = read(connection, block, (size_t)size)) != 0; received += (uint64_t)now) {
    if (now < 0) die_errno("read");
  }
  close(connection);
  server_counted(received);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 1000000000, "writes to measure"},
      {"warmup", &warmup, 0, 1000000000, "writes before these"},
      {"size", &size, 1, 64 << 20, "octets of a write"},
  };
  char end;
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  block = calloc(1, (size_t)size);
  if (!block) die("out of memory");
  const int connection = socket_connect(server_start(serve), 0);
  for (long i = 0; i < warmup; i++) socket_write(connection, block, (size_t)size);
  meter_start();
  for (long i = 0; i < turns; i++) socket_write(connection, block, (size_t)size);
  shutdown(connection, SHUT_WR);
  if (socket_read(connection, &end, 1) != 0) die("the server wrote"); /* its close: it has read everything */
  meter_stop();
  server_check((uint64_t)(warmup + turns) * (uint64_t)size);
  server_join();
  meter_print(turns);
  free(block);
  return 0;
}
