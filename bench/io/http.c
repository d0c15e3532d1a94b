/* http.c: requests of HTTP through a TCP proxy, made by wrk. The server is a bare one with one epoll, which answers whatever comes in
 * one piece with the same 1,024 octets. A turn is one request; wrk makes as many as it can in a second, whatever is asked for. */
#include "floor/socket.h"
#include "process.h"
#include "proxied.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY = 1024, AT_ONCE = 64, LINE = 200 };

static long turns, warmup, connections = 64;

static size_t make_answer(char *answer, size_t room) {
  const int head = snprintf(answer, room, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", BODY);
  memset(answer + head, 'x', BODY);
  return (size_t)head + BODY;
}

static void serve(void) {
  struct epoll_event events[AT_ONCE];
  char octets[4096], answer[BODY + LINE];
  const size_t size = make_answer(answer, sizeof answer);
  const int poller = epoll_create1(0), listener = socket_listen();
  poller_add(poller, listener, EPOLLIN, (uint64_t)listener);
  for (;;) { /* until the client ends it */
    const int count = epoll_wait(poller, events, AT_ONCE, -1);
    for (int i = 0; i < count; i++) {
      const int fd = (int)events[i].data.u64;
      if (fd == listener) {
        const int accepted = socket_accept(listener, SOCK_NONBLOCK);
        poller_add(poller, accepted, EPOLLIN, (uint64_t)accepted);
        continue;
      }
      const ssize_t got = read(fd, octets, sizeof octets);
      if (got <= 0 || send(fd, answer, size, MSG_NOSIGNAL) < 0) close(fd);
    }
  }
}

/* "  99%    1.23ms" */
static double in_seconds(const char *text) {
  char *unit;
  const double value = strtod(text, &unit);
  return strncmp(unit, "us", 2) == 0 ? value * 1e-6 : strncmp(unit, "ms", 2) == 0 ? value * 1e-3 : value;
}

static void run_wrk(uint16_t port) {
  char command[LINE], line[LINE];
  double rate = 0, high = 0;
  snprintf(
      command, sizeof command, "exec wrk -t1 -c%ld -d1s --latency http://127.0.0.1:%u/", connections, port);
  FILE *output = popen(command, "re"); /* NOLINT(cert-env33-c): a number is all that is put into it */
  if (!output) die_errno("wrk");
  while (fgets(line, sizeof line, output)) {
    const char *at;
    if ((at = strstr(line, "99%"))) high = in_seconds(at + 3);
    if ((at = strstr(line, "Requests/sec:"))) rate = strtod(at + strlen("Requests/sec:"), NULL);
    if (strstr(line, "Socket errors") || strstr(line, "Non-2xx")) die("wrk: %s", line);
  }
  if (pclose(output) != 0 || rate <= 0 || high <= 0) die("wrk does not run; is it installed?");
  printf("turns %.0f\nseconds 1\npercentile_99_seconds %.9f\n", rate, high);
}

int main(int argc, char **argv) {
  const struct option_number numbers[] = {
      {"turns", &turns, 1, 100000000, "not used"},
      {"warmup", &warmup, 0, 100000000, "not used"},
      {"connections", &connections, 1, 1000, "of wrk through the proxy"},
  };
  options_read(argc, argv, numbers, sizeof numbers / sizeof *numbers);
  run_wrk(proxy_start(server_start(serve)));
  proxy_stop();
  return 0; /* the server ends with this process */
}
