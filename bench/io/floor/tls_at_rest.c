/* tls_at_rest.c: the memory of OpenSSL's sessions that are open, on bare sockets, and do nothing: the floor of connections at rest
 * within TLS.
 *
 * One after the other is made, and carries one octet. A turn is one session after the first, with which what all share is loaded
 * and made. The memory of the kernel's sockets is not counted. */
#include "../certificate.h"
#include "../process.h"
#include "socket.h"
#include "tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static long turns = 1000;
static SSL **sessions;
static int *sockets;

static void end_all(void) {
  for (long i = 0; i <= turns; i++) {
    SSL_free(sessions[i]);
    close(sockets[i]);
  }
}

static void serve(void) {
  char octet = 1;
  SSL_CTX *ctx = tls_server();
  const int listener = socket_listen();
  for (long i = 0; i <= turns; i++) {
    sockets[i] = socket_accept(listener, 0);
    sessions[i] = tls_begin(ctx, sockets[i]);
    tls_write(sessions[i], &octet, 1);
  }
  while (read(sockets[0], &octet, 1) == 1) {} /* until the client ends */
  end_all();
  SSL_CTX_free(ctx);
  server_counted((uint64_t)turns + 1);
}

static void begin(SSL_CTX *ctx, uint16_t port, long i) {
  char octet;
  sockets[i] = socket_connect(port, 0);
  sessions[i] = tls_begin(ctx, sockets[i]);
  if (tls_read(sessions[i], &octet, 1) != 1) die("the server ended");
}

static void allow_files(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {{"turns", &turns, 1, 1000000, "sessions"}};
  const struct timespec moment = {0, 200000000};
  long client_before, server_before, client_now, server_now;
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  allow_files();
  sessions = calloc((size_t)turns + 1, sizeof(SSL *));
  sockets = calloc((size_t)turns + 1, sizeof *sockets);
  if (!sessions || !sockets) die("out of memory");
  certificate_make();
  SSL_CTX *ctx = tls_client();
  const uint16_t port = server_start(serve);
  begin(ctx, port, 0);
  resident_octets(&client_before, &server_before);
  for (long i = 1; i <= turns; i++) begin(ctx, port, i);
  nanosleep(&moment, NULL);
  resident_octets(&client_now, &server_now);
  end_all();
  server_check((uint64_t)turns + 1);
  server_join();
  printf("turns %ld\nclient_octets %ld\nserver_octets %ld\n", turns, client_now - client_before,
      server_now - server_before);
  SSL_CTX_free(ctx);
  certificate_remove();
  free(sessions);
  free(sockets);
  return 0;
}
