/* tls_stream.c: octets through OpenSSL on one bare socket, in large writes: the floor of large messages within TLS.
 *
 * A turn is one write of the client. The server reads into a buffer of the same size, and counts. */
#include "../certificate.h"
#include "../process.h"
#include "socket.h"
#include "tls.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static long turns = 1000, warmup = 100, size = 1000000;
static char *block;

static void serve(void) {
  uint64_t received = 0;
  SSL_CTX *ctx = tls_server();
  const int listener = socket_listen(), connection = socket_accept(listener, 0);
  SSL *ssl = tls_begin(ctx, connection);
  for (size_t now; (now = tls_read(ssl, block, (size_t)size)) != 0;) received += now;
  close(connection);
  SSL_free(ssl);
  SSL_CTX_free(ctx);
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
  certificate_make();
  SSL_CTX *ctx = tls_client();
  const int connection = socket_connect(server_start(serve), 0);
  SSL *ssl = tls_begin(ctx, connection);
  for (long i = 0; i < warmup; i++) tls_write(ssl, block, (size_t)size);
  meter_start();
  for (long i = 0; i < turns; i++) tls_write(ssl, block, (size_t)size);
  SSL_shutdown(ssl);
  shutdown(connection, SHUT_WR);
  while (read(connection, &end, 1) == 1) {
  } /* up to its close: it has read everything. What it wrote are tickets. */
  meter_stop();
  server_check((uint64_t)(warmup + turns) * (uint64_t)size);
  server_join();
  meter_print(turns);
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  certificate_remove();
  free(block);
  return 0;
}
