/* walker_test.c: values inside values: each step, and every way in which sizes, counts and depths can lie. [1.2] */
#include "support/octets.h"
#include "wire/fault.h"
#include "wire/walker.h"
#include "wire/writer.h"

#include <inttypes.h>
#include <time.h>

/* The steps over a value: "LIST2(NULL BOOL )". */
static pni_status outline(struct pni_reader *reader, struct pni_text *text) {
  struct pni_walker walker;
  struct pni_step step;
  pni_walk(&walker, reader);
  do {
    TRY(pni_walk_step(&walker, &step));
    if (step.kind == PNI_STEP_LEAVE) {
      pni_text_string(text, ") ");
      continue;
    }
    pni_text_string(text, pn_type_name((pn_type_t)step.value.type) + sizeof "PN_" - 1);
    if (step.value.type >= PN_ARRAY) pni_text_format(text, "%" PRIu32, step.value.count);
    if (step.value.type == PN_ARRAY) {
      pni_text_format(text, "%s of %s", step.described ? " described" : "",
          pn_type_name((pn_type_t)step.element) + sizeof "PN_" - 1);
    }
    pni_text_char(text, step.kind == PNI_STEP_ENTER ? '(' : ' ');
  } while (pni_walk_more(&walker));
  return PNI_OK;
}

struct walk {
  const char *encoded;
  const char *steps;
};

static const struct walk walks[] = {
    {"40", "NULL "},
    {"a1 05 'hello'", "STRING "},
    {"45", "LIST0() "},
    {"c0 01 00", "LIST0() "},
    {"d0 00000004 00000000", "LIST0() "},
    {"c0 03 02 40 41", "LIST2(NULL BOOL ) "},
    {"d0 0000000b 00000003 45 c0 01 00 c1 01 00", "LIST3(LIST0() LIST0() MAP0() ) "},
    {"c1 01 00", "MAP0() "},
    {"c1 07 04 a3 00 40 a3 00 41", "MAP4(SYMBOL NULL SYMBOL BOOL ) "},
    {"d1 0000000a 00000002 45 c0 03 02 40 40", "MAP2(LIST0() LIST2(NULL NULL ) ) "},
    {"00 53 10 45", "DESCRIBED(ULONG LIST0() ) "},
    {"00 a3 01 'd' 40", "DESCRIBED(SYMBOL NULL ) "},
    {"00 00 53 01 53 02 00 53 03 40", "DESCRIBED(DESCRIBED(ULONG ULONG ) DESCRIBED(ULONG NULL ) ) "},
    {"00 c0 02 01 43 40", "DESCRIBED(LIST1(UINT ) NULL ) "},
    {"e0 02 00 40", "ARRAY0 of NULL() "},
    {"e0 02 03 40", "ARRAY3 of NULL(NULL NULL NULL ) "},
    {"e0 02 02 45", "ARRAY2 of LIST(LIST0() LIST0() ) "},
    {"e0 06 02 60 0001 0002", "ARRAY2 of USHORT(USHORT USHORT ) "},
    {"f0 00000007 00000002 54 01 02", "ARRAY2 of INT(INT INT ) "},
    {"e0 08 03 a3 01 'a' 00 02 'bc'", "ARRAY3 of SYMBOL(SYMBOL SYMBOL SYMBOL ) "},
    {"e0 08 02 c0 01 00 03 02 40 41", "ARRAY2 of LIST(LIST0() LIST2(NULL BOOL ) ) "},
    {"e0 08 02 c1 01 00 03 02 40 41", "ARRAY2 of MAP(MAP0() MAP2(NULL BOOL ) ) "},
    {"e0 08 02 e0 02 01 40 02 02 43", "ARRAY2 of ARRAY(ARRAY1 of NULL(NULL ) ARRAY2 of UINT(UINT UINT ) ) "},
    {"e0 06 01 00 53 10 50 01", "ARRAY1 described of UBYTE(ULONG UBYTE ) "},
    {"e0 05 00 00 53 10 40", "ARRAY0 described of NULL(ULONG ) "},
    {"e0 05 02 00 53 10 40", "ARRAY2 described of NULL(ULONG NULL NULL ) "},
    {"e0 08 02 00 a3 01 'd' 50 01 02", "ARRAY2 described of UBYTE(SYMBOL UBYTE UBYTE ) "},
    {"e0 08 01 00 c0 03 01 53 10 43", "ARRAY1 described of UINT(LIST1(ULONG ) UINT ) "},
    {"e0 08 01 00 00 53 01 53 02 43", "ARRAY1 described of UINT(DESCRIBED(ULONG ULONG ) UINT ) "},
    {"e0 09 01 00 e0 04 01 00 43 44 43",
        "ARRAY1 described of UINT(ARRAY1 described of ULONG(UINT ULONG ) UINT ) "},
    {"e0 06 01 00 40 c0 01 00", "ARRAY1 described of LIST(NULL LIST0() ) "},
};

enum { WALKS = sizeof walks / sizeof walks[0] };

static void every_step_is_taken(void **state) {
  (void)state;
  for (size_t i = 0; i < WALKS; i++) {
    char followed[128], steps[256];
    snprintf(followed, sizeof followed, "%s ff", walks[i].encoded);
    struct octets octets = octets_of(followed);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    struct pni_text text = pni_text(steps, sizeof steps);
    if (outline(&reader, &text) != PNI_OK) fail_msg("%s: %s", walks[i].encoded, fault_of(&reader));
    assert_string_equal(steps, walks[i].steps);
    assert_int_equal(pni_reader_left(&reader), 1); /* behind the value, with the end it had */
    octets_free(&octets);
  }
}

static void whole_values_are_stepped_over(void **state) {
  (void)state;
  for (size_t i = 0; i < WALKS; i++) {
    char followed[128];
    snprintf(followed, sizeof followed, "%s ff", walks[i].encoded);
    struct octets octets = octets_of(followed);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    if (pni_walk_over(&reader) != PNI_OK) fail_msg("%s: %s", walks[i].encoded, fault_of(&reader));
    assert_int_equal(pni_reader_left(&reader), 1);
    reader = pni_reader(octets.start, octets.size);
    pn_bytes_t encoded;
    assert_int_equal(pni_read_value(&reader, &encoded), PNI_OK);
    assert_ptr_equal(encoded.start, octets.start);
    assert_int_equal(encoded.size, octets.size - 1);
    octets_free(&octets);
  }
}

static void values_cut_short_want_more(void **state) {
  (void)state;
  for (size_t i = 0; i < WALKS; i++) {
    struct octets octets = octets_of(walks[i].encoded);
    for (size_t size = 0; size < octets.size; size++) {
      struct octets cut = octets_copy(octets.start, size);
      struct pni_text nowhere = pni_text(NULL, 0);
      struct pni_reader reader = pni_reader(cut.start, cut.size);
      assert_int_equal(outline(&reader, &nowhere), PNI_UNDERFLOW);
      reader = pni_reader(cut.start, cut.size);
      assert_int_equal(pni_walk_over(&reader), PNI_UNDERFLOW);
      assert_string_equal(fault_of(&reader), "the value goes on beyond the end of the data");
      octets_free(&cut);
    }
    octets_free(&octets);
  }
}

struct fault {
  const char *encoded;
  pni_status status;
  const char *text;
};

/* The steps and the walk over all of it find the same fault. */
static void assert_faults(const struct fault *faults, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct octets octets = octets_of(faults[i].encoded);
    struct pni_text nowhere = pni_text(NULL, 0);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    pni_status status = outline(&reader, &nowhere);
    if (status != faults[i].status) fail_msg("steps over %s: status %d", faults[i].encoded, status);
    assert_string_equal(fault_of(&reader), faults[i].text);
    reader = pni_reader(octets.start, octets.size);
    status = pni_walk_over(&reader);
    if (status != faults[i].status) fail_msg("walk over %s: status %d", faults[i].encoded, status);
    assert_string_equal(fault_of(&reader), faults[i].text);
    octets_free(&octets);
  }
}
#define ASSERT_FAULTS(faults) assert_faults(faults, sizeof(faults) / sizeof(faults)[0])

static void counts_have_to_fill_sizes(void **state) {
  (void)state;
  static const char *const what = "size and count contradict each other";
  const struct fault faults[] = {
      {"c0 02 00 40", PNI_BAD_ARGUMENT, what},       /* an item that was not counted */
      {"c0 04 01 40 40 40", PNI_BAD_ARGUMENT, what}, /* */
      {"c0 02 02 40", PNI_BAD_ARGUMENT, what},       /* an item that is not there */
      {"c0 02 ff 40", PNI_BAD_ARGUMENT, what},
      {"c0 01 01", PNI_BAD_ARGUMENT, what},
      {"c0 01 01 40", PNI_BAD_ARGUMENT, what}, /* it is, but behind the list */
      {"d0 00000005 ffffffff 40", PNI_BAD_ARGUMENT, what},
      {"c1 02 02 40 40", PNI_BAD_ARGUMENT, what},
      {"c1 02 00 40", PNI_BAD_ARGUMENT, what},
      {"d1 00000006 fffffffe 4040", PNI_BAD_ARGUMENT, what},
      {"e0 01 00", PNI_BAD_ARGUMENT, what},    /* no constructor */
      {"e0 01 00 40", PNI_BAD_ARGUMENT, what}, /* it is behind the array */
      {"e0 03 00 50 01", PNI_BAD_ARGUMENT, what},
      {"e0 03 02 50 01", PNI_BAD_ARGUMENT, what},
      {"e0 05 02 50 010203", PNI_BAD_ARGUMENT, what},
      {"e0 03 01 40 40", PNI_BAD_ARGUMENT, what},
      {"e0 03 02 a1 00", PNI_BAD_ARGUMENT, what},
      {"f0 00000007 ffffffff 60 0001", PNI_BAD_ARGUMENT, what},
      {"f0 00000006 80000000 b0 00", PNI_BAD_ARGUMENT, what},
      {"e0 04 01 00 53 10", PNI_BAD_ARGUMENT, what}, /* a descriptor and no constructor */
      {"e0 06 01 00 53 10 43 43", PNI_BAD_ARGUMENT, what},
      {"e0 06 02 00 53 10 50 01", PNI_BAD_ARGUMENT, what},
      {"c0 05 01 c0 02 02 40", PNI_BAD_ARGUMENT, what}, /* inside */
      /* An item that reaches beyond the value it is in is no item that wants more data. */
      {"c0 03 01 a1 05 'hello'", PNI_BAD_ARGUMENT, what},
      {"c0 03 01 70 00 000000", PNI_BAD_ARGUMENT, what},
      {"c0 04 01 c0 05 01 70 00000000", PNI_BAD_ARGUMENT, what},
      {"c0 03 01 00 53 10 40", PNI_BAD_ARGUMENT, what},
      {"c1 05 02 40 a1 05 'hello'", PNI_BAD_ARGUMENT, what},
      {"e0 05 02 a1 00 02 'a' 'b'", PNI_BAD_ARGUMENT, what},
      {"e0 04 01 00 a3 05 'hello' 40", PNI_BAD_ARGUMENT, what},
      {"00 53 10 c0 03 01 a1 05 'hello'", PNI_BAD_ARGUMENT, what},
      {"00 c0 03 01 a1 05 'hello' 40", PNI_BAD_ARGUMENT, what},
  };
  ASSERT_FAULTS(faults);
}

static void maps_are_pairs(void **state) {
  (void)state;
  static const char *const what = "map has a key without a value";
  const struct fault faults[] = {
      {"c1 02 01 40", PNI_BAD_ARGUMENT, what},
      {"c1 04 03 404040", PNI_BAD_ARGUMENT, what},
      {"d1 00000005 00000001 40", PNI_BAD_ARGUMENT, what},
      {"c0 05 01 c1 02 01 40", PNI_BAD_ARGUMENT, what},
      {"e0 05 01 c1 02 01 40", PNI_BAD_ARGUMENT, what},
  };
  ASSERT_FAULTS(faults);
}

static void items_are_checked_at_every_depth(void **state) {
  (void)state;
  static const struct fault faults[] = {
      {"c0 04 01 a1 01 ff", PNI_BAD_ARGUMENT, "string is not UTF-8"},
      {"c0 07 01 c0 04 01 a1 01 ff", PNI_BAD_ARGUMENT, "string is not UTF-8"},
      {"c1 07 02 a3 01 80 a1 01 41", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"e0 06 02 a1 01 41 01 ff", PNI_BAD_ARGUMENT, "string is not UTF-8"},
      {"e0 04 02 56 01 02", PNI_BAD_ARGUMENT, "boolean is neither 0 nor 1"},
      {"e0 06 01 00 a3 01 80 40", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"00 43 56 02", PNI_BAD_ARGUMENT, "boolean is neither 0 nor 1"},
      {"00 a3 01 ff 40", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"c0 04 02 40 57 00", PNI_BAD_ARGUMENT, "no type has this constructor"},
      {"e0 03 01 57 00", PNI_BAD_ARGUMENT, "no type has this array's element constructor"},
      {"e0 06 01 00 53 10 57 00", PNI_BAD_ARGUMENT, "no type has this array's element constructor"},
      {"e0 02 00 ff", PNI_BAD_ARGUMENT, "no type has this array's element constructor"},
      /* Described twice over: the grammar allows it, a tree of values has no place for it, so it is refused. */
      {"e0 08 01 00 53 01 00 53 02 43", PNI_BAD_ARGUMENT, "no type has this array's element constructor"},
  };
  ASSERT_FAULTS(faults);
}

/* How a level of nesting is put around a value. */
struct shell {
  const char *name;
  const char *before; /* between size and count, if there are such, and the value */
  const char *behind;
  uint8_t code; /* 0: without size and count */
  uint8_t count;
};

static const struct shell shells[] = {
    {"list", "", "", 0xd0, 1},
    {"map, as key", "", "40", 0xd1, 2},
    {"map, as value", "40", "", 0xd1, 2},
    {"array", "", "", 0xf0, 1},
    {"array's descriptor", "00", "40", 0xf0, 1},
    {"described", "0043", "", 0, 0},
    {"descriptor", "00", "40", 0, 0},
};

/* A value with so many shells around it. */
static struct octets nested(const struct shell *shell, unsigned levels, const char *core) {
  struct octets value = octets_of(core);
  struct octets before = octets_of(shell->before), behind = octets_of(shell->behind);
  while (levels-- > 0) {
    const size_t inner = before.size + value.size + behind.size;
    const size_t head = shell->code ? 9 : 0;
    uint8_t *const outer = malloc(head + inner);
    assert_non_null(outer);
    if (shell->code) {
      const uint32_t size = (uint32_t)inner + 4;
      memcpy(outer,
          (uint8_t[]){shell->code, 0, (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size, 0, 0, 0,
              shell->count},
          head);
    }
    memcpy(outer + head, before.start, before.size);
    memcpy(outer + head + before.size, value.start, value.size);
    memcpy(outer + head + before.size + value.size, behind.start, behind.size);
    free(value.start);
    value = (struct octets){.start = outer, .size = head + inner};
  }
  octets_free(&before);
  octets_free(&behind);
  return value;
}

/* Values with some levels of their own. */
static const struct core {
  const char *encoded;
  unsigned levels;
} cores[] = {
    {"40", 0}, {"45", 1}, {"c0 03 02 40 41", 1}, {"e0 06 02 60 0001 0002", 1},
    {"e0 02 01 45", 2}, /* the element is a level, too, though there is no octet of it */
};

/* As deep as the limit says, and not one level more, whatever the levels are made of. */
static void assert_limit(const struct shell *shell, const struct core *core) {
  for (unsigned more = 0; more <= 1; more++) {
    struct octets value = nested(shell, PNI_LIMIT_NESTING + more - core->levels, core->encoded);
    struct pni_text nowhere = pni_text(NULL, 0);
    struct pni_reader steps = pni_reader(value.start, value.size);
    struct pni_reader over = pni_reader(value.start, value.size);
    const pni_status expected = more ? PNI_NO_MEMORY : PNI_OK;
    if (outline(&steps, &nowhere) != expected) fail_msg("%s of %s", shell->name, core->encoded);
    if (pni_walk_over(&over) != expected) fail_msg("%s of %s, at once", shell->name, core->encoded);
    if (more) {
      assert_string_equal(fault_of(&steps), "values are nested too deep");
      assert_string_equal(fault_of(&over), "values are nested too deep");
    } else {
      assert_int_equal(pni_reader_left(&over), 0);
    }
    octets_free(&value);
  }
}

static void nesting_has_a_limit(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
    for (size_t n = 0; n < sizeof cores / sizeof cores[0]; n++) assert_limit(&shells[i], &cores[n]);
  }
}

/* Far beyond the limit, with a million levels, there is neither a crash nor a wait. */
static void nesting_without_end_is_refused(void **state) {
  (void)state;
  enum { MANY = 1000000 };
  uint8_t *const many = malloc(MANY);
  assert_non_null(many);
  memset(many, PNI_DESCRIPTOR, MANY);
  struct pni_reader reader = pni_reader(many, MANY);
  assert_int_equal(pni_walk_over(&reader), PNI_NO_MEMORY);
  /* In an array the levels of the descriptor are stepped over first, to find the constructor. */
  memcpy(many, (uint8_t[]){0xf0, 0, 0x0f, 0x42, 0x3b, 0, 0, 0, 1}, 9);
  reader = pni_reader(many, MANY);
  assert_int_equal(pni_walk_over(&reader), PNI_BAD_ARGUMENT);
  free(many);
}

/* Elements without octets are not bounded by the size; the limit bounds them, for each of their constructors. */
static void elements_without_octets_have_a_limit(void **state) {
  (void)state;
  for (unsigned code = PNI_NULL; code <= PNI_LIST0; code++) {
    for (unsigned described = 0; described <= 1; described++) {
      for (unsigned more = 0; more <= 2; more++) {
        const uint32_t count = more == 2 ? UINT32_MAX : PNI_LIMIT_EMPTY_ELEMENTS + more;
        char encoded[64];
        snprintf(encoded, sizeof encoded, "f0 %08x %08x %s %02x", described ? 7 : 5, (unsigned)count,
            described ? "00 43" : "", code);
        struct octets octets = octets_of(encoded);
        struct pni_text nowhere = pni_text(NULL, 0);
        struct pni_reader steps = pni_reader(octets.start, octets.size);
        struct pni_reader over = pni_reader(octets.start, octets.size);
        assert_int_equal(outline(&steps, &nowhere), more ? PNI_NO_MEMORY : PNI_OK);
        assert_int_equal(pni_walk_over(&over), more ? PNI_NO_MEMORY : PNI_OK);
        if (more) assert_string_equal(fault_of(&over), "too many array elements without octets of their own");
        octets_free(&octets);
      }
    }
  }
}

/* Arrays of a dozen octets that hold as many elements as the limit allows cost no more than a dozen octets do: a hundred
 * thousand of them, which is six thousand million elements, are stepped over before anybody notices. */
static void elements_without_octets_cost_nothing(void **state) {
  (void)state;
  enum { ARRAYS = 100000, OCTETS = 12, HEAD = 9 };
  static const char *const arrays[] = {
      "f0 00000005 0000ffff 40 40 40", /* two nulls make up the dozen */
      "f0 00000005 0000ffff 45 40 40",
      "f0 00000007 0000ffff 00 43 40",
      "f0 00000007 0000ffff 00 43 45",
  };
  for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
    struct octets array = octets_of(arrays[i]);
    assert_int_equal(array.size, OCTETS);
    struct octets list = {.start = malloc(HEAD + ARRAYS * OCTETS), .size = HEAD + ARRAYS * OCTETS};
    assert_non_null(list.start);
    list.start[0] = PNI_LIST32;
    pni_store32(list.start + 1, ARRAYS * OCTETS + 4);
    pni_store32(list.start + 5, array.start[4] == 5 ? ARRAYS * 3 : ARRAYS);
    for (size_t n = 0; n < ARRAYS; n++) memcpy(list.start + HEAD + n * OCTETS, array.start, OCTETS);
    struct pni_reader reader = pni_reader(list.start, list.size);
    const clock_t start = clock();
    assert_int_equal(pni_walk_over(&reader), PNI_OK);
    assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
    octets_free(&list);
    octets_free(&array);
  }
}

/* A walker that has seen enough of a value goes to its end. */
static void the_rest_of_a_value_is_left_out(void **state) {
  (void)state;
  static const char *const values[] = {
      "c0 06 03 40 a1 01 41 43",
      "c1 05 02 a1 01 41 43",
      "e0 06 02 60 0001 0002",
      "e0 06 01 00 53 10 50 01",
      "e0 08 02 c0 01 00 03 02 40 41",
      "45",
  };
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    for (unsigned seen = 0; seen <= 1; seen++) {
      struct octets octets = octets_of(values[i]);
      struct pni_reader reader = pni_reader(octets.start, octets.size);
      struct pni_walker walker;
      struct pni_step step;
      pni_walk(&walker, &reader);
      assert_int_equal(pni_walk_step(&walker, &step), PNI_OK);
      assert_int_equal(step.kind, PNI_STEP_ENTER);
      if (seen && step.value.size > 0) {
        do assert_int_equal(pni_walk_step(&walker, &step), PNI_OK);
        while (walker.depth > 1);
      }
      pni_walk_rest(&walker);
      assert_int_equal(pni_walk_step(&walker, &step), PNI_OK);
      assert_int_equal(step.kind, PNI_STEP_LEAVE);
      assert_false(pni_walk_more(&walker));
      assert_int_equal(pni_reader_left(&reader), 0);
      octets_free(&octets);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_step_is_taken),
      cmocka_unit_test(whole_values_are_stepped_over),
      cmocka_unit_test(values_cut_short_want_more),
      cmocka_unit_test(counts_have_to_fill_sizes),
      cmocka_unit_test(maps_are_pairs),
      cmocka_unit_test(items_are_checked_at_every_depth),
      cmocka_unit_test(nesting_has_a_limit),
      cmocka_unit_test(nesting_without_end_is_refused),
      cmocka_unit_test(elements_without_octets_have_a_limit),
      cmocka_unit_test(elements_without_octets_cost_nothing),
      cmocka_unit_test(the_rest_of_a_value_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
