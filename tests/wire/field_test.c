/* field_test.c: the types of fields that are more than a primitive type. [1.3, 1.4, 2.8] */
#include "support/octets.h"
#include "wire/fault.h"
#include "wire/field.h"

/* One field of a list that holds nothing else; it is left in `fields`, whose octets are freed with it. */
struct one {
  struct octets octets;
  struct pni_fields fields;
};

static struct one one_field(const char *value) {
  char text[256];
  struct octets item = octets_of(value);
  snprintf(text, sizeof text, "d0 %08zx 00000001 %s", item.size + 4, value);
  octets_free(&item);
  struct one one = {.octets = octets_of(text)};
  struct pni_reader reader = pni_reader(one.octets.start, one.octets.size);
  assert_int_equal(pni_fields_open(&reader, &one.fields), PNI_OK);
  assert_int_equal(pni_reader_left(&reader), 0);
  return one;
}

/* What becomes of a field: it is there, it is absent, or it is refused with these words. */
#define THERE  "there"
#define ABSENT "absent"

#define ASSERT_TAKEN(type, value, outcome)                                                                   \
  do {                                                                                                       \
    struct one one = one_field(value);                                                                       \
    pni_##type out = {0};                                                                                    \
    bool present = false;                                                                                    \
    const pni_status status = pni_take_##type(&one.fields, &out, &present);                                  \
    const char *const found = status ? fault_of(&one.fields.in) : present ? THERE : ABSENT;                  \
    if (strcmp(found, outcome) != 0) fail_msg(#type " of %s is %s, not %s", value, found, outcome);          \
    if (status == PNI_OK) assert_int_equal(pni_fields_close(&one.fields), PNI_OK);                           \
    octets_free(&one.octets);                                                                                \
  } while (0)

/* The values of a choice run from 0 to the last; the list names all of them. */
static void choices_end_with_their_last_value(void **state) {
  (void)state;
  char value[16];
#define UBYTE_FORMAT "50 %02x"
#define UINT_FORMAT  "70 %08x"
#define CHOICE_BEGIN(type, primitive)                                                                        \
  {                                                                                                          \
    const char *const format = primitive##_FORMAT;                                                           \
    unsigned named = 0;
#define CHOICE(type, name, number)                                                                           \
  assert_int_equal(PNI_##type##_##name, number);                                                             \
  assert_int_equal(number, named++);
#define CHOICE_END(type, last)                                                                               \
  assert_int_equal(named, (last) + 1);                                                                       \
  for (unsigned n = 0; n <= UINT8_MAX; n++) {                                                                \
    snprintf(value, sizeof value, format, n);                                                                \
    ASSERT_TAKEN(type, value, n <= (last) ? THERE : "not one of the type's values");                         \
  }                                                                                                          \
  }
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END
  ASSERT_TAKEN(TERMINUS_DURABILITY, "70 00000100", "not one of the type's values");
  ASSERT_TAKEN(TERMINUS_DURABILITY, "70 ffffffff", "not one of the type's values");
}

static void null_is_absent(void **state) {
  (void)state;
  ASSERT_TAKEN(BOOL, "40", ABSENT);
  ASSERT_TAKEN(UBYTE, "40", ABSENT);
  ASSERT_TAKEN(TIMESTAMP, "40", ABSENT);
  ASSERT_TAKEN(STRING, "40", ABSENT);
  ASSERT_TAKEN(SASL_CODE, "40", ABSENT);
  ASSERT_TAKEN(MESSAGE_ID, "40", ABSENT);
  ASSERT_TAKEN(MAP, "40", ABSENT);
  ASSERT_TAKEN(FIELDS, "40", ABSENT);
  ASSERT_TAKEN(SYMBOLS, "40", ABSENT);
  ASSERT_TAKEN(ERROR, "40", ABSENT);
  ASSERT_TAKEN(ANY, "40", ABSENT);
}

/* Behind the end of the list there is nothing, and no fault in asking. */
static void fields_behind_the_end_are_absent(void **state) {
  (void)state;
  struct one one = one_field("41");
  bool present = false, out = false;
  pn_bytes_t any;
  assert_int_equal(pni_take_BOOL(&one.fields, &out, &present), PNI_OK);
  assert_true(present && out);
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(pni_take_BOOL(&one.fields, &out, &present), PNI_OK);
    assert_false(present);
    assert_int_equal(pni_take_ANY(&one.fields, &any, &present), PNI_OK);
    assert_false(present);
  }
  assert_true(out); /* left alone */
  assert_int_equal(pni_fields_close(&one.fields), PNI_OK);
  octets_free(&one.octets);
}

static void text_is_checked(void **state) {
  (void)state;
  ASSERT_TAKEN(STRING, "a1 02 c3a9", THERE);
  ASSERT_TAKEN(STRING, "a1 01 e9", "string is not UTF-8");
  ASSERT_TAKEN(ADDRESS, "a1 01 e9", "string is not UTF-8");
  ASSERT_TAKEN(SYMBOL, "a3 02 c3a9", "symbol is not ASCII");
  ASSERT_TAKEN(BOOL, "56 02", "boolean is neither 0 nor 1");
  ASSERT_TAKEN(MESSAGE_ID, "a1 01 e9", "string is not UTF-8");
  ASSERT_TAKEN(ANY, "00 43 a1 01 e9", "string is not UTF-8");
}

/* [2.8.13] Keys are symbols. Peers that send strings are about, and nothing is lost by taking them. */
static void fields_have_symbols_for_keys(void **state) {
  (void)state;
  ASSERT_TAKEN(FIELDS, "c1 01 00", THERE);
  ASSERT_TAKEN(FIELDS, "c1 09 04 a3 01 'a' 43 a3 01 'b' 40", THERE);
  ASSERT_TAKEN(FIELDS, "c1 09 02 a3 01 'a' c0 03 02 4141", THERE);
  ASSERT_TAKEN(FIELDS, "c1 05 02 a1 01 'a' 43", THERE);
  ASSERT_TAKEN(FIELDS, "c1 07 04 a3 00 43 53 01 43", "a key of the map is not a symbol");
  ASSERT_TAKEN(FIELDS, "c1 03 02 40 43", "a key of the map is not a symbol");
  ASSERT_TAKEN(FIELDS, "c1 05 02 a0 01 'a' 43", "a key of the map is not a symbol");
  ASSERT_TAKEN(FIELDS, "c1 04 01 a3 01 'a'", "map has a key without a value");
  ASSERT_TAKEN(FIELDS, "c1 05 02 a3 01 ff 43", "symbol is not ASCII");
  ASSERT_TAKEN(FIELDS, "c1 03 02 45 43", "a key of the map is not a symbol");
  ASSERT_TAKEN(MAP, "c1 03 02 45 43", THERE); /* other maps have keys of all kinds */
}

/* [1.3.4] One symbol or an array of them; an array of none says as much as a null. */
static void symbols_may_be_many_one_or_none(void **state) {
  (void)state;
  ASSERT_TAKEN(SYMBOLS, "a3 00", THERE);
  ASSERT_TAKEN(SYMBOLS, "b3 00000001 'a'", THERE);
  ASSERT_TAKEN(SYMBOLS, "e0 04 01 a3 01 'a'", THERE);
  ASSERT_TAKEN(SYMBOLS, "e0 07 01 b3 00000001 'a'", THERE);
  ASSERT_TAKEN(SYMBOLS, "e0 06 02 a3 01 'a' 01 'b'", THERE);
  ASSERT_TAKEN(SYMBOLS, "e0 02 00 a3", ABSENT);
  ASSERT_TAKEN(SYMBOLS, "f0 00000005 00000000 b3", ABSENT);
  ASSERT_TAKEN(SYMBOLS, "e0 02 00 a1", "wrong type");
  ASSERT_TAKEN(SYMBOLS, "e0 02 00 40", "wrong type");
  ASSERT_TAKEN(SYMBOLS, "e0 04 01 a1 01 'a'", "wrong type");
  ASSERT_TAKEN(SYMBOLS, "e0 04 01 a3 01 ff", "symbol is not ASCII");
  ASSERT_TAKEN(SYMBOLS, "e0 06 01 00 43 a3 01 'a'", "wrong type"); /* described */
  ASSERT_TAKEN(SYMBOLS, "c0 04 01 a3 01 'a'", "wrong type");       /* in a list */
}

/* [2.8.14] Described as an error, by its number or its name. */
static void errors_are_described_as_such(void **state) {
  (void)state;
  ASSERT_TAKEN(ERROR, "00 53 1d c0 04 01 a3 01 'c'", THERE);
  ASSERT_TAKEN(ERROR, "00 80 000000000000001d c0 04 01 a3 01 'c'", THERE);
  ASSERT_TAKEN(ERROR, "00 a3 0f 'amqp:error:list' c0 04 01 a3 01 'c'", THERE);
  ASSERT_TAKEN(ERROR, "00 53 1c c0 04 01 a3 01 'c'", "wrong type");
  ASSERT_TAKEN(ERROR, "00 52 1d c0 04 01 a3 01 'c'", "wrong type");
  ASSERT_TAKEN(ERROR, "00 a3 0f 'amqp:erros:list' 45", "wrong type");
  ASSERT_TAKEN(ERROR, "00 00 53 1d 40 45", "wrong type");
  ASSERT_TAKEN(ERROR, "c0 04 01 a3 01 'c'", "wrong type");
  /* What is in them is checked, too. */
  ASSERT_TAKEN(ERROR, "00 53 1d 45", "mandatory field is missing");
  ASSERT_TAKEN(ERROR, "00 53 1d 40", "not a list");
  ASSERT_TAKEN(ERROR, "00 53 1d c0 04 01 a1 01 'c'", "wrong type");
  ASSERT_TAKEN(ERROR, "00 53 1d c0 06 02 a3 01 'c' a3 00", "wrong type");
}

static void message_ids_are_of_four_types(void **state) {
  (void)state;
  ASSERT_TAKEN(MESSAGE_ID, "44", THERE);
  ASSERT_TAKEN(MESSAGE_ID, "98 '0123456789abcdef'", THERE);
  ASSERT_TAKEN(MESSAGE_ID, "a0 00", THERE);
  ASSERT_TAKEN(MESSAGE_ID, "a1 00", THERE);
  ASSERT_TAKEN(MESSAGE_ID, "a3 00", "wrong type");
  ASSERT_TAKEN(MESSAGE_ID, "43", "wrong type");
  ASSERT_TAKEN(MESSAGE_ID, "00 44 44", "wrong type");
}

/* Values of ANY type are kept with their constructors, as they came. */
static void values_are_kept_as_they_came(void **state) {
  (void)state;
  static const char *const values[] = {"56 01", "00 53 24 d0 00000004 00000000", "e0 02 03 40"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    struct one one = one_field(values[i]);
    struct octets expected = octets_of(values[i]);
    pn_bytes_t any = {0};
    bool present = false;
    assert_int_equal(pni_take_ANY(&one.fields, &any, &present), PNI_OK);
    assert_true(present);
    assert_octets(any.start, any.size, &expected);
    octets_free(&expected);
    octets_free(&one.octets);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(choices_end_with_their_last_value),
      cmocka_unit_test(null_is_absent),
      cmocka_unit_test(fields_behind_the_end_are_absent),
      cmocka_unit_test(text_is_checked),
      cmocka_unit_test(fields_have_symbols_for_keys),
      cmocka_unit_test(symbols_may_be_many_one_or_none),
      cmocka_unit_test(errors_are_described_as_such),
      cmocka_unit_test(message_ids_are_of_four_types),
      cmocka_unit_test(values_are_kept_as_they_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
