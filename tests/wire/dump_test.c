/* dump_test.c: encoded values as people read them, in rooms of every size. */
#include "support/octets.h"
#include "wire/dump.h"
#include "wire/performative.h"
#include "wire/walker.h"
#include "wire/writer.h"

#include <time.h>

struct dump {
  const char *encoded;
  const char *text;
};

static const struct dump scalars[] = {
    {"40", "null"},
    {"41", "true"},
    {"42", "false"},
    {"56 01", "true"},
    {"50 ff", "0xff"},
    {"60 0102", "0x102"},
    {"43", "0x0"},
    {"70 ffffffff", "0xffffffff"},
    {"44", "0x0"},
    {"80 ffffffffffffffff", "0xffffffffffffffff"},
    {"51 80", "-128"},
    {"61 8000", "-32768"},
    {"54 ff", "-1"},
    {"71 80000000", "-2147483648"},
    {"81 8000000000000000", "-9223372036854775808"},
    {"83 ffffffffffffffff", "-1"},
    {"72 3fc00000", "1.5"},
    {"82 c004000000000000", "-2.5"},
    {"73 00000041", "A"},
    {"73 0000000a", "U+000A"},
    {"73 0010ffff", "U+10FFFF"},
    {"74 0000002a", "D32(42)"},
    {"84 000000000000002a", "D64(42)"},
    {"94 000102030405060708090a0b0c0d0e0f", "D128(000102030405060708090a0b0c0d0e0f)"},
    {"98 000102030405060708090a0b0c0d0e0f", "UUID(00010203-0405-0607-0809-0a0b0c0d0e0f)"},
    {"a0 03 00ff41", "b\"\\x00\\xffA\""},
    {"a1 04 'a\"' c3a9", "\"a\\x22\\xc3\\xa9\""},
    {"a3 03 'a-1'", ":\"a-1\""},
    {"a3 00", ":"},
    {"a3 06 'x_y.z:'", ":\"x_y.z:\""},
};

static const struct dump compounds[] = {
    {"45", "[]"},
    {"c0 01 00", "[]"},
    {"c0 04 03 40 41 43", "[null, true, 0x0]"},
    {"c1 01 00", "{}"},
    {"c1 09 04 a3 01 'a' 43 a3 01 'b' 40", "{:a=0x0, :b=null}"},
    {"e0 02 03 40", "@<null>[null, null, null]"},
    {"e0 02 00 70", "@<uint>[]"},
    {"e0 08 02 c0 01 00 03 02 40 41", "@<list>[[], [null, true]]"},
    {"e0 07 02 00 53 99 50 01 02", "@<ubyte>[0x99, 0x1, 0x2]"},
    {"00 53 99 43", "@0x99 0x0"},
    {"00 a3 01 'd' 40", "@:d null"},
    {"00 53 99 c0 03 02 40 41", "@0x99 [null, true]"},
    {"00 c0 02 01 43 41", "@[0x0] true"},
    {"00 e0 02 01 43 41", "@@<uint>[0x0] true"},
    {"00 c1 03 02 43 43 41", "@{0x0=0x0} true"},
    {"00 00 53 99 43 41", "@@0x99 0x0 true"},
    {"00 53 99 00 53 98 43", "@0x99 @0x98 0x0"},
};

static const struct dump composites[] = {
    {"00 53 10 c0 09 04 a1 01 'x' 40 40 60 7fff", "@open(16) [container-id=\"x\", channel-max=0x7fff]"},
    {"00 a3 0e 'amqp:open:list' c0 04 01 a1 01 'x'", "@open(16) [container-id=\"x\"]"},
    {"00 53 24 45", "@accepted(36) []"},
    {"00 53 40 c0 08 01 e0 05 01 a3 02 'PL'", "@sasl-mechanisms(64) [sasl-server-mechanisms=@<symbol>[:PL]]"},
    {"00 53 18 c0 0a 01 00 53 1d c0 04 01 a3 01 'c'", "@close(24) [error=@error(29) [condition=:c]]"},
    {"00 53 16 c0 05 04 43 40 40 41", "@detach(22) [handle=0x0, true]"}, /* one more than there are */
    {"00 53 16 c1 03 02 43 40", "@detach(22) {0x0=null}"},               /* no list */
    {"00 53 76 c0 04 03 40 43 40", "@amqp-sequence(118) [null, 0x0, null]"},
    {"00 53 77 c0 02 01 40", "@amqp-value(119) [null]"},
    {"00 53 24 c0 02 01 40", "@accepted(36) [null]"},
    {"00 53 75 a0 01 'x'", "@data(117) b\"x\""},
    {"00 53 72 c1 05 02 a3 01 'k' 41", "@message-annotations(114) {:k=true}"},
};

/* In every room as much of the text as fits, the reader behind the value. */
static void assert_dumps(const struct dump *dumps, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char followed[256];
    snprintf(followed, sizeof followed, "%s ff", dumps[i].encoded);
    struct octets octets = octets_of(followed);
    const size_t whole = strlen(dumps[i].text);
    for (size_t capacity = 0; capacity <= whole + 2; capacity++) {
      char *const room = malloc(capacity);
      struct pni_text text = pni_text(room, capacity);
      struct pni_reader reader = pni_reader(octets.start, octets.size);
      pni_dump(&text, &reader);
      if (pni_reader_left(&reader) != 1) fail_msg("%s in a room of %zu: place", dumps[i].encoded, capacity);
      assert_ptr_equal(reader.end, octets.start + octets.size);
      if (capacity > 0) {
        const size_t fitting = capacity <= whole ? capacity - 1 : whole;
        if (strlen(room) != fitting || memcmp(room, dumps[i].text, fitting) != 0)
          fail_msg("%s in a room of %zu: %s", dumps[i].encoded, capacity, room);
      }
      assert_int_equal(pni_text_fits(&text), capacity > whole);
      if (capacity == 0 || capacity > whole) assert_int_equal(text.size, whole);
      free(room);
    }
    octets_free(&octets);
  }
}

static void scalars_are_shown(void **state) {
  (void)state;
  assert_dumps(scalars, sizeof scalars / sizeof scalars[0]);
}

static void compounds_are_shown(void **state) {
  (void)state;
  assert_dumps(compounds, sizeof compounds / sizeof compounds[0]);
}

static void composites_are_shown_with_names(void **state) {
  (void)state;
  assert_dumps(composites, sizeof composites / sizeof composites[0]);
}

/* Data in other places show numbers in decimal. */
static void numbers_are_shown_in_two_styles(void **state) {
  (void)state;
  char room[32];
  const pn_atom_t number = {.type = PN_ULONG, .u.as_ulong = 153};
  const pn_atom_t own = {.type = PN_ULONG, .u.as_ulong = PNI_CODE_sasl_init};
  struct pni_text text = pni_text(room, sizeof room);
  pni_dump_atom(&text, &number, PNI_DUMP_DATA);
  assert_string_equal(room, "153");
  text = pni_text(room, sizeof room);
  pni_dump_atom(&text, &number, PNI_DUMP_TRACE);
  assert_string_equal(room, "0x99");
  text = pni_text(room, sizeof room);
  pni_dump_descriptor(&text, &number, PNI_DUMP_DATA);
  assert_string_equal(room, "@153");
  text = pni_text(room, sizeof room);
  pni_dump_descriptor(&text, &own, PNI_DUMP_DATA);
  assert_string_equal(room, "@sasl-init(65)");
}

static void what_is_no_scalar_is_not_shown_as_one(void **state) {
  (void)state;
  static const pn_type_t types[] = {PN_DESCRIBED, PN_ARRAY, PN_LIST, PN_MAP, PN_INVALID};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    const pn_atom_t atom = {.type = types[i]};
    char room[32];
    struct pni_text text = pni_text(room, sizeof room);
    pni_dump_atom(&text, &atom, PNI_DUMP_TRACE);
    assert_string_equal(room, "");
  }
}

/* What can be read before a fault is shown, and then that there is one. */
static void faults_are_marked(void **state) {
  (void)state;
  static const struct dump faults[] = {
      {"", "!!"},
      {"ff", "!!"},
      {"a1 05 'hell'", "!!"},
      {"c0 06 02 43 a1 05 'hello'", "[0x0!!"},
      {"c0 03 01 43 43", "[0x0!!"},
      {"00 53", "!!"},
      {"00 53 10", "@open(16)!!"},
      {"00 53 10 c0 03 02 a1 00", "@open(16) [container-id=\"\"!!"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    struct octets octets = octets_of(faults[i].encoded);
    char room[64];
    struct pni_text text = pni_text(room, sizeof room);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    pni_dump(&text, &reader);
    assert_string_equal(room, faults[i].text);
    octets_free(&octets);
  }
}

/* Lists down to the limit are shown; one more level is not. */
static void depth_has_a_limit(void **state) {
  (void)state;
  for (unsigned more = 0; more <= 1; more++) {
    const unsigned levels = PNI_LIMIT_NESTING + more;
    uint8_t octets[1024];
    char room[1024];
    struct pni_writer writer = pni_writer(octets, sizeof octets);
    size_t at[PNI_LIMIT_NESTING + 1];
    for (unsigned i = 0; i < levels; i++) at[i] = pni_write_open(&writer);
    pni_write_null(&writer);
    for (unsigned i = levels; i-- > 0;) pni_write_close(&writer, at[i], PNI_LIST8, 1);
    assert_true(pni_writer_fits(&writer));
    struct pni_text text = pni_text(room, sizeof room);
    struct pni_reader reader = pni_reader(octets, writer.size);
    pni_dump(&text, &reader);
    assert_int_equal(strspn(room, "["), PNI_LIMIT_NESTING);
    if (more)
      assert_string_equal(room + PNI_LIMIT_NESTING, "!!");
    else
      assert_int_equal(text.size, (size_t)2 * PNI_LIMIT_NESTING + strlen("null"));
  }
}

/* A text that is full costs nothing more: here it would be six thousand million nulls. */
static void what_does_not_fit_is_not_looked_at(void **state) {
  (void)state;
  enum { ARRAYS = 100000, HEAD = 9 };
  struct octets array = octets_of("f0 00000005 0000ffff 40");
  struct octets list = {.size = HEAD + ARRAYS * array.size};
  list.start = malloc(list.size);
  assert_non_null(list.start);
  list.start[0] = PNI_LIST32;
  pni_store32(list.start + 1, (uint32_t)list.size - 5);
  pni_store32(list.start + 5, ARRAYS);
  for (size_t n = 0; n < ARRAYS; n++) memcpy(list.start + HEAD + n * array.size, array.start, array.size);
  char room[1000];
  struct pni_text text = pni_text(room, sizeof room);
  struct pni_reader reader = pni_reader(list.start, list.size);
  const clock_t start = clock();
  pni_dump(&text, &reader);
  assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
  assert_int_equal(strlen(room), sizeof room - 1);
  assert_int_equal(pni_reader_left(&reader), 0);
  octets_free(&list);
  octets_free(&array);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalars_are_shown),
      cmocka_unit_test(compounds_are_shown),
      cmocka_unit_test(composites_are_shown_with_names),
      cmocka_unit_test(numbers_are_shown_in_two_styles),
      cmocka_unit_test(what_is_no_scalar_is_not_shown_as_one),
      cmocka_unit_test(faults_are_marked),
      cmocka_unit_test(depth_has_a_limit),
      cmocka_unit_test(what_does_not_fit_is_not_looked_at),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
