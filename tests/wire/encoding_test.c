/* encoding_test.c: the table of constructors against the rules by which the standard made their codes. [1.2] */
#include "wire/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The high half of a code says how long the value is; all codes follow that, and the others are not defined. */
static void codes_say_how_long_a_value_is(void **state) {
  (void)state;
  static const struct {
    enum pni_form form;
    uint8_t width;
  } classes[16] = {
      [0x4] = {PNI_FIXED, 0},
      [0x5] = {PNI_FIXED, 1},
      [0x6] = {PNI_FIXED, 2},
      [0x7] = {PNI_FIXED, 4},
      [0x8] = {PNI_FIXED, 8},
      [0x9] = {PNI_FIXED, 16},
      [0xa] = {PNI_VARIABLE, 1},
      [0xb] = {PNI_VARIABLE, 4},
      [0xc] = {PNI_COMPOUND, 1},
      [0xd] = {PNI_COMPOUND, 4},
      [0xe] = {PNI_ARRAY_FORM, 1},
      [0xf] = {PNI_ARRAY_FORM, 4},
  };
  unsigned defined = 0;
  for (unsigned code = 0; code < 256; code++) {
    const struct pni_encoding encoding = pni_encodings[code];
    if (encoding.form == PNI_NO_FORM) {
      assert_int_equal(encoding.type, 0);
      continue;
    }
    defined++;
    assert_int_equal(encoding.form, classes[code >> 4].form);
    assert_int_equal(encoding.width, classes[code >> 4].width);
  }
  assert_int_equal(defined, 39);
}

/* Only text and the boolean of one octet have rules for what is in them. */
static void checks_belong_to_types(void **state) {
  (void)state;
  for (unsigned code = 0; code < 256; code++) {
    const struct pni_encoding encoding = pni_encodings[code];
    const enum pni_check expected = encoding.type == PN_STRING                        ? PNI_CHECK_UTF8
                                    : encoding.type == PN_SYMBOL                      ? PNI_CHECK_ASCII
                                    : encoding.type == PN_BOOL && encoding.width == 1 ? PNI_CHECK_TRUTH
                                                                                      : PNI_CHECK_ANY;
    assert_int_equal(encoding.check, expected);
  }
}

/* Each type has an encoding, but for described values, whose constructor is another's. */
static void every_type_has_an_encoding(void **state) {
  (void)state;
  for (unsigned type = PN_NULL; type <= PN_MAP; type++) {
    unsigned encodings = 0;
    for (unsigned code = 0; code < 256; code++) encodings += pni_encodings[code].type == type;
    assert_int_equal(encodings > 0, type != PN_DESCRIBED);
  }
}

static void types_have_names(void **state) {
  (void)state;
#define NAMED(type) assert_string_equal(pn_type_name(type), #type)
  NAMED(PN_NULL), NAMED(PN_BOOL), NAMED(PN_UBYTE), NAMED(PN_BYTE), NAMED(PN_USHORT), NAMED(PN_SHORT);
  NAMED(PN_UINT), NAMED(PN_INT), NAMED(PN_CHAR), NAMED(PN_ULONG), NAMED(PN_LONG), NAMED(PN_TIMESTAMP);
  NAMED(PN_FLOAT), NAMED(PN_DOUBLE), NAMED(PN_DECIMAL32), NAMED(PN_DECIMAL64), NAMED(PN_DECIMAL128);
  NAMED(PN_UUID), NAMED(PN_BINARY), NAMED(PN_STRING), NAMED(PN_SYMBOL), NAMED(PN_DESCRIBED);
  NAMED(PN_ARRAY), NAMED(PN_LIST), NAMED(PN_MAP);
#undef NAMED
  assert_string_equal(pn_type_name(PN_INVALID), "<UNKNOWN>");
  assert_string_equal(pn_type_name((pn_type_t)0), "<UNKNOWN>");
  assert_string_equal(pn_type_name((pn_type_t)26), "<UNKNOWN>");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_say_how_long_a_value_is),
      cmocka_unit_test(checks_belong_to_types),
      cmocka_unit_test(every_type_has_an_encoding),
      cmocka_unit_test(types_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
