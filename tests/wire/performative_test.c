/* performative_test.c: every field of every composite type, out of a list and into one. [1.4] */
#include "wire/composites.h"
#include "wire/fault.h"

static void assert_held(const struct composite *composite, const struct list *list, const union any *in) {
  struct held held = {0};
  composite->hold(&held, in);
  assert_int_equal(held.count, composite->count);
  for (unsigned i = 0; i < composite->count; i++) {
    const struct field *const field = &composite->fields[i];
    const char *expected = field->standard ? field->standard : field->type->absent;
    char value[64] = "";
    if (list->values[i]) {
      struct octets octets = octets_of(list->values[i]);
      struct pni_text text = pni_text(value, sizeof value);
      for (size_t o = 0; o < octets.size; o++) pni_text_format(&text, "%02x", octets.start[o]);
      octets_free(&octets);
      expected = value;
      for (unsigned v = 0; v < MOST_VALUES && field->type->values[v].encoded; v++) {
        if (field->type->values[v].encoded == list->values[i] && field->type->values[v].held)
          expected = field->type->values[v].held;
      }
    }
    if (held.fields[i].present != (list->values[i] != NULL) || strcmp(held.fields[i].text, expected) != 0) {
      fail_msg("%s: %s is %s, expected %s", composite->name, field->name, held.fields[i].text, expected);
    }
  }
}

/* A list with wide sizes means the same; it is decoded in another way. */
static void assert_wide_list_is_the_same(const struct composite *composite, const struct list *list) {
  struct octets octets = list_encoded(list, composite->count, true, "");
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  union any any;
  memset(&any, 0x5a, sizeof any);
  if (composite->decode(&reader, &any) != PNI_OK) fail_msg("%s: %s", composite->name, fault_of(&reader));
  assert_int_equal(pni_reader_left(&reader), 0);
  assert_held(composite, list, &any);
  octets_free(&octets);
}

/* What is written does not depend on how much room there is; with plenty it is written in another way. */
static void assert_room_does_not_matter(
    const struct composite *composite, const union any *any, const struct octets *expected) {
  for (size_t more = 0; more <= 200; more += 10) {
    uint8_t *const room = malloc(expected->size + more);
    struct pni_writer writer = pni_writer(room, expected->size + more);
    composite->encode(&writer, any);
    assert_octets(room, writer.size, expected);
    free(room);
  }
}

/* The list is decoded, the struct holds what it should, and encodes to the same list again. */
static void assert_round_trip(const struct composite *composite, const struct list *list) {
  struct octets octets = list_canonical(composite, list);
  struct pni_reader reader = pni_reader(octets.start + DESCRIPTOR, octets.size - DESCRIPTOR);
  union any any;
  memset(&any, 0xa5, sizeof any);
  if (composite->decode(&reader, &any) != PNI_OK) fail_msg("%s: %s", composite->name, fault_of(&reader));
  assert_int_equal(pni_reader_left(&reader), 0);
  assert_held(composite, list, &any);

  struct pni_writer counting = pni_writer(NULL, 0);
  composite->encode(&counting, &any);
  assert_int_equal(counting.size, octets.size);
  struct octets again = {.start = malloc(octets.size), .size = octets.size};
  struct pni_writer writer = pni_writer(again.start, again.size);
  composite->encode(&writer, &any);
  assert_true(pni_writer_fits(&writer));
  assert_octets(again.start, again.size, &octets);
  assert_room_does_not_matter(composite, &any, &octets);
  assert_wide_list_is_the_same(composite, list);
  octets_free(&again);
  octets_free(&octets);
}

static void all_fields_go_both_ways(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list all = list_of(composite, true);
    assert_round_trip(composite, &all);
  }
}

static void no_field_but_the_mandatory_goes_both_ways(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list mandatory = list_of(composite, false);
    assert_round_trip(composite, &mandatory);
  }
}

static void each_field_goes_both_ways_alone(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      struct list list = list_of(composite, false);
      list.values[i] = composite->fields[i].type->values[0].encoded;
      assert_round_trip(composite, &list);
    }
  }
}

static void each_field_goes_both_ways_but_one(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      struct list list = list_of(composite, true);
      if (!composite->fields[i].mandatory) list.values[i] = NULL;
      assert_round_trip(composite, &list);
    }
  }
}

/* A list of the usual encoding and one with wide sizes, which is decoded in another way, hold the same. */
static void assert_decodes(const struct composite *composite, const struct list *list) {
  for (unsigned wide = 0; wide <= 1; wide++) {
    struct octets octets = list_encoded(list, composite->count, wide != 0, "");
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    union any any;
    memset(&any, 0xa5, sizeof any);
    if (composite->decode(&reader, &any) != PNI_OK) fail_msg("%s: %s", composite->name, fault_of(&reader));
    assert_int_equal(pni_reader_left(&reader), 0);
    assert_held(composite, list, &any);
    octets_free(&octets);
  }
}

/* Every value of every type, in whatever encoding, means what it should. */
static void each_field_takes_all_its_values(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      for (unsigned v = 0; v < MOST_VALUES && composite->fields[i].type->values[v].encoded; v++) {
        struct list list = list_of(composite, false);
        list.values[i] = composite->fields[i].type->values[v].encoded;
        assert_decodes(composite, &list);
      }
    }
  }
}

/* Nulls at the end may be there or not, and sizes may have four octets where one would do. [1.4] */
static void lists_of_all_lengths_and_widths_are_equal(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list list = list_of(composite, false);
    unsigned least = composite->count;
    while (least > 0 && !list.values[least - 1]) least--;
    for (unsigned count = least; count <= composite->count; count++) {
      for (unsigned wide = 0; wide <= 1; wide++) {
        struct octets octets = list_encoded(&list, count, wide != 0, "");
        struct pni_reader reader = pni_reader(octets.start, octets.size);
        union any any;
        if (composite->decode(&reader, &any) != PNI_OK)
          fail_msg("%s: %s", composite->name, fault_of(&reader));
        assert_int_equal(pni_reader_left(&reader), 0);
        assert_held(composite, &list, &any);
        octets_free(&octets);
      }
    }
  }
}

/* What is behind the list is left for others. */
static void only_the_list_is_taken(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list list = list_of(composite, true);
    struct octets octets = list_canonical(composite, &list);
    union any any;
    memmove(octets.start, octets.start + DESCRIPTOR, octets.size - DESCRIPTOR);
    memset(octets.start + octets.size - DESCRIPTOR, 0xff, DESCRIPTOR);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    assert_int_equal(composite->decode(&reader, &any), PNI_OK);
    assert_int_equal(pni_reader_left(&reader), DESCRIPTOR);
    octets_free(&octets);
  }
}

/* Wherever the room ends, nothing is written beyond it, and the size is right. */
static void encoders_stay_within_their_room(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list list = list_of(composite, true);
    struct octets octets = list_canonical(composite, &list);
    struct pni_reader reader = pni_reader(octets.start + DESCRIPTOR, octets.size - DESCRIPTOR);
    union any any;
    assert_int_equal(composite->decode(&reader, &any), PNI_OK);
    for (size_t capacity = 0; capacity < octets.size; capacity++) {
      uint8_t *const room = malloc(capacity);
      struct pni_writer writer = pni_writer(room, capacity);
      composite->encode(&writer, &any);
      assert_int_equal(writer.size, octets.size);
      assert_false(pni_writer_fits(&writer));
      free(room);
    }
    octets_free(&octets);
  }
}

/* In a room of any size behind some octets, from too small to far too large, the composite is the same. */
static void assert_written_alike(const struct composite *composite, const union any *any) {
  enum { BEFORE = 5, SPARE = 200 };
  struct pni_writer counting = pni_writer(NULL, 0);
  composite->encode(&counting, any);
  struct octets expected = {.start = malloc(counting.size), .size = counting.size};
  struct pni_writer exact = pni_writer(expected.start, expected.size);
  composite->encode(&exact, any);
  for (size_t capacity = BEFORE; capacity <= BEFORE + expected.size + SPARE; capacity++) {
    uint8_t *const room = malloc(capacity);
    struct pni_writer writer = pni_writer(room, capacity);
    pni_write_raw(&writer, "hello", BEFORE);
    composite->encode(&writer, any);
    assert_int_equal(writer.size, BEFORE + expected.size);
    assert_memory_equal(room, "hello", BEFORE);
    if (pni_writer_fits(&writer)) assert_octets(room + BEFORE, writer.size - BEFORE, &expected);
    free(room);
  }
  octets_free(&expected);
}

/* Bytes of the sizes from which they, and the list around them, are wide. */
static void assert_long_values_written_alike(const struct composite *composite, unsigned field) {
  const char *const primitive = composite->fields[field].type->takes;
  const unsigned code = strcmp(primitive, "BINARY") == 0   ? PNI_VBIN8
                        : strcmp(primitive, "SYMBOL") == 0 ? PNI_SYM8
                                                           : PNI_STR8;
  for (unsigned size = 200; size <= 260; size++) {
    char text[400];
    struct list list = list_of(composite, false);
    if (size <= 255)
      snprintf(text, sizeof text, "%02x %02x '%0*d'", code, size, (int)size, 0);
    else
      snprintf(text, sizeof text, "%02x %08x '%0*d'", code + 0x10, size, (int)size, 0);
    list.values[field] = text;
    struct octets octets = list_canonical(composite, &list);
    struct pni_reader reader = pni_reader(octets.start + DESCRIPTOR, octets.size - DESCRIPTOR);
    union any any;
    if (composite->decode(&reader, &any) != PNI_OK) fail_msg("%s: %s", composite->name, fault_of(&reader));
    assert_written_alike(composite, &any);
    octets_free(&octets);
  }
}

static void composites_are_the_same_in_any_room(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned all = 0; all <= 1; all++) {
      const struct list list = list_of(composite, all != 0);
      struct octets octets = list_encoded(&list, composite->count, false, "");
      struct pni_reader reader = pni_reader(octets.start, octets.size);
      union any any;
      assert_int_equal(composite->decode(&reader, &any), PNI_OK);
      assert_written_alike(composite, &any);
      octets_free(&octets);
    }
    for (unsigned i = 0; i < composite->count; i++) {
      const char *const held = composite->fields[i].type->values[0].held;
      if (held && held[0] == '"') assert_long_values_written_alike(composite, i);
    }
  }
}

static void composites_are_found_by_their_names(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct pni_composite *const found = pni_composite(composite->code);
    assert_non_null(found);
    assert_string_equal(found->name, composite->name);
    assert_string_equal(found->descriptor, composite->descriptor);
    assert_int_equal(found->code, composite->code);
    for (unsigned i = 0; i < composite->count; i++)
      assert_string_equal(found->fields[i], composite->fields[i].name);
    assert_null(found->fields[composite->count]);
    assert_int_equal(pni_composite_code(pn_bytes(strlen(found->descriptor), found->descriptor)), found->code);
  }
  assert_null(pni_composite(0));
  assert_null(pni_composite(0x100000010)); /* another domain's */
  assert_null(pni_composite(UINT64_MAX));
  assert_true(pni_composite_code(pn_bytes(0, NULL)) == UINT64_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_fields_go_both_ways),
      cmocka_unit_test(no_field_but_the_mandatory_goes_both_ways),
      cmocka_unit_test(each_field_goes_both_ways_alone),
      cmocka_unit_test(each_field_goes_both_ways_but_one),
      cmocka_unit_test(each_field_takes_all_its_values),
      cmocka_unit_test(lists_of_all_lengths_and_widths_are_equal),
      cmocka_unit_test(only_the_list_is_taken),
      cmocka_unit_test(encoders_stay_within_their_room),
      cmocka_unit_test(composites_are_the_same_in_any_room),
      cmocka_unit_test(composites_are_found_by_their_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
