/* window_test.c: a session's window that opens while nothing else happens: no event tells of it, and what waits has to leave. */
#include "test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MESSAGES = 10, WINDOW = 2, FRAME_ROOM = 4096, ATTACH = 0x12, TRANSFER = 0x14 };

/* What the peer sends, frame by frame. [2.7.2, 2.7.3, 2.7.4] */
static const unsigned char begin[] = {0, 0, 0, 0x16, 2, 0, 0, 0, 0, 0x53, 0x11, 0xc0, 9,
    4, /* remote channel, next id, windows */
    0x60, 0, 0, 0x43, 0x52, WINDOW, 0x52, 100},
                           attach[] = {0, 0, 0, 0x22, 2, 0, 0, 0, 0, 0x53, 0x12, 0xc0, 21,
                               7, /* name, handle, role, modes, source, target */
                               0xa1, 6, 'o', 'r', 'd', 'e', 'r', 's', 0x43, 0x41, 0x40, 0x40, 0, 0x53, 0x28,
                               0x45, 0, 0x53, 0x29, 0x45},
                           credit[] = {0, 0, 0, 0x18, 2, 0, 0, 0, 0, 0x53, 0x13, 0xc0, 11,
                               7, /* ids and windows, handle, count, credit */
                               0x43, 0x52, WINDOW, 0x43, 0x52, 100, 0x43, 0x43, 0x52, 100},
                           window[] = {0, 0, 0, 0x15, 2, 0, 0, 0, 0, 0x53, 0x13, 0xc0, 8,
                               4, /* ids and windows, and no link */
                               0x52, WINDOW, 0x52, 100, 0x43, 0x52, 100};

static bool send_all(struct actor *actor, pn_event_t *event) {
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN: open_sender(pn_event_connection(event), "orders"); return true;
  case PN_LINK_FLOW:
    if (actor->context) return true;
    actor->context = pn_event_link(event);
    for (int i = 0; i < MESSAGES; i++) send_text(actor->context, "a message");
    return true;
  default: return false;
  }
}

/* Reads frames until that many of one performative have come. */
static bool take(int fd, unsigned code, unsigned count) {
  unsigned char frame[FRAME_ROOM];
  while (count > 0) {
    uint32_t size;
    if (!socket_receive_all(fd, &size, sizeof size)) return false;
    size = ntohl(size);
    if (size < 8 || size > sizeof frame || !socket_receive_all(fd, frame, size - sizeof size)) return false;
    if (size > 10 && frame[4] == 0 && frame[5] == 0x53 && frame[6] == code) count--;
  }
  return true;
}

static void window_opens_without_an_event(void **state) {
  struct host *host = *state;
  char address[ADDRESS];
  unsigned char header[8];
  const struct timeval patience = {20, 0};
  const int listening = socket_listen(address);
  host_start(host, 1);
  struct actor *client = host_connection(host, "client");
  client->handler = send_all;
  pn_proactor_connect2(host->proactor, client->connection, NULL, address);
  const int fd = socket_accept(listening);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  assert_true(socket_receive_all(fd, header, sizeof header));
  assert_memory_equal(header, amqp_header, sizeof header);
  socket_send(fd, amqp_header, sizeof amqp_header);
  socket_send(fd, amqp_open, sizeof amqp_open);
  assert_true(take(fd, ATTACH, 1));
  socket_send(fd, begin, sizeof begin);
  socket_send(fd, attach, sizeof attach);
  socket_send(fd, credit, sizeof credit);
  assert_true(take(fd, TRANSFER, WINDOW));
  socket_send(fd, window, sizeof window);
  assert_true(take(fd, TRANSFER, MESSAGES - WINDOW));
  socket_send(fd, amqp_close, sizeof amqp_close);
  host_until(host, "client", PN_TRANSPORT_CLOSED);
  host_stop(host);
  close(fd);
  close(listening);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(window_opens_without_an_event, host_setup, host_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
