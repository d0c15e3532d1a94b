/* quick_test.c: what is quickly seen to be good is good, and ends where it ends. */
#include "support/octets.h"
#include "wire/quick.h"
#include "wire/walker.h"

/* Where a whole value ends that the thorough functions take; NULL for a value that they refuse. */
static const uint8_t *thorough(const uint8_t *start, size_t size) {
  struct pni_reader reader = pni_reader(start, size);
  return pni_walk_over(&reader) == PNI_OK ? reader.pos : NULL;
}

/* Some octets, cut short everywhere: quickly there is nothing, or what there is thoroughly. */
static void assert_agrees(const uint8_t *octets, size_t size) {
  for (size_t end = 1; end <= size; end++) {
    struct octets cut = octets_copy(octets, end);
    const uint8_t *const quick = pni_quick_scalar(cut.start, cut.start + cut.size);
    if (quick) assert_ptr_equal(quick, thorough(cut.start, cut.size));
    octets_free(&cut);
  }
}

/* Behind every constructor: text, octets that are no text, sizes that are right, too large and zero. */
static void scalars_are_what_they_are_thoroughly(void **state) {
  (void)state;
  static const uint8_t fillings[][20] = {
      {0},
      {1, 'a', 'b'},
      {5, 'h', 'e', 'l', 'l', 'o', 'x'},
      {17, 'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', ' ', 'a', 'g', 'a', 'i', 'n'},
      {4, 'a', 0xc3, 0xa4, 'b', 'c'},
      {3, 0xff, 0xff, 0xff},
      {200, 'a', 'a'},
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
      {2, 1, 0x40, 0x40},
  };
  for (unsigned code = 0; code < 256; code++) {
    for (size_t i = 0; i < sizeof fillings / sizeof fillings[0]; i++) {
      uint8_t octets[1 + sizeof fillings[0]] = {(uint8_t)code};
      memcpy(octets + 1, fillings[i], sizeof fillings[i]);
      assert_agrees(octets, sizeof octets);
    }
  }
}

/* The encodings that peers use are among those that are quick. */
static void usual_scalars_are_quick(void **state) {
  (void)state;
  static const char *const usual[] = {"40", "41", "42", "43", "44", "50 07", "51 f9", "52 07", "53 07",
      "54 f9", "55 f9", "60 0102", "61 0102", "70 01020304", "71 01020304", "72 01020304", "73 00000041",
      "80 0102030405060708", "81 0102030405060708", "82 0102030405060708", "83 0102030405060708",
      "98 '0123456789abcdef'", "a0 03 ff00ff", "a1 05 'hello'", "a1 00", "a3 06 'symbol'", "45"};
  for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
    struct octets octets = octets_of(usual[i]);
    assert_ptr_equal(pni_quick_scalar(octets.start, octets.start + octets.size), octets.start + octets.size);
    octets_free(&octets);
  }
}

/* What is not at once seen to be good is left to others, whether it is good or not. */
static void others_are_not_quick(void **state) {
  (void)state;
  static const char *const others[] = {"56 01", "56 02", "a1 02 c3a4", "a1 01 ff", "a3 01 80",
      "b1 00000001 'a'", "c0 01 00", "c1 01 00", "e0 02 00 40", "00 53 24 45", "ff", "46"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    struct octets octets = octets_of(others[i]);
    assert_null(pni_quick_scalar(octets.start, octets.start + octets.size));
    octets_free(&octets);
  }
}

/* A list or map is opened if all of it is there and its size covers its count. */
static void compounds_open_when_they_are_whole(void **state) {
  (void)state;
  struct octets octets = octets_of("c0 03 02 41 42 ff");
  const uint8_t *const start = octets.start;
  struct pni_quick_items items;
  for (size_t end = 0; end <= octets.size; end++) {
    assert_int_equal(pni_quick_open(start, start + end, PNI_LIST8, &items), end >= 5);
  }
  assert_ptr_equal(items.pos, start + 3);
  assert_ptr_equal(items.end, start + 5);
  assert_int_equal(items.count, 2);
  assert_false(pni_quick_open(start, start + octets.size, PNI_MAP8, &items));
  octets.start[1] = 0;
  assert_false(pni_quick_open(start, start + octets.size, PNI_LIST8, &items));
  octets.start[1] = 5;
  assert_false(pni_quick_open(start, start + octets.size, PNI_LIST8, &items));
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scalars_are_what_they_are_thoroughly),
      cmocka_unit_test(usual_scalars_are_quick),
      cmocka_unit_test(others_are_not_quick),
      cmocka_unit_test(compounds_open_when_they_are_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
