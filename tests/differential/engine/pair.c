/* pair.c: see pair.h. */
#include "pair.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 40, MAX_FRAME = 32768 };

static void side_init(struct side *side, pn_connection_t *connection) {
  if (pn_connection_driver_init(&side->driver, connection, NULL)) abort();
  side->connection = side->driver.connection;
  side->transport = side->driver.transport;
  side->ended = side->end_told = false;
  pn_connection_set_container(side->connection, side->name);
  pn_transport_set_max_frame(side->transport, MAX_FRAME);
}

void pair_init(struct pair *pair) {
  *pair = (struct pair){.cross = -1, .now = 1000};
  pair->client = (struct side){.name = "client", .writes = "client writes", .answers = ANSWER_ALL};
  pair->server = (struct side){.name = "server", .writes = "server writes", .answers = ANSWER_ALL};
  side_init(&pair->client, NULL);
  side_init(&pair->server, NULL);
  pn_transport_set_server(pair->server.transport);
}

static void side_free(struct side *side) {
  pn_connection_driver_destroy(&side->driver);
  frame_text_free(&side->frames);
  free(side->octets);
}

void pair_free(struct pair *pair) {
  side_free(&pair->client);
  side_free(&pair->server);
}

void side_restart(struct side *side, pn_connection_t *connection) {
  pn_connection_driver_destroy(&side->driver);
  frame_text_free(&side->frames);
  side->size = 0;
  side_init(side, connection);
}

static void answer_link(struct side *side, pn_event_type_t type, pn_link_t *link) {
  pn_state_t state = pn_link_state(link);
  if (type == PN_LINK_REMOTE_OPEN && side->answers & ANSWER_ATTACH && state & PN_LOCAL_UNINIT) {
    pn_terminus_copy(pn_link_source(link), pn_link_remote_source(link));
    pn_terminus_copy(pn_link_target(link), pn_link_remote_target(link));
    pn_link_open(link);
  } else if (side->answers & ANSWER_DETACH && state & PN_LOCAL_ACTIVE) {
    if (type == PN_LINK_REMOTE_CLOSE) pn_link_close(link);
    if (type == PN_LINK_REMOTE_DETACH) pn_link_detach(link);
  }
}

static void answer(struct side *side, pn_event_t *event) {
  pn_connection_t *connection = pn_event_connection(event);
  pn_session_t *session = pn_event_session(event);
  switch (pn_event_type(event)) {
  case PN_CONNECTION_REMOTE_OPEN:
    if (side->answers & ANSWER_OPEN && pn_connection_state(connection) & PN_LOCAL_UNINIT)
      pn_connection_open(connection);
    break;
  case PN_SESSION_REMOTE_OPEN:
    if (side->answers & ANSWER_BEGIN && pn_session_state(session) & PN_LOCAL_UNINIT) pn_session_open(session);
    break;
  case PN_LINK_REMOTE_OPEN:
  case PN_LINK_REMOTE_CLOSE:
  case PN_LINK_REMOTE_DETACH: answer_link(side, pn_event_type(event), pn_event_link(event)); break;
  case PN_SESSION_REMOTE_CLOSE:
    if (side->answers & ANSWER_END && pn_session_state(session) & PN_LOCAL_ACTIVE) pn_session_close(session);
    break;
  case PN_CONNECTION_REMOTE_CLOSE:
    if (side->answers & ANSWER_CLOSE && pn_connection_state(connection) & PN_LOCAL_ACTIVE)
      pn_connection_close(connection);
    break;
  default: break;
  }
}

void run_events(struct side *side) {
  for (pn_event_t *event; (event = pn_connection_driver_next_event(&side->driver));) {
    if (!side->quiet) journal_event(side->name, event);
    answer(side, event);
    if (side->on_event) side->on_event(side, event);
  }
}

static void frame_line(void *context, const char *line) {
  struct side *side = context;
  journal_line(side->writes, "%s", line);
}

static void append(struct side *side, const char *octets, size_t size) {
  if (!size) return;
  side->octets = realloc(side->octets, side->size + size);
  if (!side->octets) abort();
  memcpy(side->octets + side->size, octets, size);
  side->size += size;
}

/* All that a side has to write in this round. */
static void collect(struct side *side) {
  side->size = 0;
  for (pn_bytes_t bytes; (bytes = pn_connection_driver_write_buffer(&side->driver)).size;) {
    frame_text_feed(&side->frames, bytes.start, bytes.size, frame_line, side);
    if (!side->mute) append(side, bytes.start, bytes.size);
    pn_connection_driver_write_done(&side->driver, bytes.size);
  }
  bool ended = pn_connection_driver_write_closed(&side->driver);
  if (ended && !side->ended) journal_line(side->writes, "end of output");
  side->ended = ended;
}

static void feed(struct pair *pair, struct side *side, const char *octets, size_t size) {
  for (size_t at = 0; at < size;) {
    pn_rwbytes_t room = pair->bytewise ? pn_connection_driver_read_buffer(&side->driver)
                                       : pn_connection_driver_read_buffer_sized(&side->driver, size - at);
    size_t part = room.size < size - at ? room.size : size - at;
    if (pair->bytewise && part) part = 1;
    if (!part) {
      if (!pn_connection_driver_read_closed(&side->driver)) journal_line(side->name, "no room to read");
      return;
    }
    memcpy(room.start, octets + at, part);
    pn_connection_driver_read_done(&side->driver, part);
    at += part;
    if (pair->bytewise) run_events(side);
  }
}

/* What a side gets: octets, and whether they are the last. */
struct arrival {
  uint32_t size;
  uint8_t end;
  char *octets;
};

static void transmit(int socket, void *octets, size_t size, bool write_it) {
  for (char *at = octets; size;) {
    ssize_t moved = write_it ? write(socket, at, size) : read(socket, at, size);
    if (moved <= 0) {
      journal_line("pair", "the other process is gone");
      exit(3);
    }
    at += moved;
    size -= (size_t)moved;
  }
}

static void transmit_arrivals(int socket, struct arrival arrivals[2], bool write_it) {
  for (int i = 0; i < 2; i++) {
    transmit(socket, &arrivals[i].size, sizeof arrivals[i].size, write_it);
    transmit(socket, &arrivals[i].end, sizeof arrivals[i].end, write_it);
    if (!write_it && !(arrivals[i].octets = malloc(arrivals[i].size + 1))) abort();
    transmit(socket, arrivals[i].octets, arrivals[i].size, write_it);
  }
}

static struct arrival departure(struct side *side) {
  bool tell = side->ended && !side->end_told && !side->mute;
  side->end_told = side->end_told || tell;
  return (struct arrival){(uint32_t)side->size, tell, side->octets};
}

static bool moved(const struct arrival arrivals[2]) {
  return arrivals[0].size || arrivals[1].size || arrivals[0].end || arrivals[1].end;
}

static void arrive(struct pair *pair, struct side *side, const struct arrival *arrival) {
  feed(pair, side, arrival->octets, arrival->size);
  if (arrival->end) pn_connection_driver_read_close(&side->driver);
}

static bool one_round(struct pair *pair) {
  run_events(&pair->client);
  run_events(&pair->server);
  collect(&pair->client);
  collect(&pair->server);
  struct arrival from[2] = {departure(&pair->client), departure(&pair->server)}, other[2] = {{0}};
  bool any = moved(from);
  if (pair->cross < 0) {
    arrive(pair, &pair->server, &from[0]);
    arrive(pair, &pair->client, &from[1]);
    return any;
  }
  transmit_arrivals(pair->cross, pair->leads ? from : other, pair->leads);
  transmit_arrivals(pair->cross, pair->leads ? other : from, !pair->leads);
  arrive(pair, &pair->server, &other[0]);
  arrive(pair, &pair->client, &other[1]);
  any = any || moved(other);
  free(other[0].octets);
  free(other[1].octets);
  return any;
}

void run(struct pair *pair) {
  for (int round = 0; round < ROUNDS; round++)
    if (!one_round(pair)) return;
  journal_line("pair", "moves without end");
}

static void tick(struct side *side, int64_t now) {
  int64_t deadline = pn_transport_tick(side->transport, now);
  if (deadline)
    say(side, "tick: deadline in %lld", (long long)(deadline - now));
  else
    say(side, "tick: no deadline");
}

void pass(struct pair *pair, int64_t milliseconds) {
  pair->now += milliseconds;
  tick(&pair->client, pair->now);
  tick(&pair->server, pair->now);
  run(pair);
}

void say(struct side *side, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *chars = NULL;
  if (vasprintf(&chars, format, ap) < 0) abort();
  va_end(ap);
  journal_line(side->name, "%s", chars);
  free(chars);
}
