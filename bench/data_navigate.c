/* data_navigate.c: a nested map read key by key.
 *
 * The map has four entries, each again a map of four, each of which is a list of three numbers or a text. One turn:
 * decode it into a reused tree, then walk all of it, reading every key and every value. */
#include "workload.h"

#include <proton/codec.h>

static pn_data_t *in;
static char buffer[4096];
static size_t size;

static const char *const NAMES[] = {"north", "south", "east", "west"};
enum { SCALARS = 4 + 16 + 8 * 3 + 8 }; /* keys, keys, numbers, texts */

static void put_text(pn_data_t *data, const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  REQUIRE(pn_data_put_string(data, pn_bytes(length, text)) == 0);
}

static void put_inner(pn_data_t *data) {
  pn_data_put_map(data);
  pn_data_enter(data);
  for (int name = 0; name < 4; name++) {
    put_text(data, NAMES[name]);
    if (name % 2) {
      put_text(data, "a value");
    } else {
      pn_data_put_list(data);
      pn_data_enter(data);
      for (int number = 0; number < 3; number++) pn_data_put_int(data, number * 100);
      pn_data_exit(data);
    }
  }
  REQUIRE(pn_data_exit(data));
}

void workload_start(void) {
  pn_data_t *out = pn_data(0);
  in = pn_data(0);
  REQUIRE(out && in);
  pn_data_put_map(out);
  pn_data_enter(out);
  for (int name = 0; name < 4; name++) {
    put_text(out, NAMES[name]);
    put_inner(out);
  }
  REQUIRE(pn_data_exit(out));
  ssize_t encoded = pn_data_encode(out, buffer, sizeof buffer);
  REQUIRE(encoded > 0);
  size = (size_t)encoded;
  pn_data_free(out);
}

/* Read all values at and below the current level; the tree of this file is three levels deep. */
static int read_all(pn_data_t *data) {
  int scalars = 0, depth = 0;
  for (;;) {
    if (!pn_data_next(data)) {
      if (!depth--) return scalars;
      REQUIRE(pn_data_exit(data));
      continue;
    }
    switch (pn_data_type(data)) {
    case PN_MAP:
    case PN_LIST:
      REQUIRE(pn_data_enter(data));
      depth++;
      break;
    case PN_INT: scalars += pn_data_get_int(data) >= 0; break;
    case PN_STRING: scalars += pn_data_get_string(data).size > 0; break;
    default: REQUIRE(!"a type that was not put");
    }
  }
}

void workload_run(long times) {
  for (long turn = 0; turn < times; turn++) {
    pn_data_clear(in);
    REQUIRE(pn_data_decode(in, buffer, size) == (ssize_t)size);
    pn_data_rewind(in);
    REQUIRE(read_all(in) == SCALARS);
  }
}
