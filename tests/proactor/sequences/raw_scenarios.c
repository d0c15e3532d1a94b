/* raw_scenarios.c: raw connections, with each other or with a bare socket.
 *
 * A raw actor follows rules: what it does at an event. Besides, it takes what comes back at READ, WRITTEN and DRAIN_BUFFERS, unless
 * a rule says HOLD. What the calls say is noted as words: "gave=2", "took=hello", "wrote=1", "written=5".
 *
 * Not played here is what Proton does not come to the end of: a connection that is woken and then refused, one that is accepted where
 * nobody waits, one that is reset while it has no buffers, one that is closed before it is connected, pn_proactor_disconnect.
 * ../raw_end_test.c has them. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What may be done at an event, in this order. */
enum {
  GIVE = 1 << 0,       /* two buffers to read into */
  WRITE = 1 << 1,      /* "hello" */
  WRITE_NONE = 1 << 2, /* a buffer of no octets */
  WRITE_MUCH = 1 << 3, /* 16 buffers of a megabyte each, and one more */
  READ_CLOSE = 1 << 4,
  WRITE_CLOSE = 1 << 5,
  CLOSE = 1 << 6,
  WAKE = 1 << 7,
  TAKE = 1 << 8,
  NOTE = 1 << 9,    /* capacities, and which sides are closed */
  THRICE = 1 << 10, /* at the first three of these events, not only at the first */
  HOLD = 1 << 11,   /* nothing is taken at these events by itself */
  ECHO = 1 << 12    /* what is taken is written back */
};

struct rule {
  pn_event_type_t on; /* PN_EVENT_NONE: the last rule */
  unsigned does;
};

#define ON(event) PN_RAW_CONNECTION_##event

enum { SIZE = 16, SLOTS = 16, MUCH = 1 << 20 };

/* Each scenario has a process of its own. Buffers go out in turn. */
static char memory[256][SIZE], much[MUCH];
static atomic_uint next_buffer;

static void give(struct actor *actor, pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffers[2] = {{.size = 3}, {.size = 3}};
  for (int i = 0; i < 2; i++) {
    buffers[i].bytes = memory[atomic_fetch_add(&next_buffer, 1) % 256];
    buffers[i].capacity = SIZE;
  }
  actor_note(actor, "gave=%zu", pn_raw_connection_give_read_buffers(raw, buffers, 2));
}

static void write_text(struct actor *actor, pn_raw_connection_t *raw, const char *text) {
  pn_raw_buffer_t buffer = {.bytes = memory[atomic_fetch_add(&next_buffer, 1) % 256], .capacity = SIZE};
  buffer.size = (uint32_t)snprintf(buffer.bytes, SIZE, "%s", text);
  actor_note(actor, "wrote=%zu", pn_raw_connection_write_buffers(raw, &buffer, 1));
}

static void write_much(struct actor *actor, pn_raw_connection_t *raw) {
  pn_raw_buffer_t buffers[SLOTS + 1];
  for (int i = 0; i <= SLOTS; i++)
    buffers[i] = (pn_raw_buffer_t){.bytes = much, .capacity = MUCH, .size = MUCH};
  actor_note(actor, "wrote=%zu", pn_raw_connection_write_buffers(raw, buffers, SLOTS + 1));
}

/* All that comes back; what was read is noted as text. */
static void take(struct actor *actor, pn_raw_connection_t *raw, bool echo) {
  pn_raw_buffer_t buffer;
  while (pn_raw_connection_take_read_buffers(raw, &buffer, 1) == 1) {
    actor_note(actor, "took=%.*s", (int)buffer.size, buffer.bytes + buffer.offset);
    if (buffer.size == 0) continue;
    actor->received++;
    if (!echo) continue;
    actor_note(actor, "wrote=%zu", pn_raw_connection_write_buffers(raw, &buffer, 1));
    give(actor, raw);
  }
  while (pn_raw_connection_take_written_buffers(raw, &buffer, 1) == 1) {
    if (buffer.bytes != much) actor_note(actor, "written=%u", buffer.size);
    actor->settled++;
  }
}

static void note(struct actor *actor, pn_raw_connection_t *raw) {
  actor_note(actor, "capacity=%zu,%zu closed=%d,%d", pn_raw_connection_read_buffers_capacity(raw),
      pn_raw_connection_write_buffers_capacity(raw), pn_raw_connection_is_read_closed(raw),
      pn_raw_connection_is_write_closed(raw));
}

static void act(struct actor *actor, pn_raw_connection_t *raw, unsigned does) {
  if (does & GIVE) give(actor, raw);
  if (does & WRITE) write_text(actor, raw, "hello");
  if (does & WRITE_NONE) write_text(actor, raw, "");
  if (does & WRITE_MUCH) write_much(actor, raw);
  if (does & READ_CLOSE) pn_raw_connection_read_close(raw);
  if (does & WRITE_CLOSE) pn_raw_connection_write_close(raw);
  if (does & CLOSE) pn_raw_connection_close(raw);
  if (does & WAKE) pn_raw_connection_wake(raw);
  if (does & TAKE) take(actor, raw, false);
  if (does & NOTE) note(actor, raw);
}

static bool follow(struct actor *actor, pn_event_t *event) {
  pn_raw_connection_t *raw = pn_event_raw_connection(event);
  const pn_event_type_t type = pn_event_type(event);
  unsigned does = 0, always = 0;
  for (const struct rule *rule = actor->context; rule && rule->on != PN_EVENT_NONE; rule++) {
    if (rule->on != type) continue;
    always |= rule->does & (HOLD | ECHO);
    if (actor->seen[type] == 1 || (rule->does & THRICE && actor->seen[type] <= 3)) does |= rule->does;
  }
  const bool comes_back = type == ON(READ) || type == ON(WRITTEN) || type == ON(DRAIN_BUFFERS);
  if (comes_back && !(always & HOLD)) take(actor, raw, always & ECHO);
  act(actor, raw, does);
  if (type == ON(DISCONNECTED)) note(actor, raw);
  return true;
}

static struct actor *raw_with(struct host *host, const char *name, const struct rule *rules) {
  struct actor *actor = host_raw(host, name);
  actor->handler = follow;
  actor->context = (void *)(uintptr_t)rules;
  return actor;
}

static void connect_raw(struct host *host, const char *address, const struct rule *rules, unsigned before) {
  struct actor *raw = raw_with(host, "raw", rules);
  act(raw, raw->raw, before);
  pn_proactor_raw_connect(host->proactor, raw->raw, address);
}

/* "raw" is connected to a socket that the scenario plays. */
static int connected(struct host *host, const struct rule *rules) {
  char address[ADDRESS];
  int listening = socket_listen(address);
  connect_raw(host, address, rules, 0);
  host_until(host, "raw", ON(CONNECTED));
  int fd = socket_accept(listening);
  close(listening);
  return fd;
}

/* As long as it is there. */
static void wake(struct host *host) { pn_raw_connection_wake(host_actor(host, "raw")->raw); }

/* What a socket sees: how much, and that it is the end. */
static void expect(struct host *host, int fd, size_t expected) {
  char bytes[64];
  size_t size = 0;
  for (size_t received; (received = socket_receive(fd, bytes, sizeof bytes)) > 0;) size += received;
  if (size != expected) actor_note(host_actor(host, "raw"), "peer=%zu", size);
}

/* It is not connected. */

static void raw_refused(struct host *host) {
  connect_raw(host, closed_address(), NULL, 0);
  until_inactive(host);
}

static void raw_refused_with_buffers(struct host *host) {
  connect_raw(host, closed_address(), NULL, GIVE | WRITE);
  until_inactive(host);
}

static void raw_unresolved(struct host *host) {
  connect_raw(host, "no-such-host.invalid:1", NULL, 0);
  host_until(host, "raw", ON(DISCONNECTED));
}

/* Needs. */

static void raw_needs(struct host *host) {
  static const struct rule rules[] = {{ON(WAKE), CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  wake(host);
  until_inactive(host);
  close(fd);
}

static void raw_needs_no_buffers_twice(struct host *host) {
  static const struct rule rules[] = {
      {ON(NEED_WRITE_BUFFERS), WRITE | THRICE}, {ON(WAKE), GIVE}, {ON(WRITTEN), WAKE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until_count(host, "raw", ON(WRITTEN), 3);
  socket_reset(fd);
  until_inactive(host);
}

static void raw_buffers_given_before(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), NOTE}, {ON(WRITTEN), CLOSE}, {PN_EVENT_NONE}};
  char address[ADDRESS];
  int listening = socket_listen(address);
  connect_raw(host, address, rules, GIVE | WRITE);
  until_inactive(host);
  expect(host, socket_accept(listening), 5);
  close(listening);
}

static void raw_buffers_given_late(struct host *host) {
  static const struct rule rules[] = {{ON(WAKE), GIVE | NOTE}, {ON(READ), CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  socket_send(fd, "early", 5);
  wake(host);
  until_inactive(host);
  close(fd);
}

static void raw_read_into_one_after_another(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE}, {ON(READ), HOLD}, {ON(WAKE), TAKE | CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  socket_send(fd, "more than sixteen octets", 24);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  wake(host);
  until_inactive(host);
  close(fd);
}

static void raw_too_many_buffers(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), WRITE_MUCH | NOTE}, {ON(WAKE), NOTE | CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(WRITTEN));
  wake(host);
  host_until(host, "raw", ON(WAKE));
  socket_reset(fd);
  until_inactive(host);
}

/* Closing. */

static void closes(struct host *host, const struct rule *rules, size_t expected) {
  int fd = connected(host, rules);
  until_inactive(host);
  expect(host, fd, expected);
  close(fd);
}

static void raw_close(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), CLOSE | NOTE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_close_with_read_buffers(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE | CLOSE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_close_with_buffers_queued(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE | WRITE | CLOSE | NOTE}, {PN_EVENT_NONE}};
  closes(host, rules, 5);
}

static void raw_close_with_no_octets_queued(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), WRITE | WRITE_NONE | CLOSE}, {PN_EVENT_NONE}};
  closes(host, rules, 5);
}

static void raw_close_and_buffers_after(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), CLOSE}, {ON(CLOSED_READ), GIVE | WRITE | NOTE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_close_when_needed(struct host *host) {
  static const struct rule rules[] = {{ON(NEED_WRITE_BUFFERS), CLOSE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_close_one_side_then_the_other(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), READ_CLOSE | NOTE}, {ON(CLOSED_READ), WRITE_CLOSE | NOTE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_drained_and_not_taken(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE | WRITE | CLOSE}, {ON(WRITTEN), HOLD},
      {ON(DRAIN_BUFFERS), HOLD}, {ON(READ), HOLD}, {ON(DISCONNECTED), TAKE}, {PN_EVENT_NONE}};
  closes(host, rules, 5);
}

/* Half closes. */

static void raw_write_close(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE | WRITE | WRITE_CLOSE | NOTE}, {ON(READ), GIVE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(WRITTEN));
  expect(host, fd, 5);
  socket_send(fd, "answer", 6);
  host_until(host, "raw", ON(READ));
  close(fd);
  until_inactive(host);
}

static void raw_read_close(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE | READ_CLOSE | NOTE}, {ON(CLOSED_READ), TAKE},
      {ON(NEED_WRITE_BUFFERS), WRITE}, {ON(WRITTEN), WRITE_CLOSE}, {PN_EVENT_NONE}};
  closes(host, rules, 5);
}

static void raw_peer_half_closes(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE}, {ON(CLOSED_READ), WRITE | NOTE}, {ON(WRITTEN), WRITE_CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  socket_send(fd, "last", 4);
  host_until(host, "raw", ON(READ));
  shutdown(fd, SHUT_WR);
  until_inactive(host);
  expect(host, fd, 5);
  close(fd);
}

static void raw_peer_closes(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE}, {ON(CLOSED_READ), CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_WRITE_BUFFERS));
  close(fd);
  until_inactive(host);
}

static void raw_peer_closes_without_buffers(struct host *host) {
  static const struct rule rules[] = {{ON(WAKE), GIVE}, {ON(CLOSED_READ), CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  close(fd);
  wake(host);
  until_inactive(host);
}

static void raw_peer_resets(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_WRITE_BUFFERS));
  socket_reset(fd);
  until_inactive(host);
}

/* Wakes. */

static void raw_wakes_merge(struct host *host) {
  static const struct rule rules[] = {{ON(WAKE), CLOSE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  host_get(host);
  for (int i = 0; i < 5; i++) wake(host);
  until_inactive(host);
  close(fd);
}

static void raw_woken_right_after_connect(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), CLOSE}, {PN_EVENT_NONE}};
  char address[ADDRESS];
  int listening = socket_listen(address);
  connect_raw(host, address, rules, 0);
  wake(host);
  host_until(host, "raw", ON(DISCONNECTED));
  actor_note(host_actor(host, "raw"), "wakes=%u", host_actor(host, "raw")->seen[ON(WAKE)]);
  close(listening);
}

static void raw_woken_when_connected(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), WAKE | GIVE}, {ON(WAKE), CLOSE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_woken_while_closing(struct host *host) {
  static const struct rule rules[] = {{ON(CONNECTED), GIVE | WRITE | CLOSE | WAKE}, {PN_EVENT_NONE}};
  closes(host, rules, 5);
}

static void raw_woken_when_both_sides_are_closed(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE | CLOSE}, {ON(CLOSED_WRITE), WAKE}, {ON(DRAIN_BUFFERS), WAKE}, {PN_EVENT_NONE}};
  closes(host, rules, 0);
}

static void raw_does_all_when_woken(struct host *host) {
  static const struct rule rules[] = {
      {ON(WAKE), GIVE | WRITE | WRITE_CLOSE}, {ON(CLOSED_READ), NOTE}, {PN_EVENT_NONE}};
  int fd = connected(host, rules);
  host_until(host, "raw", ON(NEED_READ_BUFFERS));
  socket_send(fd, "waiting", 7);
  host_get(host); /* it knows of that */
  wake(host);
  host_until(host, "raw", ON(READ));
  expect(host, fd, 5);
  close(fd);
  until_inactive(host);
}

/* With one another. */

static bool accept_echo(struct actor *listener, pn_event_t *event) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE}, {ON(READ), ECHO}, {ON(CLOSED_READ), WRITE_CLOSE}, {PN_EVENT_NONE}};
  if (pn_event_type(event) != PN_LISTENER_ACCEPT) return true;
  pn_listener_raw_accept(pn_event_listener(event), raw_with(listener->host, "server", rules)->raw);
  pn_listener_close(pn_event_listener(event));
  return true;
}

static void raw_echo(struct host *host) {
  static const struct rule rules[] = {
      {ON(CONNECTED), GIVE | WRITE}, {ON(READ), GIVE | WRITE_CLOSE}, {PN_EVENT_NONE}};
  struct actor *listener = host_listen_open(host, accept_echo);
  connect_raw(host, listener_address(listener), rules, 0);
  until_inactive(host);
}

static void raw_echo_to_a_socket(struct host *host) {
  char bytes[5];
  int fd = socket_connect(listener_address(host_listen_open(host, accept_echo)));
  for (int i = 0; i < 3; i++) {
    socket_send(fd, "hello", 5);
    host_until_count(host, "server", ON(WRITTEN), (unsigned)i + 1);
    if (!socket_receive_all(fd, bytes, sizeof bytes)) broken("no echo");
  }
  close(fd);
  until_inactive(host);
}

const struct scenario raw_scenarios[] = {
    {"raw_refused", raw_refused},
    {"raw_refused_with_buffers", raw_refused_with_buffers},
    {"raw_unresolved", raw_unresolved, ALONE},
    {"raw_needs", raw_needs},
    {"raw_needs_no_buffers_twice", raw_needs_no_buffers_twice, ALONE},
    {"raw_buffers_given_before", raw_buffers_given_before},
    {"raw_buffers_given_late", raw_buffers_given_late},
    {"raw_read_into_one_after_another", raw_read_into_one_after_another},
    {"raw_too_many_buffers", raw_too_many_buffers, ALONE},
    {"raw_close", raw_close},
    {"raw_close_with_read_buffers", raw_close_with_read_buffers},
    {"raw_close_with_buffers_queued", raw_close_with_buffers_queued},
    {"raw_close_with_no_octets_queued", raw_close_with_no_octets_queued},
    {"raw_close_and_buffers_after", raw_close_and_buffers_after},
    {"raw_close_when_needed", raw_close_when_needed},
    {"raw_close_one_side_then_the_other", raw_close_one_side_then_the_other},
    {"raw_drained_and_not_taken", raw_drained_and_not_taken},
    {"raw_write_close", raw_write_close},
    {"raw_read_close", raw_read_close},
    {"raw_peer_half_closes", raw_peer_half_closes},
    {"raw_peer_closes", raw_peer_closes},
    {"raw_peer_closes_without_buffers", raw_peer_closes_without_buffers, ALONE},
    {"raw_peer_resets", raw_peer_resets},
    {"raw_wakes_merge", raw_wakes_merge, ALONE},
    {"raw_woken_right_after_connect", raw_woken_right_after_connect, ALONE},
    {"raw_woken_when_connected", raw_woken_when_connected},
    {"raw_woken_while_closing", raw_woken_while_closing},
    {"raw_woken_when_both_sides_are_closed", raw_woken_when_both_sides_are_closed},
    {"raw_does_all_when_woken", raw_does_all_when_woken, ALONE},
    {"raw_echo", raw_echo},
    {"raw_echo_to_a_socket", raw_echo_to_a_socket, ALONE},
    {NULL},
};
