/* utf8_test.c: what is UTF-8 and what is ASCII, at every offset from the words in which it is looked at. */
#include "support/octets.h"
#include "wire/utf8.h"

struct text {
  const char *octets;
  bool valid;
};

static const struct text texts[] = {
    {"", true},
    {"00", true},
    {"7f", true},
    {"c280", true},     /* U+0080, the first of two octets */
    {"dfbf", true},     /* U+07FF, the last */
    {"e0a080", true},   /* U+0800, the first of three */
    {"ed9fbf", true},   /* U+D7FF, before the surrogates */
    {"ee8080", true},   /* U+E000, behind them */
    {"efbbbf", true},   /* U+FEFF, a byte order mark: a character like another */
    {"efbfbf", true},   /* U+FFFF, the last of three octets */
    {"f0908080", true}, /* U+10000, the first of four */
    {"f3bfbfbf", true}, /* U+FFFFF */
    {"f4808080", true}, /* U+100000 */
    {"f48fbfbf", true}, /* U+10FFFF, the last there is */

    {"80", false},       /* continues nothing */
    {"bf", false},       /* */
    {"c080", false},     /* overlong: U+0000 */
    {"c1bf", false},     /* overlong: U+007F */
    {"e08080", false},   /* overlong: U+0000 */
    {"e09fbf", false},   /* overlong: U+07FF */
    {"f0808080", false}, /* overlong: U+0000 */
    {"f08fbfbf", false}, /* overlong: U+FFFF */
    {"eda080", false},   /* U+D800, the first surrogate */
    {"edbfbf", false},   /* U+DFFF, the last */
    {"eda080edb080", false},
    {"f4908080", false}, /* U+110000 */
    {"f5808080", false},
    {"f7bfbfbf", false},
    {"f888808080", false},   /* five octets, as there were once */
    {"fc8480808080", false}, /* six */
    {"fe", false},
    {"ff", false},
    {"c2", false}, /* cut short */
    {"e0a0", false},
    {"f09080", false},
    {"c241", false}, /* continued by something else */
    {"c2c2", false},
    {"e0a041", false},
    {"e041a0", false},
    {"f0904180", false},
    {"f0419080", false},
    {"f0908041", false},
};

/* Each text after 0 to 17 octets of ASCII, and with 0 to 17 behind it. */
static void text_is_judged_wherever_it_stands(void **state) {
  (void)state;
  enum { MOST = 17 };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct octets text = octets_of(texts[i].octets);
    for (size_t before = 0; before <= MOST; before++) {
      for (size_t behind = 0; behind <= MOST; behind++) {
        const size_t size = before + text.size + behind;
        uint8_t *const whole = malloc(size);
        memset(whole, 'a', size);
        if (text.size > 0) memcpy(whole + before, text.start, text.size);
        if (pni_utf8(whole, size) != texts[i].valid) {
          fail_msg("%s, %zu octets before and %zu behind", texts[i].octets, before, behind);
        }
        free(whole);
      }
    }
    octets_free(&text);
  }
}

/* Of all code points, spelt in all lengths, exactly the shortest spelling of those that are no surrogates is right. */
static void every_code_point_has_one_spelling(void **state) {
  (void)state;
  for (uint32_t c = 0; c < 0x200000; c++) {
    const uint8_t two[] = {(uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 0x3f))};
    const uint8_t three[] = {
        (uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 0x3f)), (uint8_t)(0x80 | (c & 0x3f))};
    const uint8_t four[] = {(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 0x3f)),
        (uint8_t)(0x80 | (c >> 6 & 0x3f)), (uint8_t)(0x80 | (c & 0x3f))};
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    if (c < 0x800) assert_int_equal(pni_utf8(two, sizeof two), c >= 0x80);
    if (c < 0x10000) assert_int_equal(pni_utf8(three, sizeof three), c >= 0x800 && !surrogate);
    assert_int_equal(pni_utf8(four, sizeof four), c >= 0x10000 && c <= 0x10ffff);
  }
}

/* One octet that is not ASCII is seen at every place in texts of every size. */
static void ascii_is_seven_bits_everywhere(void **state) {
  (void)state;
  for (size_t size = 0; size <= 100; size++) {
    uint8_t *const text = malloc(size);
    memset(text, 0x7f, size);
    assert_true(pni_ascii(text, size));
    for (size_t i = 0; i < size; i++) {
      text[i] = 0x80;
      assert_false(pni_ascii(text, size));
      assert_false(pni_utf8(text, size));
      text[i] = 0;
      assert_true(pni_ascii(text, size));
    }
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_judged_wherever_it_stands),
      cmocka_unit_test(every_code_point_has_one_spelling),
      cmocka_unit_test(ascii_is_seven_bits_everywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
