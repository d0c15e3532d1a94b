/* section_test.c: the table of a message's sections. [3.2] */
#include "wire/performative.h"
#include "wire/section.h"

#include <setjmp.h>

#include <cmocka.h>

static void sections_are_numbered_without_a_gap(void **state) {
  (void)state;
  for (unsigned i = 0; i < PNI_SECTION_COUNT; i++) {
    assert_int_equal(pni_sections[i].code, PNI_SECTION_FIRST_CODE + i);
    const struct pni_composite *const composite = pni_composite(pni_sections[i].code);
    assert_non_null(composite);
    assert_string_equal(composite->name, pni_sections[i].name);
  }
}

/* Sections that are lists with fields have these in the list of composites; no others have. */
static void composites_have_fields(void **state) {
  (void)state;
  for (unsigned i = 0; i < PNI_SECTION_COUNT; i++) {
    const bool fields = pni_composite(pni_sections[i].code)->fields[0] != NULL;
    assert_int_equal(fields, pni_sections[i].body == PNI_BODY_COMPOSITE);
  }
  assert_int_equal(pni_sections[PNI_SECTION_header].code, PNI_CODE_header);
  assert_int_equal(pni_sections[PNI_SECTION_properties].code, PNI_CODE_properties);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sections_are_numbered_without_a_gap),
      cmocka_unit_test(composites_have_fields),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
