/* relay.c: see relay.h. */
#include "relay.h"
#include "harness.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Octets of the first frame or header in what an end has written, 0 if it is not complete. */
static size_t first_frame(const uint8_t *bytes, size_t size) {
  size_t length = 8; /* a header */
  if (size < 8) return 0;
  if (memcmp(bytes, "AMQP", 4) != 0)
    length = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
  if (length < 8 || length > 1 << 16) broken("relay: a frame of %zu octets", length);
  return length <= size ? length : 0;
}

static void pass_on(struct relay *relay, int end, size_t length) {
  int to = relay->ends[!end];
  if (!relay->pause) {
    socket_send(to, relay->from[end].bytes, length);
  } else {
    for (size_t i = 0; i < length; i++) {
      socket_send(to, relay->from[end].bytes + i, 1);
      usleep(relay->pause);
    }
  }
  relay->from[end].size -= length;
  memmove(relay->from[end].bytes, relay->from[end].bytes + length, relay->from[end].size);
  relay->frames++;
}

/* True once it is time to cut. */
static bool pass_on_frames(struct relay *relay, int end) {
  for (size_t length; (length = first_frame(relay->from[end].bytes, relay->from[end].size)) > 0;) {
    if (relay->frames == relay->most) return true;
    pass_on(relay, end, length);
  }
  return false;
}

static bool read_end(struct relay *relay, int end) {
  size_t room = sizeof relay->from[end].bytes - relay->from[end].size;
  size_t size = socket_receive(relay->ends[end], relay->from[end].bytes + relay->from[end].size, room);
  relay->from[end].size += size;
  if (size > 0) return pass_on_frames(relay, end);
  relay->from[end].ended = true;
  shutdown(relay->ends[!end], SHUT_WR);
  return false;
}

static void *run(void *context) {
  struct relay *relay = context;
  relay->ends[0] = socket_accept(relay->listening);
  relay->ends[1] = socket_connect(relay->target);
  while (!relay->cut && !(relay->from[0].ended && relay->from[1].ended)) {
    struct pollfd fds[2];
    for (int end = 0; end < 2; end++)
      fds[end] = (struct pollfd){relay->from[end].ended ? -1 : relay->ends[end], POLLIN, 0};
    poll(fds, 2, -1);
    for (int end = 0; end < 2; end++)
      if (fds[end].revents && !relay->cut) relay->cut = read_end(relay, end);
  }
  for (int end = 0; end < 2; end++)
    if (relay->how == CUT_RESET && relay->cut)
      socket_reset(relay->ends[end]);
    else
      close(relay->ends[end]);
  close(relay->listening);
  return NULL;
}

void relay_start(struct relay *relay) {
  relay->listening = socket_listen(relay->address);
  if (pthread_create(&relay->thread, NULL, run, relay)) broken("no thread");
}

void relay_join(struct relay *relay) { pthread_join(relay->thread, NULL); }
