/* performative_fault_test.c: every way in which a composite can be wrong, and what is said about it. [1.4] */
#include "wire/composites.h"
#include "wire/fault.h"

/* A name of the list in the standard's spelling, in memory that the next call but one uses again. */
static const char *term(const char *name) {
  static char terms[2][64];
  static unsigned turn;
  char *const room = terms[turn++ % 2];
  struct pni_text text = pni_text(room, sizeof terms[0]);
  pni_text_term(&text, name);
  return room;
}

/* The octets are refused with a fault of this type, of this field unless that is NULL. */
static void assert_refused(const struct composite *composite, const struct field *field,
    const struct octets *octets, const char *what) {
  struct pni_reader reader = pni_reader(octets->start, octets->size);
  union any any;
  char expected[128];
  const pni_status status = composite->decode(&reader, &any);
  if (field)
    snprintf(expected, sizeof expected, "%s: %s: %s", term(composite->name), term(field->name), what);
  else
    snprintf(expected, sizeof expected, "%s: %s", term(composite->name), what);
  if (status != PNI_BAD_ARGUMENT) fail_msg("status %d instead of \"%s\"", status, expected);
  assert_string_equal(fault_of(&reader), expected);
}

static void assert_list_refused(const struct composite *composite, const struct field *field,
    const struct list *list, unsigned count, const char *what) {
  for (unsigned wide = 0; wide <= 1; wide++) {
    struct octets octets = list_encoded(list, count, wide != 0, "");
    assert_refused(composite, field, &octets, what);
    octets_free(&octets);
  }
}

static void mandatory_fields_are_missed(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      const struct field *const field = &composite->fields[i];
      if (!field->mandatory) continue;
      struct list list = list_of(composite, true);
      list.values[i] = NULL;
      assert_list_refused(composite, field, &list, composite->count, "mandatory field is missing");
      assert_list_refused(composite, field, &list, i, "mandatory field is missing"); /* the list ends early */
    }
  }
}

static bool takes(const struct type *type, const char *name) {
  return strcmp(type->takes, "anything") == 0 || strstr(type->takes, name) != NULL;
}

/* Fields of every type but their own. */
static void fields_of_another_type_are_refused(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      const struct field *const field = &composite->fields[i];
      for (unsigned t = 0; t < PRIMITIVE_TYPES; t++) {
        struct list list = list_of(composite, true);
        list.values[i] = values_of_types[t][1];
        if (!takes(field->type, values_of_types[t][0]))
          assert_list_refused(composite, field, &list, composite->count, "wrong type");
      }
    }
  }
}

static void more_fields_than_there_are_are_refused(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    struct list list = list_of(composite, true);
    assert_list_refused(composite, NULL, &list, composite->count + 1, "more fields than the type has");
    list.values[composite->count] = "43";
    assert_list_refused(composite, NULL, &list, composite->count + 1, "more fields than the type has");
  }
}

/* Sizes and counts that are at odds, at the place where that shows. */
static void contradictions_are_refused(void **state) {
  (void)state;
  static const char *const what = "size and count contradict each other";
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list list = list_of(composite, true);
    struct octets octets = list_encoded(&list, composite->count, true, "");
    octets.start[8]--; /* an item that was not counted */
    if (composite->count > 0 && !composite->fields[composite->count - 1].mandatory)
      assert_refused(composite, NULL, &octets, what);
    octets.start[8] += 2; /* an item that is not there */
    assert_refused(composite, NULL, &octets, "more fields than the type has");
    octets_free(&octets);
    if (composite->count == 0) continue;
    octets = list_encoded(&list, composite->count - 1, true, "");
    octets.start[8]++; /* and the type has a field for it */
    assert_refused(composite, &composite->fields[composite->count - 1], &octets, what);
    octets_free(&octets);
  }
}

static void fields_that_are_no_values_are_refused(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned i = 0; i < composite->count; i++) {
      struct list list = list_of(composite, true);
      const struct field *const field = &composite->fields[i];
      list.values[i] = "ff";
      assert_list_refused(composite, field, &list, composite->count, "no type has this constructor");
      list.values[i] = "b0 7fffffff"; /* and goes on beyond the list */
      assert_list_refused(composite, field, &list, composite->count, "size and count contradict each other");
    }
  }
}

static void only_lists_are_composites(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    for (unsigned t = 0; t < PRIMITIVE_TYPES; t++) {
      if (strcmp(values_of_types[t][0], "LIST") == 0) continue;
      struct octets octets = octets_of(values_of_types[t][1]);
      assert_refused(composite, NULL, &octets, "not a list");
      octets_free(&octets);
    }
    struct octets null = octets_of("40");
    assert_refused(composite, NULL, &null, "not a list");
    octets_free(&null);
  }
}

static void composites_cut_short_want_more(void **state) {
  (void)state;
  for (size_t n = 0; n < composite_count; n++) {
    const struct composite *const composite = &composites[n];
    const struct list list = list_of(composite, true);
    struct octets octets = list_canonical(composite, &list);
    for (size_t size = DESCRIPTOR; size < octets.size; size++) {
      struct octets cut = octets_copy(octets.start + DESCRIPTOR, size - DESCRIPTOR);
      struct pni_reader reader = pni_reader(cut.start, cut.size);
      union any any;
      char expected[128];
      assert_int_equal(composite->decode(&reader, &any), PNI_UNDERFLOW);
      snprintf(expected, sizeof expected, "%s: the value goes on beyond the end of the data",
          term(composite->name));
      assert_string_equal(fault_of(&reader), expected);
      octets_free(&cut);
    }
    octets_free(&octets);
  }
}

/* No mechanism at all is none that could be chosen. */
static void an_array_of_none_is_missing(void **state) {
  (void)state;
  struct octets octets = octets_of("c0 05 01 e0 02 00 a3");
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  struct pni_sasl_mechanisms mechanisms;
  assert_int_equal(pni_sasl_mechanisms_decode(&reader, &mechanisms), PNI_BAD_ARGUMENT);
  assert_string_equal(
      fault_of(&reader), "sasl-mechanisms: sasl-server-mechanisms: mandatory field is missing");
  octets_free(&octets);
}

/* The sentence that goes to the peer. */
static void a_fault_is_a_sentence(void **state) {
  (void)state;
  struct octets octets = octets_of("c0 05 03 43 43 a1 00");
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  struct pni_transfer transfer;
  assert_int_equal(pni_transfer_decode(&reader, &transfer), PNI_BAD_ARGUMENT);
  assert_string_equal(fault_of(&reader), "transfer: delivery-tag: wrong type");
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mandatory_fields_are_missed),
      cmocka_unit_test(fields_of_another_type_are_refused),
      cmocka_unit_test(more_fields_than_there_are_are_refused),
      cmocka_unit_test(contradictions_are_refused),
      cmocka_unit_test(fields_that_are_no_values_are_refused),
      cmocka_unit_test(only_lists_are_composites),
      cmocka_unit_test(composites_cut_short_want_more),
      cmocka_unit_test(an_array_of_none_is_missing),
      cmocka_unit_test(a_fault_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
