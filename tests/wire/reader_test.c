/* reader_test.c: single values out of octets: every scalar in every encoding, descriptors, and what is no value. */
#include "support/octets.h"
#include "wire/fault.h"
#include "wire/performative.h"
#include "wire/reader.h"
#include "wire/samples.h"

static bool has_bytes(pn_type_t type) { return type == PN_BINARY || type == PN_STRING || type == PN_SYMBOL; }

static void assert_atom(const pn_atom_t *found, const pn_atom_t *expected) {
  assert_int_equal(found->type, expected->type);
  if (has_bytes(expected->type)) {
    assert_int_equal(found->u.as_bytes.size, expected->u.as_bytes.size);
    assert_memory_equal(found->u.as_bytes.start, expected->u.as_bytes.start, expected->u.as_bytes.size);
  } else {
    assert_memory_equal(&found->u, &expected->u, sizeof expected->u);
  }
}

static void scalars_are_read_in_every_encoding(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLES; i++) {
    struct octets sample = octets_of(samples[i].encoded);
    struct pni_reader reader = pni_reader(sample.start, sample.size);
    struct pni_value value;
    assert_int_equal(pni_read_head(&reader, &value), PNI_OK);
    assert_int_equal(pni_reader_left(&reader), 0);
    assert_int_equal(value.code, sample.start[0]);
    assert_int_equal(value.count, 0);
    assert_int_equal(pni_check_scalar(&reader, &value), PNI_OK);
    const pn_atom_t atom = pni_value_atom(&value);
    assert_atom(&atom, &samples[i].atom);

    reader = pni_reader(sample.start, sample.size);
    pn_bytes_t encoded;
    assert_int_equal(pni_read_value(&reader, &encoded), PNI_OK);
    assert_int_equal(pni_reader_left(&reader), 0);
    assert_octets(encoded.start, encoded.size, &sample);
    octets_free(&sample);
  }
}

/* Integers of all widths, before they are made to fit a type. */
static void integers_keep_their_sign(void **state) {
  (void)state;
  static const struct {
    const char *encoded;
    int64_t integer;
  } integers[] = {{"51 80", -128}, {"54 ff", -1}, {"55 80", -128}, {"61 8000", -32768},
      {"71 80000000", INT32_MIN}, {"81 8000000000000000", INT64_MIN}, {"83 ffffffffffffffff", -1},
      {"51 7f", 127}, {"61 7fff", 32767}};
  for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
    struct octets octets = octets_of(integers[i].encoded);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    struct pni_value value;
    assert_int_equal(pni_read_head(&reader, &value), PNI_OK);
    assert_true(pni_value_signed(&value) == integers[i].integer);
    octets_free(&octets);
  }
}

static void every_scalar_encoding_has_a_sample(void **state) {
  (void)state;
  bool sampled[256] = {false};
  for (size_t i = 0; i < SAMPLES; i++) {
    struct octets sample = octets_of(samples[i].encoded);
    sampled[sample.start[0]] = true;
    octets_free(&sample);
  }
  for (unsigned code = 0; code < 256; code++) {
    const uint8_t type = pni_encodings[code].type;
    assert_int_equal(sampled[code], type != 0 && type < PN_DESCRIBED);
  }
}

/* A value that is cut short anywhere wants more, and nothing behind what is there is looked at. */
static void scalars_cut_short_want_more(void **state) {
  (void)state;
  for (size_t i = 0; i < SAMPLES; i++) {
    struct octets sample = octets_of(samples[i].encoded);
    for (size_t size = 0; size < sample.size; size++) {
      struct octets cut = octets_copy(sample.start, size);
      struct pni_reader reader = pni_reader(cut.start, cut.size);
      pn_bytes_t encoded;
      assert_int_equal(pni_read_value(&reader, &encoded), PNI_UNDERFLOW);
      assert_string_equal(fault_of(&reader), "the value goes on beyond the end of the data");
      octets_free(&cut);
    }
    octets_free(&sample);
  }
}

/* The head of a compound says where its items are; what they are is not looked at. [1.2.3] */
static void compounds_have_size_and_count(void **state) {
  (void)state;
  static const struct {
    const char *encoded;
    pn_type_t type;
    uint32_t count, size; /* size: of the items */
    size_t left;          /* behind the value */
  } heads[] = {
      {"45 ff", PN_LIST, 0, 0, 1},
      {"c0 01 00 ff", PN_LIST, 0, 0, 1},
      {"c0 03 02 4041 ff", PN_LIST, 2, 2, 1},
      {"c1 03 02 4041", PN_MAP, 2, 2, 0},
      {"d0 00000004 00000000", PN_LIST, 0, 0, 0},
      {"d0 00000006 00000002 4041 ffff", PN_LIST, 2, 2, 2},
      {"d1 00000006 00000002 4041", PN_MAP, 2, 2, 0},
      {"e0 02 ff 41", PN_ARRAY, 255, 1, 0},
      {"f0 00000005 ffffffff 41 ff", PN_ARRAY, UINT32_MAX, 1, 1},
      {"00 53 10 40", PN_DESCRIBED, 0, 0, 3},
  };
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    struct octets octets = octets_of(heads[i].encoded);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    struct pni_value value;
    assert_int_equal(pni_read_head(&reader, &value), PNI_OK);
    assert_int_equal(value.type, heads[i].type);
    assert_int_equal(value.count, heads[i].count);
    assert_int_equal(value.size, heads[i].size);
    assert_int_equal(pni_reader_left(&reader), heads[i].left);
    if (value.type != PN_DESCRIBED) assert_ptr_equal(value.body + value.size, reader.pos);
    octets_free(&octets);
  }
}

struct fault {
  const char *encoded;
  pni_status status;
  const char *text;
};

static void assert_faults(const struct fault *faults, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct octets octets = octets_of(faults[i].encoded);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    pn_bytes_t encoded;
    const pni_status status = pni_read_value(&reader, &encoded);
    if (status != faults[i].status) fail_msg("%s: status %d", faults[i].encoded, status);
    assert_string_equal(fault_of(&reader), faults[i].text);
    octets_free(&octets);
  }
}

static void faults_of_values_have_names(void **state) {
  (void)state;
  static const struct fault faults[] = {
      {"56 02", PNI_BAD_ARGUMENT, "boolean is neither 0 nor 1"},
      {"56 ff", PNI_BAD_ARGUMENT, "boolean is neither 0 nor 1"},
      {"a1 02 c080", PNI_BAD_ARGUMENT, "string is not UTF-8"},
      {"b1 00000001 ff", PNI_BAD_ARGUMENT, "string is not UTF-8"},
      {"a3 01 80", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"a3 02 c3a9", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"b3 00000009 'reply-to' ff", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"c0 00 00", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"c1 00 00", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"e0 00 00", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"d0 00000003 00000000", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"d1 00000000 00000000", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"f0 00000003 00000000", PNI_BAD_ARGUMENT, "size does not cover the count"},
      {"b0 ffffffff 00", PNI_UNDERFLOW, "the value goes on beyond the end of the data"},
      {"d0 ffffffff 00000000", PNI_UNDERFLOW, "the value goes on beyond the end of the data"},
  };
  assert_faults(faults, sizeof faults / sizeof faults[0]);
}

/* All codes that the standard does not define, wherever a constructor may stand. */
static void unknown_constructors_are_refused(void **state) {
  (void)state;
  for (unsigned code = 1; code < 256; code++) {
    if (pni_encodings[code].form != PNI_NO_FORM) continue;
    char alone[32], item[32];
    snprintf(alone, sizeof alone, "%02x 0000000000000000", code);
    snprintf(item, sizeof item, "c0 04 02 40 %02x 00 00", code);
    const struct fault faults[] = {
        {alone, PNI_BAD_ARGUMENT, "no type has this constructor"},
        {item, PNI_BAD_ARGUMENT, "no type has this constructor"},
    };
    assert_faults(faults, 2);
  }
}

struct descriptor {
  const char *encoded;
  uint64_t code;
};

/* Each descriptor is followed by a null, which is not taken. */
static void assert_descriptors(const struct descriptor *descriptors, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char followed[128];
    snprintf(followed, sizeof followed, "%s 40", descriptors[i].encoded);
    struct octets octets = octets_of(followed);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    uint64_t code = 0;
    assert_int_equal(pni_read_descriptor(&reader, &code), PNI_OK);
    if (code != descriptors[i].code) fail_msg("%s", descriptors[i].encoded);
    assert_int_equal(pni_reader_left(&reader), 1);
    for (size_t size = 0; size < octets.size - 1; size++) {
      struct octets cut = octets_copy(octets.start, size);
      reader = pni_reader(cut.start, cut.size);
      assert_int_equal(pni_read_descriptor(&reader, &code), PNI_UNDERFLOW);
      octets_free(&cut);
    }
    octets_free(&octets);
  }
}

/* Numbers in every width and symbols of every length; others are somebody else's. [1.5] */
static void descriptors_are_numbers_or_symbols(void **state) {
  (void)state;
  static const struct descriptor descriptors[] = {
      {"44", 0}, {"53 10", 0x10}, {"53 ff", 0xff}, {"80 0000000000000010", 0x10},
      {"80 0000000100000010", 0x100000010}, /* of another domain */
      {"80 ffffffffffffffff", UINT64_MAX}, {"a3 0e 'amqp:open:list'", 0x10},
      {"b3 0000000e 'amqp:open:list'", 0x10}, {"a3 0f 'amqp:open:list-'", UINT64_MAX},
      {"a3 0d 'amqp:open:lis'", UINT64_MAX}, {"a3 0e 'amqp:OPEN:list'", UINT64_MAX}, {"a3 00", UINT64_MAX},
      {"a1 0e 'amqp:open:list'", UINT64_MAX}, /* a string is no symbol */
      {"52 10", UINT64_MAX},                  /* nor is a uint a ulong */
      {"40", UINT64_MAX}, {"45", UINT64_MAX}, {"c0 03 01 53 10", UINT64_MAX},
      {"c1 05 02 53 10 53 10", UINT64_MAX}, {"e0 03 01 53 10", UINT64_MAX},
      {"00 53 10 53 10", UINT64_MAX}, /* described itself */
  };
  assert_descriptors(descriptors, sizeof descriptors / sizeof descriptors[0]);
}

/* Both registered descriptors of each of AMQP's own types mean the same. */
static void own_descriptors_are_known(void **state) {
  (void)state;
#define COMPOSITE(name, code, descriptor) {descriptor, code},
#define FIELD(name, type, presence)
#define END(name)
#define SECTION(name, code, descriptor, body) {descriptor, code},
  static const struct descriptor own[] = {
#include "spec/performatives.def"
#include "spec/sections.def"
  };
#undef COMPOSITE
#undef FIELD
#undef END
#undef SECTION
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    char number[32], symbol[128];
    snprintf(number, sizeof number, "53 %02x", (unsigned)own[i].code);
    snprintf(symbol, sizeof symbol, "a3 %02x '%s'", (unsigned)strlen(own[i].encoded), own[i].encoded);
    const struct descriptor both[] = {{number, own[i].code}, {symbol, own[i].code}};
    assert_descriptors(both, 2);
  }
}

static void faults_of_descriptors_have_names(void **state) {
  (void)state;
  static const struct fault faults[] = {
      {"00 a3 01 80 40", PNI_BAD_ARGUMENT, "symbol is not ASCII"},
      {"00 01 40", PNI_BAD_ARGUMENT, "no type has this constructor"},
      {"00 c0 00 00 40", PNI_BAD_ARGUMENT, "size does not cover the count"},
  };
  assert_faults(faults, sizeof faults / sizeof faults[0]);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    struct octets octets = octets_of(faults[i].encoded);
    struct pni_reader reader = pni_reader(octets.start + 1, octets.size - 1);
    uint64_t code;
    assert_int_equal(pni_read_descriptor(&reader, &code), faults[i].status);
    assert_string_equal(fault_of(&reader), faults[i].text);
    octets_free(&octets);
  }
}

/* Type and field come first, in the standard's terms. */
static void faults_are_sentences(void **state) {
  (void)state;
  struct pni_reader reader = pni_reader(NULL, 0);
  assert_string_equal(fault_of(&reader), "malformed");
  assert_int_equal(pni_reader_fail(&reader, PNI_BAD_ARGUMENT, "wrong type"), PNI_BAD_ARGUMENT);
  assert_string_equal(fault_of(&reader), "wrong type");
  reader.fault.type = "transfer";
  assert_string_equal(fault_of(&reader), "transfer: wrong type");
  reader.fault.field = "delivery_tag";
  assert_string_equal(fault_of(&reader), "transfer: delivery-tag: wrong type");
  reader.fault = (struct pni_fault){.type = "sasl_mechanisms", .field = "sasl_server_mechanisms"};
  assert_string_equal(fault_of(&reader), "sasl-mechanisms: sasl-server-mechanisms: malformed");
}

static void nothing_is_read_from_nothing(void **state) {
  (void)state;
  struct pni_reader reader = pni_reader(NULL, 0);
  struct pni_value value;
  pn_bytes_t encoded;
  uint64_t code;
  assert_int_equal(pni_reader_left(&reader), 0);
  assert_int_equal(pni_read_head(&reader, &value), PNI_UNDERFLOW);
  assert_int_equal(pni_read_value(&reader, &encoded), PNI_UNDERFLOW);
  assert_int_equal(pni_read_descriptor(&reader, &code), PNI_UNDERFLOW);
}

static void numbers_are_loaded_high_octet_first(void **state) {
  (void)state;
  static const uint8_t octets[] = {0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88};
  assert_int_equal(pni_load16(octets), 0x8182);
  assert_int_equal(pni_load32(octets), 0x81828384);
  assert_true(pni_load64(octets) == 0x8182838485868788);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalars_are_read_in_every_encoding),
      cmocka_unit_test(integers_keep_their_sign),
      cmocka_unit_test(every_scalar_encoding_has_a_sample),
      cmocka_unit_test(scalars_cut_short_want_more),
      cmocka_unit_test(compounds_have_size_and_count),
      cmocka_unit_test(faults_of_values_have_names),
      cmocka_unit_test(unknown_constructors_are_refused),
      cmocka_unit_test(descriptors_are_numbers_or_symbols),
      cmocka_unit_test(own_descriptors_are_known),
      cmocka_unit_test(faults_of_descriptors_have_names),
      cmocka_unit_test(faults_are_sentences),
      cmocka_unit_test(nothing_is_read_from_nothing),
      cmocka_unit_test(numbers_are_loaded_high_octet_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
