/* network.c: what lies between the sides: octets travel in pieces of any size, through either of the two ways that a
 * transport has for them, and stand still at times. Time is counted in steps. */
#include "engine/pieces.h"
#include "world.h"

#include <string.h>

enum { IDLE_TIMEOUT = 20000, PIECES = 8 };

static uint32_t most_bytes; /* that travel at a time */
static bool in_pieces;      /* the ways are mixed */
static bool ticks;
static int64_t now;

static void tick(struct side *side) { (void)pn_transport_tick(side->driver.transport, now); }

void begin_network(void) {
  in_pieces = once_in(2);
  ticks = once_in(4);
  now++;
  client.stalled = server.stalled = 0;
  if (!ticks) return;
  if (once_in(2)) pn_transport_set_idle_timeout(client.driver.transport, IDLE_TIMEOUT);
  pn_transport_set_idle_timeout(server.driver.transport, IDLE_TIMEOUT);
}

/* Larger or smaller pieces, down to single bytes, and stand-stills. */
void change_weather(void) {
  switch (draw(6)) {
  case 0: most_bytes = 1 + draw(8); break;
  case 1: most_bytes = 64 * 1024; break;
  default: most_bytes = 1 + draw(3000);
  }
  if (once_in(8)) client.stalled = draw(100);
  if (once_in(8)) server.stalled = draw(100);
  if (ticks) {
    tick(&client);
    tick(&server);
  }
}

struct pieces {
  struct pni_piece at[PIECES];
  size_t count;
  bool single; /* the other way */
};

static struct pieces one(struct pni_piece piece) {
  return (struct pieces){.single = true, .count = piece.size > 0, .at = {piece}};
}

static struct pieces what_leaves(struct side *side) {
  struct pieces pieces = {.single = false};
  if (in_pieces && !once_in(4)) {
    pieces.count = pni_transport_gather(side->driver.transport, pieces.at, 1 + draw(PIECES));
    return pieces;
  }
  const pn_bytes_t bytes = pn_connection_driver_write_buffer(&side->driver);
  struct pni_piece piece = {.size = bytes.size};
  memcpy(&piece.base, &bytes.start, sizeof piece.base); /* it is only read */
  return one(piece);
}

static struct pieces room_at(struct side *side) {
  struct pieces pieces = {.single = false};
  if (in_pieces && !once_in(4)) {
    pieces.count = pni_transport_room(side->driver.transport, pieces.at, 1 + draw(PIECES));
    return pieces;
  }
  const pn_rwbytes_t bytes = pn_connection_driver_read_buffer(&side->driver);
  return one((struct pni_piece){.base = bytes.start, .size = bytes.size});
}

static size_t copy_over(const struct pieces *from, const struct pieces *to, size_t most) {
  size_t from_piece = 0, from_offset = 0, to_piece = 0, to_offset = 0, done = 0;
  while (done < most && from_piece < from->count && to_piece < to->count) {
    const struct pni_piece *const out = &from->at[from_piece], *const in = &to->at[to_piece];
    size_t size = most - done;
    if (size > out->size - from_offset) size = out->size - from_offset;
    if (size > in->size - to_offset) size = in->size - to_offset;
    memcpy((char *)in->base + to_offset, (const char *)out->base + from_offset, size);
    done += size;
    from_offset += size;
    to_offset += size;
    if (from_offset == out->size) from_piece++, from_offset = 0;
    if (to_offset == in->size) to_piece++, to_offset = 0;
  }
  return done;
}

static size_t travel(struct side *from, struct side *to, size_t most) {
  const struct pieces out = what_leaves(from);
  if (out.count == 0) return 0;
  const struct pieces in = room_at(to);
  const size_t size = copy_over(&out, &in, most);
  if (size == 0) return 0;
  if (in.single)
    pn_connection_driver_read_done(&to->driver, size);
  else
    pni_transport_filled(to->driver.transport, size);
  if (out.single)
    pn_connection_driver_write_done(&from->driver, size);
  else
    (void)pni_transport_written(from->driver.transport, size);
  return size;
}

static void pass(struct side *from, struct side *to) {
  if (from->stalled > 0)
    from->stalled--;
  else
    (void)travel(from, to, 1 + draw(most_bytes));
}

void pass_on(void) {
  now++;
  pass(&client, &server);
  pass(&server, &client);
}

bool pass_all(void) {
  bool any = false;
  client.stalled = server.stalled = 0;
  while (travel(&client, &server, SIZE_MAX) + travel(&server, &client, SIZE_MAX) > 0) any = true;
  return any;
}

/* Nothing arrives any more. Whoever has set a time learns of it in time, and says so to nobody; the others otherwise. */
static void lose(struct side *side) {
  now += 3 * (int64_t)IDLE_TIMEOUT;
  if (ticks) tick(side);
  for (size_t size; (size = pn_connection_driver_write_buffer(&side->driver).size) > 0;)
    pn_connection_driver_write_done(&side->driver, size);
  pn_connection_driver_close(&side->driver);
}

void cut_off(struct side *side) {
  if (once_in(2))
    pn_connection_driver_close(&side->driver);
  else
    lose(side);
}
