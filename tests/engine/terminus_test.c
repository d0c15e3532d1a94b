/* terminus_test.c: a terminus arrives as it was set, and what it must not be is refused with a text that says where. [3.5] */
#include "engine/terminus.h"
#include "support/octets.h"

#include "support/scarce.h"
#include "wire/reader.h"

static pn_terminus_t make(pn_terminus_type_t type) {
  pn_terminus_t terminus;
  pni_terminus_init(&terminus, type);
  return terminus;
}

static void assert_written(pn_terminus_t *terminus, const char *spelt) {
  uint8_t room[512];
  struct pni_writer writer = pni_writer(room, sizeof room);
  struct octets expected = octets_of(spelt);
  pni_terminus_write(terminus, &writer);
  assert_octets(room, writer.size, &expected);
  octets_free(&expected);
}

static pni_status read(pn_terminus_t *terminus, const char *spelt, struct pni_fault *fault) {
  struct octets octets = octets_of(spelt);
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  const pni_status status = pni_terminus_read(terminus, &reader);
  if (status == PNI_OK) assert_ptr_equal(reader.pos, reader.end);
  *fault = reader.fault;
  octets_free(&octets);
  return status;
}

static void assert_read(pn_terminus_t *terminus, const char *spelt) {
  struct pni_fault fault;
  assert_int_equal(read(terminus, spelt, &fault), PNI_OK);
}

static void assert_refused(const char *spelt, const char *type, const char *field) {
  struct pni_fault fault;
  pn_terminus_t terminus = make(PN_UNSPECIFIED);
  assert_int_equal(read(&terminus, spelt, &fault), PNI_BAD_ARGUMENT);
  if (type) assert_string_equal(fault.type, type);
  if (field) assert_string_equal(fault.field, field);
  assert_non_null(fault.what);
  pni_terminus_clear(&terminus);
}

static void new_terminus_has_the_defaults(void **state) {
  (void)state;
  pn_terminus_t source = make(PN_SOURCE);
  assert_int_equal(pn_terminus_get_type(&source), PN_SOURCE);
  assert_null(pn_terminus_get_address(&source));
  assert_int_equal(pn_terminus_get_durability(&source), PN_NONDURABLE);
  assert_int_equal(pn_terminus_get_expiry_policy(&source), PN_EXPIRE_WITH_SESSION);
  assert_false(pn_terminus_has_expiry_policy(&source));
  assert_int_equal(pn_terminus_get_timeout(&source), 0);
  assert_false(pn_terminus_is_dynamic(&source));
  assert_int_equal(pn_terminus_get_distribution_mode(&source), PN_DIST_MODE_UNSPECIFIED);
  assert_int_equal(pn_data_size(pn_terminus_properties(&source)), 0);
  assert_int_equal(pn_data_size(pn_terminus_capabilities(&source)), 0);
  assert_int_equal(pn_data_size(pn_terminus_outcomes(&source)), 0);
  assert_int_equal(pn_data_size(pn_terminus_filter(&source)), 0);
  pni_terminus_clear(&source);
}

static void nothing_of_a_null_terminus_can_be_had(void **state) {
  (void)state;
  assert_int_equal(pn_terminus_get_type(NULL), PN_UNSPECIFIED);
  assert_null(pn_terminus_get_address(NULL));
  assert_null(pn_terminus_filter(NULL));
  assert_int_equal(pn_terminus_set_type(NULL, PN_SOURCE), PN_ARG_ERR);
  assert_int_equal(pn_terminus_set_address(NULL, "a"), PN_ARG_ERR);
  assert_int_equal(pn_terminus_copy(NULL, NULL), PN_ARG_ERR);
}

static void what_is_no_value_of_its_type_is_refused(void **state) {
  (void)state;
  pn_terminus_t terminus = make(PN_TARGET);
  assert_int_equal(pn_terminus_set_type(&terminus, (pn_terminus_type_t)4), PN_ARG_ERR);
  assert_int_equal(pn_terminus_set_durability(&terminus, (pn_durability_t)3), PN_ARG_ERR);
  assert_int_equal(pn_terminus_set_expiry_policy(&terminus, (pn_expiry_policy_t)-1), PN_ARG_ERR);
  assert_int_equal(pn_terminus_set_distribution_mode(&terminus, (pn_distribution_mode_t)3), PN_ARG_ERR);
  assert_written(&terminus, "00 53 29 45");
}

static void what_is_not_set_is_not_sent(void **state) {
  (void)state;
  pn_terminus_t none = make(PN_UNSPECIFIED), source = make(PN_SOURCE), target = make(PN_TARGET),
                coordinator = make(PN_COORDINATOR);
  assert_written(&none, "40");
  assert_written(&source, "00 53 28 45");
  assert_written(&target, "00 53 29 45");
  assert_written(&coordinator, "00 53 30 45");
  pn_terminus_set_address(&target, "q");
  assert_written(&target, "00 53 29 c0 04 01 a1 01 'q'");
  pn_terminus_set_address(&target, pn_terminus_get_address(&target));
  assert_string_equal(pn_terminus_get_address(&target), "q");
  pni_terminus_clear(&target);
}

/* All fields of a source, which are read as they were written. */
static const char full_source[] = "00 53 28 c0 37 0b a1 01 'q' 52 02 a3 05 'never' 52 3c 41 "
                                  "c1 05 02 a3 01 'p' 43 a3 04 'move' c1 05 02 a3 01 'f' 40 00 53 26 45 "
                                  "e0 08 02 a3 02 'aa' 02 'bb' a3 03 'cap'";

static void put_symbol_map(pn_data_t *data, const char *key, bool null) {
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_symbol(data, pn_bytes(strlen(key), key));
  if (null)
    pn_data_put_null(data);
  else
    pn_data_put_uint(data, 0);
  pn_data_exit(data);
}

static void fill_source(pn_terminus_t *source) {
  pn_terminus_set_address(source, "q");
  pn_terminus_set_durability(source, PN_DELIVERIES);
  pn_terminus_set_expiry_policy(source, PN_EXPIRE_NEVER);
  pn_terminus_set_timeout(source, 60);
  pn_terminus_set_dynamic(source, true);
  pn_terminus_set_distribution_mode(source, PN_DIST_MODE_MOVE);
  put_symbol_map(pn_terminus_properties(source), "p", false);
  put_symbol_map(pn_terminus_filter(source), "f", true);
  pn_data_t *outcomes = pn_terminus_outcomes(source);
  pn_data_put_array(outcomes, false, PN_SYMBOL);
  pn_data_enter(outcomes);
  pn_data_put_symbol(outcomes, pn_bytes(2, "aa"));
  pn_data_put_symbol(outcomes, pn_bytes(2, "bb"));
  pn_data_put_symbol(pn_terminus_capabilities(source), pn_bytes(3, "cap"));
}

static void source_is_read_as_it_was_written(void **state) {
  (void)state;
  pn_terminus_t source = make(PN_UNSPECIFIED);
  assert_read(&source, full_source);
  assert_written(&source, full_source);
  assert_string_equal(pn_terminus_get_address(&source), "q");
  assert_int_equal(pn_terminus_get_durability(&source), PN_DELIVERIES);
  assert_int_equal(pn_terminus_get_expiry_policy(&source), PN_EXPIRE_NEVER);
  assert_true(pn_terminus_has_expiry_policy(&source));
  assert_int_equal(pn_terminus_get_timeout(&source), 60);
  assert_true(pn_terminus_is_dynamic(&source));
  assert_int_equal(pn_terminus_get_distribution_mode(&source), PN_DIST_MODE_MOVE);
  assert_int_equal(pn_data_size(pn_terminus_filter(&source)), 3);
  assert_written(&source, full_source); /* from trees now, in part */
  pni_terminus_clear(&source);
}

static void source_is_written_as_it_was_set(void **state) {
  (void)state;
  pn_terminus_t source = make(PN_SOURCE);
  fill_source(&source);
  /* The same but for the default outcome, which only a peer can give. */
  assert_written(&source, "00 53 28 c0 34 0b a1 01 'q' 52 02 a3 05 'never' 52 3c 41 "
                          "c1 05 02 a3 01 'p' 43 a3 04 'move' c1 05 02 a3 01 'f' 40 40 "
                          "e0 08 02 a3 02 'aa' 02 'bb' a3 03 'cap'");
  pni_terminus_clear(&source);
}

static void target_is_read_as_it_was_written(void **state) {
  (void)state;
  static const char full[] = "00 53 29 c0 22 07 a1 01 'q' 52 01 a3 0b 'link-detach' 52 01 41 "
                             "c1 05 02 a3 01 'p' 43 a3 03 'cap'";
  pn_terminus_t target = make(PN_UNSPECIFIED);
  assert_read(&target, full);
  assert_int_equal(pn_terminus_get_type(&target), PN_TARGET);
  assert_int_equal(pn_terminus_get_expiry_policy(&target), PN_EXPIRE_WITH_LINK);
  assert_written(&target, full);
  pni_terminus_clear(&target);
}

static void coordinator_is_read_as_it_was_written(void **state) {
  (void)state;
  static const char full[] = "00 53 30 c0 1a 01 a3 17 'amqp:local-transactions'";
  pn_terminus_t target = make(PN_UNSPECIFIED);
  assert_read(&target, full);
  assert_int_equal(pn_terminus_get_type(&target), PN_COORDINATOR);
  assert_written(&target, full);
  pni_terminus_clear(&target);
}

static void policies_have_their_names(void **state) {
  (void)state;
  static const char *const sources[] = {"00 53 28 c0 10 03 40 40 a3 0b 'link-detach'",
      "00 53 28 c0 10 03 40 40 a3 0b 'session-end'", "00 53 28 c0 15 03 40 40 a3 10 'connection-close'",
      "00 53 28 c0 0a 03 40 40 a3 05 'never'"};
  for (unsigned policy = 0; policy < 4; policy++) {
    pn_terminus_t terminus = make(PN_SOURCE);
    pn_terminus_set_expiry_policy(&terminus, (pn_expiry_policy_t)policy);
    assert_written(&terminus, sources[policy]);
    pni_terminus_clear(&terminus);
    assert_read(&terminus, sources[policy]);
    assert_int_equal(pn_terminus_get_expiry_policy(&terminus), policy);
    pni_terminus_clear(&terminus);
  }
}

static void terminus_that_is_not_there_is_unspecified(void **state) {
  (void)state;
  pn_terminus_t terminus = make(PN_SOURCE);
  fill_source(&terminus);
  pn_data_t *filter = pn_terminus_filter(&terminus);
  assert_read(&terminus, "40");
  assert_int_equal(pn_terminus_get_type(&terminus), PN_UNSPECIFIED);
  assert_null(pn_terminus_get_address(&terminus));
  assert_ptr_equal(pn_terminus_filter(&terminus), filter); /* somebody may hold it */
  assert_int_equal(pn_data_size(filter), 0);
  assert_read(&terminus, "");
  assert_written(&terminus, "40");
  pni_terminus_clear(&terminus);
}

static void what_a_terminus_must_not_be_is_refused(void **state) {
  (void)state;
  assert_refused("43", NULL, NULL);
  assert_refused("45", NULL, NULL);
  assert_refused("00 53 10 45", NULL, NULL);
  assert_refused("00 a3 01 'x' 45", NULL, NULL);
  assert_refused("00 53 28 c1 01 00", "source", NULL);
  assert_refused("00 53 28 c0 03 02 40 03", "source", "durable");
  assert_refused("00 53 28 c0 04 02 40 52 03", "source", "durable");
  assert_refused("00 53 28 c0 09 03 40 40 a3 04 'soon'", "source", "expiry-policy");
  assert_refused("00 53 29 c0 09 03 40 40 a3 04 'soon'", "target", "expiry-policy");
  assert_refused("00 53 29 c0 09 08 40 40 40 40 40 40 40 40", "target", NULL);
  assert_refused("00 53 28 c0 09 08 40 40 40 40 40 40 40 45", "source", "filter");
  assert_refused("00 53 30 c0 02 01 43", "coordinator", "capabilities");
}

/* [3.5.7] Other specifications may define more modes. */
static void unknown_distribution_mode_is_let_pass(void **state) {
  (void)state;
  pn_terminus_t terminus = make(PN_UNSPECIFIED);
  assert_read(&terminus, "00 53 28 c0 0c 07 40 40 40 40 40 40 a3 03 'any'");
  assert_int_equal(pn_terminus_get_distribution_mode(&terminus), PN_DIST_MODE_UNSPECIFIED);
  pni_terminus_clear(&terminus);
}

static void copy_is_equal(void **state) {
  (void)state;
  pn_terminus_t source = make(PN_UNSPECIFIED), copy = make(PN_TARGET), empty = make(PN_TARGET);
  assert_read(&source, full_source);
  pn_data_t *filter = pn_terminus_filter(&copy);
  assert_int_equal(pn_terminus_copy(&copy, &source), 0);
  assert_int_equal(pn_terminus_copy(&copy, &copy), 0);
  pni_terminus_clear(&source);
  assert_written(&copy, full_source);
  assert_ptr_equal(pn_terminus_filter(&copy), filter);
  assert_int_equal(pn_terminus_copy(&copy, &empty), 0);
  assert_written(&copy, "00 53 29 45");
  pni_terminus_clear(&copy);
}

static void memory_may_run_out(void **state) {
  (void)state;
  struct octets octets = octets_of(full_source);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_terminus_t terminus = make(PN_UNSPECIFIED), copy = make(PN_UNSPECIFIED);
    struct pni_reader reader = pni_reader(octets.start, octets.size);
    const pni_status status = pni_terminus_read(&terminus, &reader);
    assert_int_equal(status, scarce_refused() ? PNI_NO_MEMORY : PNI_OK);
    if (status) assert_non_null(reader.fault.what);
    if (pn_terminus_set_address(&terminus, "other") == 0)
      assert_string_equal(pn_terminus_get_address(&terminus), "other");
    if (pn_terminus_copy(&copy, &terminus) != 0) assert_true(scarce_refused());
    pn_terminus_outcomes(&terminus);
    pni_terminus_clear(&terminus);
    pni_terminus_clear(&copy);
  }
  octets_free(&octets);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_terminus_has_the_defaults),
      cmocka_unit_test(nothing_of_a_null_terminus_can_be_had),
      cmocka_unit_test(what_is_no_value_of_its_type_is_refused),
      cmocka_unit_test(what_is_not_set_is_not_sent),
      cmocka_unit_test(source_is_read_as_it_was_written),
      cmocka_unit_test(source_is_written_as_it_was_set),
      cmocka_unit_test(target_is_read_as_it_was_written),
      cmocka_unit_test(coordinator_is_read_as_it_was_written),
      cmocka_unit_test(policies_have_their_names),
      cmocka_unit_test(terminus_that_is_not_there_is_unspecified),
      cmocka_unit_test(what_a_terminus_must_not_be_is_refused),
      cmocka_unit_test(unknown_distribution_mode_is_let_pass),
      cmocka_unit_test(copy_is_equal),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
