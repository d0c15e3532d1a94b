/* condition_test.c: a condition says what was set, arrives as it was sent, and survives a lack of memory. [2.8.14] */
#include "engine/condition.h"
#include "support/octets.h"

#include "support/scarce.h"

static void new_condition_says_nothing(void **state) {
  (void)state;
  pn_condition_t *condition = pn_condition();
  assert_false(pn_condition_is_set(condition));
  assert_false(pn_condition_is_set(NULL));
  assert_null(pn_condition_get_name(condition));
  assert_null(pn_condition_get_description(condition));
  assert_int_equal(pn_data_size(pn_condition_info(condition)), 0);
  assert_false(pn_condition_is_redirect(condition));
  assert_null(pn_condition_redirect_host(condition));
  assert_int_equal(pn_condition_redirect_port(condition), 0);
  pn_condition_free(condition);
  pn_condition_free(NULL);
}

static void name_makes_it_set(void **state) {
  (void)state;
  pn_condition_t *condition = pn_condition();
  assert_int_equal(pn_condition_set_description(condition, "no queue"), 0);
  assert_false(pn_condition_is_set(condition));
  assert_int_equal(pn_condition_set_name(condition, "amqp:not-found"), 0);
  assert_true(pn_condition_is_set(condition));
  assert_int_equal(pn_condition_set_name(condition, NULL), 0);
  assert_false(pn_condition_is_set(condition));
  assert_string_equal(pn_condition_get_description(condition), "no queue");
  pn_condition_free(condition);
}

static void cleared_condition_keeps_its_info_object(void **state) {
  (void)state;
  pn_condition_t *condition = pn_condition();
  pn_data_t *info = pn_condition_info(condition);
  pn_data_put_map(info);
  pn_condition_format(condition, "a:b", "%d", 1);
  pn_condition_clear(condition);
  assert_false(pn_condition_is_set(condition));
  assert_null(pn_condition_get_description(condition));
  assert_ptr_equal(pn_condition_info(condition), info);
  assert_int_equal(pn_data_size(info), 0);
  pn_condition_free(condition);
}

static void texts_may_be_made_from_themselves(void **state) {
  (void)state;
  pn_condition_t *condition = pn_condition();
  assert_int_equal(pn_condition_format(condition, "proton:io", "%s", "refused"), 0);
  assert_int_equal(pn_condition_format(condition, pn_condition_get_name(condition), "%s (%s)",
                       pn_condition_get_description(condition), "again"),
      0);
  assert_string_equal(pn_condition_get_name(condition), "proton:io");
  assert_string_equal(pn_condition_get_description(condition), "refused (again)");
  assert_int_equal(pn_condition_format(condition, pn_condition_get_description(condition), "x"), 0);
  assert_string_equal(pn_condition_get_name(condition), "refused (again)");
  assert_int_equal(pn_condition_set_name(condition, pn_condition_get_name(condition)), 0);
  assert_string_equal(pn_condition_get_name(condition), "refused (again)");
  pn_condition_free(condition);
}

static void formatted_description_ends_after_1023_bytes(void **state) {
  (void)state;
  char text[2001];
  memset(text, 'x', 2000);
  text[2000] = '\0';
  pn_condition_t *condition = pn_condition();
  pn_condition_format(condition, "a:b", "%s", text);
  assert_int_equal(strlen(pn_condition_get_description(condition)), 1023);
  pn_condition_set_description(condition, text);
  assert_int_equal(strlen(pn_condition_get_description(condition)), 2000);
  pn_condition_free(condition);
}

static pn_condition_t *redirect(const char *name, pn_atom_t port) {
  pn_condition_t *condition = pn_condition();
  pn_data_t *info = pn_condition_info(condition);
  pn_condition_set_name(condition, name);
  pn_data_put_map(info);
  pn_data_enter(info);
  pn_data_put_symbol(info, pn_bytes(4, "port"));
  pn_data_put_atom(info, port);
  pn_data_put_symbol(info, pn_bytes(12, "network-host"));
  pn_data_put_string(info, pn_bytes(7, "example"));
  pn_data_exit(info);
  return condition;
}

/* [2.8.16, 2.8.18] */
static void redirect_says_where_to(void **state) {
  (void)state;
  static const pn_atom_t ports[] = {{.type = PN_USHORT, .u.as_ushort = 5671},
      {.type = PN_UINT, .u.as_uint = 5671}, {.type = PN_INT, .u.as_int = 5671}};
  for (size_t i = 0; i < 3; i++) {
    pn_condition_t *condition = redirect("amqp:link:redirect", ports[i]);
    assert_true(pn_condition_is_redirect(condition));
    assert_string_equal(pn_condition_redirect_host(condition), "example");
    assert_int_equal(pn_condition_redirect_port(condition), 5671);
    assert_string_equal(pn_condition_redirect_host(condition), "example");
    pn_condition_free(condition);
  }
  pn_condition_t *other = redirect("amqp:connection:forced", (pn_atom_t){.type = PN_STRING});
  assert_false(pn_condition_is_redirect(other));
  assert_int_equal(pn_condition_redirect_port(other), 0);
  pn_condition_set_name(other, "amqp:connection:redirect");
  assert_true(pn_condition_is_redirect(other));
  pn_condition_free(other);
}

static void assert_written(pn_condition_t *condition, const char *spelt) {
  uint8_t room[256];
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct octets expected = octets_of(spelt);
  pni_condition_write(condition, &writer);
  assert_octets(room, writer.size, &expected);
  octets_free(&expected);
}

static pni_status read(pn_condition_t *condition, const char *spelt) {
  struct octets octets = octets_of(spelt);
  const pni_status status = pni_condition_read(condition, pn_bytes(octets.size, (const char *)octets.start));
  octets_free(&octets);
  return status;
}

static const char *const errors[] = {
    "00 53 1d c0 06 01 a3 03 'a:b'",
    "00 53 1d c0 0a 02 a3 03 'a:b' a1 02 'no'",
    "00 53 1d c0 0a 03 a3 03 'a:b' 40 c1 01 00",
    "00 53 1d c0 11 03 a3 03 'a:b' a1 02 'no' c1 05 02 a3 01 'k' 43",
    "00 53 1d c0 0f 03 a3 03 'a:b' a1 00 c1 05 02 a3 01 'k' 43",
};

static void error_is_written_as_it_was_read(void **state) {
  (void)state;
  pn_condition_t *condition = pn_condition();
  assert_written(condition, "");
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(read(condition, errors[i]), PNI_OK);
    assert_string_equal(pn_condition_get_name(condition), "a:b");
    assert_written(condition, errors[i]);
    pn_condition_info(condition); /* as bytes, and as a tree */
    assert_written(condition, errors[i]);
  }
  assert_int_equal(read(condition, ""), PNI_OK);
  assert_false(pn_condition_is_set(condition));
  assert_written(condition, "");
  pn_condition_free(condition);
}

static void copy_says_the_same(void **state) {
  (void)state;
  for (size_t i = 0; i < 5; i++) {
    pn_condition_t *from = pn_condition(), *to = pn_condition();
    assert_int_equal(read(from, errors[i]), PNI_OK);
    assert_int_equal(read(to, errors[3]), PNI_OK);
    assert_int_equal(pn_condition_copy(to, from), 0);
    assert_int_equal(pn_condition_copy(to, to), 0);
    pn_condition_free(from);
    assert_written(to, errors[i]);
    from = pn_condition();
    assert_int_equal(pn_condition_copy(to, from), 0);
    assert_false(pn_condition_is_set(to));
    assert_null(pn_condition_get_description(to));
    pn_condition_free(from);
    pn_condition_free(to);
  }
}

static void memory_may_run_out(void **state) {
  (void)state;
  struct octets octets = octets_of(errors[3]);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_condition_t *condition = pn_condition(), *copy = pn_condition();
    if (condition && copy) {
      if (pni_condition_read(condition, pn_bytes(octets.size, (const char *)octets.start)))
        assert_false(pn_condition_is_set(condition));
      if (pn_condition_copy(copy, condition)) assert_false(pn_condition_is_set(copy));
      if (pn_condition_info(condition)) pn_condition_redirect_host(condition);
      if (pn_condition_format(condition, "c:d", "text") == 0)
        assert_string_equal(pn_condition_get_description(condition), "text");
    }
    pn_condition_free(condition);
    pn_condition_free(copy);
  }
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_condition_says_nothing),
      cmocka_unit_test(name_makes_it_set),
      cmocka_unit_test(cleared_condition_keeps_its_info_object),
      cmocka_unit_test(texts_may_be_made_from_themselves),
      cmocka_unit_test(formatted_description_ends_after_1023_bytes),
      cmocka_unit_test(redirect_says_where_to),
      cmocka_unit_test(error_is_written_as_it_was_read),
      cmocka_unit_test(copy_says_the_same),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
