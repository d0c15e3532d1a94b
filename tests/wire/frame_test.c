/* frame_test.c: headers of frames, both ways, and every way in which one can be wrong. [2.3.1] */
#include "support/octets.h"
#include "wire/frame.h"

static void header_goes_out_and_comes_back(void **state) {
  (void)state;
  uint8_t *const header = malloc(PNI_FRAME_HEADER);
  struct octets expected = octets_of("01020304 02 01 fffe");
  pni_frame_header_write(header, 0x01020304, PNI_FRAME_SASL, 0xfffe);
  assert_octets(header, PNI_FRAME_HEADER, &expected);

  struct pni_frame frame;
  const char *what = "unset";
  assert_int_equal(pni_frame_header_read(header, 0, &frame, &what), PNI_OK);
  assert_null(what);
  assert_int_equal(frame.size, 0x01020304);
  assert_int_equal(frame.offset, PNI_FRAME_HEADER);
  assert_int_equal(frame.type, PNI_FRAME_SASL);
  assert_int_equal(frame.channel, 0xfffe);
  octets_free(&expected);
  free(header);
}

struct header {
  const char *octets;
  uint32_t max_size;
  const char *what; /* is wrong; NULL: nothing */
};

static const struct header headers[] = {
    {"00000008 02 00 0000", 0, NULL}, /* an empty frame */
    {"00000008 02 00 0000", 8, NULL},
    {"ffffffff 02 00 0000", 0, NULL},
    {"ffffffff 02 00 0000", UINT32_MAX, NULL},
    {"00000200 02 00 0000", 512, NULL},
    {"0000000c 03 00 0000", 0, NULL}, /* all of it is an extended header */
    {"000003fc ff 00 0000", 0, NULL},
    {"00000008 02 ff ffff", 0, NULL}, /* a type that is not known is not for here to judge */

    {"00000000 02 00 0000", 0, "frame is smaller than its header"},
    {"00000007 02 00 0000", 0, "frame is smaller than its header"},
    {"00000007 00 00 0000", 4, "frame is smaller than its header"},
    {"00000008 00 00 0000", 0, "frame's data offset lies within its header"},
    {"00000008 01 00 0000", 0, "frame's data offset lies within its header"},
    {"00000008 03 00 0000", 0, "frame's data offset lies beyond its end"},
    {"0000000b 03 00 0000", 0, "frame's data offset lies beyond its end"},
    {"000003fb ff 00 0000", 0, "frame's data offset lies beyond its end"},
    {"00000201 02 00 0000", 512, "frame is larger than max-frame-size"},
    {"ffffffff 02 00 0000", UINT32_MAX - 1, "frame is larger than max-frame-size"},
};

static void faults_of_a_header_have_names(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
    struct octets header = octets_of(headers[i].octets);
    struct pni_frame frame;
    const char *what = "unset";
    const pni_status status = pni_frame_header_read(header.start, headers[i].max_size, &frame, &what);
    assert_int_equal(status, headers[i].what ? PNI_BAD_ARGUMENT : PNI_OK);
    if (headers[i].what)
      assert_string_equal(what, headers[i].what);
    else
      assert_null(what);
    octets_free(&header);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(header_goes_out_and_comes_back),
      cmocka_unit_test(faults_of_a_header_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
