/* data_list.c: a value tree written and read.
 *
 * One turn: put a list of 100 elements of ten types, encode it, decode it into a second tree and count the list. Both
 * trees are reused from turn to turn. */
#include "workload.h"

#include <proton/codec.h>

static pn_data_t *out, *in;
static char buffer[4096];

void workload_start(void) {
  out = pn_data(0);
  in = pn_data(0);
  REQUIRE(out && in);
}

static void put_ten(pn_data_t *data, int64_t number) {
  pn_uuid_t uuid = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  pn_data_put_null(data);
  pn_data_put_bool(data, number & 1);
  pn_data_put_ubyte(data, (uint8_t)number);
  pn_data_put_int(data, (int32_t)number * 1000);
  pn_data_put_ulong(data, (uint64_t)number);
  pn_data_put_double(data, (double)number * 0.25);
  pn_data_put_timestamp(data, 1700000000000 + number);
  pn_data_put_uuid(data, uuid);
  pn_data_put_symbol(data, pn_bytes(11, "amqp:symbol"));
  REQUIRE(pn_data_put_string(data, pn_bytes(26, "a string of 26 bytes, here")) == 0);
}

void workload_run(long times) {
  for (long turn = 0; turn < times; turn++) {
    pn_data_clear(out);
    REQUIRE(pn_data_put_list(out) == 0);
    REQUIRE(pn_data_enter(out));
    for (int64_t ten = 0; ten < 10; ten++) put_ten(out, ten);
    REQUIRE(pn_data_exit(out));
    ssize_t size = pn_data_encode(out, buffer, sizeof buffer);
    REQUIRE(size > 0);

    pn_data_clear(in);
    REQUIRE(pn_data_decode(in, buffer, (size_t)size) == size);
    pn_data_rewind(in);
    REQUIRE(pn_data_next(in));
    REQUIRE(pn_data_get_list(in) == 100);
  }
}
