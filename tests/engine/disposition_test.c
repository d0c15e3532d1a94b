/* disposition_test.c: one state at a time, which arrives as it was sent; looking at it changes nothing. [3.4, 4.5.5, 4.5.6] */
#include "engine/disposition.h"
#include "support/octets.h"

#include "support/scarce.h"
#include "wire/reader.h"

static void assert_written(pn_disposition_t *disposition, const char *spelt) {
  uint8_t room[512];
  struct pni_writer writer = pni_writer(room, sizeof room), measure = pni_writer(NULL, 0);
  struct octets expected = octets_of(spelt);
  pni_disposition_write(disposition, &writer);
  pni_disposition_write(disposition, &measure);
  assert_octets(room, writer.size, &expected);
  assert_true(measure.size >= writer.size);
  octets_free(&expected);
}

static pni_status read(pn_disposition_t *disposition, const char *spelt, struct pni_fault *fault) {
  struct octets octets = octets_of(spelt);
  struct pni_reader reader = pni_reader(octets.start, octets.size);
  const pni_status status = pni_disposition_read(disposition, &reader);
  if (status == PNI_OK) assert_ptr_equal(reader.pos, reader.end);
  *fault = reader.fault;
  octets_free(&octets);
  return status;
}

static void assert_read(pn_disposition_t *disposition, const char *spelt) {
  struct pni_fault fault;
  assert_int_equal(read(disposition, spelt, &fault), PNI_OK);
}

/* The states of the standard, each with and without what it may carry. */
static const struct state {
  uint64_t type;
  const char *octets;
  bool plain;
} states[] = {
    {PN_RECEIVED, "00 53 23 c0 05 02 52 02 53 07", false},
    {PN_ACCEPTED, "00 53 24 45", true},
    {PN_REJECTED, "00 53 25 45", true},
    {PN_REJECTED, "00 53 25 c0 0c 01 00 53 1d c0 06 01 a3 03 'a:b'", false},
    {PN_RELEASED, "00 53 26 45", true},
    {PN_MODIFIED, "00 53 27 45", true},
    {PN_MODIFIED, "00 53 27 c0 02 01 41", false},
    {PN_MODIFIED, "00 53 27 c0 03 02 40 41", false},
    {PN_MODIFIED, "00 53 27 c0 0a 03 41 41 c1 05 02 a3 01 'k' 43", false},
    {PN_DECLARED, "00 53 33 c0 05 01 a0 02 'id'", false},
    {PN_TRANSACTIONAL_STATE, "00 53 34 c0 05 01 a0 02 'id'", false},
    {PN_TRANSACTIONAL_STATE, "00 53 34 c0 09 02 a0 02 'id' 00 53 24 45", false},
    {PN_TRANSACTIONAL_STATE, "00 53 34 c0 0c 02 a0 02 'id' 00 53 27 c0 02 01 41", false},
    {0x5001, "00 80 0000000000005001 c0 03 02 41 43", false},
};

enum { STATES = sizeof states / sizeof states[0] };

static void no_state_is_written_as_nothing(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  assert_written(&disposition, "");
  assert_read(&disposition, "");
  assert_int_equal(pn_disposition_type(&disposition), 0);
  assert_true(pni_disposition_plain(&disposition));
}

static void state_is_written_as_it_was_read(void **state) {
  (void)state;
  for (size_t i = 0; i < STATES; i++) {
    pn_disposition_t disposition = {.type = 0};
    assert_read(&disposition, states[i].octets);
    assert_true(pn_disposition_type(&disposition) == states[i].type);
    assert_int_equal(pni_disposition_plain(&disposition), states[i].plain);
    assert_written(&disposition, states[i].octets);
    assert_read(&disposition, states[i].octets);
    assert_written(&disposition, states[i].octets);
    pni_disposition_clear(&disposition);
    assert_written(&disposition, "");
  }
}

static void state_takes_the_place_of_any_other(void **state) {
  (void)state;
  for (size_t i = 0; i < STATES; i++) {
    for (size_t k = 0; k < STATES; k++) {
      pn_disposition_t disposition = {.type = 0};
      assert_read(&disposition, states[i].octets);
      assert_read(&disposition, states[k].octets);
      assert_written(&disposition, states[k].octets);
      assert_int_equal(pni_disposition_plain(&disposition), states[k].plain);
      pni_disposition_clear(&disposition);
    }
  }
}

static void what_no_state_may_be_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {
      "43", "45", "00 53 10 45", "00 53 70 45", "00 a3 01 'x' 45", "00 43", /* no delivery-state */
      "00 53 24 43", "00 53 24 c0 02 01 43", "00 53 26 c0 02 01 40",        /* accepted has no fields */
      "00 53 23 45", "00 53 23 c0 02 01 43", "00 53 23 c0 03 02 43 43",     /* received needs both */
      "00 53 25 c0 02 01 43", "00 53 25 c0 05 01 00 53 1d 45",              /* an error without condition */
      "00 53 27 c0 02 01 43", "00 53 27 c0 04 03 40 40 45", "00 53 27 c0 05 04 40 40 40 40", "00 53 33 45",
      "00 53 33 c0 02 01 43", "00 53 33 c0 03 01 a3 00",             /* a transaction-id is binary */
      "00 53 33 c0 24 01 a0 21 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", /* ... of 32 octets at most */
      "00 53 34 c0 06 02 a0 01 'i' 53 24", "00 53 34 c0 08 02 a0 01 'i' 00 53 23 45",
      "00 53 34 c0 08 02 a0 01 'i' 00 53 34 45", /* not an outcome */
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    pn_disposition_t disposition = {.type = 0};
    struct pni_fault fault;
    assert_read(&disposition, states[3].octets);
    const pni_status status = read(&disposition, wrong[i], &fault);
    if (status == PNI_OK) fail_msg("%s was read", wrong[i]);
    assert_non_null(fault.what);
    assert_written(&disposition, states[3].octets); /* a bad state changes nothing */
    pni_disposition_clear(&disposition);
  }
}

static void numbers_of_a_state_can_be_had(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  assert_read(&disposition, states[0].octets);
  assert_int_equal(pn_disposition_get_section_number(&disposition), 2);
  assert_int_equal(pn_disposition_get_section_offset(&disposition), 7);
  assert_false(pn_disposition_is_failed(&disposition));
  assert_read(&disposition, states[8].octets);
  assert_int_equal(pn_disposition_get_section_number(&disposition), 0);
  assert_true(pn_disposition_is_failed(&disposition));
  assert_true(pn_disposition_is_undeliverable(&disposition));
  assert_int_equal(pn_data_size(pn_disposition_annotations(&disposition)), 3);
  assert_read(&disposition, states[3].octets);
  assert_string_equal(pn_condition_get_name(pn_disposition_condition(&disposition)), "a:b");
  pni_disposition_clear(&disposition);
}

static void names_of_types(void **state) {
  (void)state;
  assert_string_equal(pn_disposition_type_name(PN_RECEIVED), "received");
  assert_string_equal(pn_disposition_type_name(PN_ACCEPTED), "accepted");
  assert_string_equal(pn_disposition_type_name(PN_REJECTED), "rejected");
  assert_string_equal(pn_disposition_type_name(PN_RELEASED), "released");
  assert_string_equal(pn_disposition_type_name(PN_MODIFIED), "modified");
  assert_string_equal(pn_disposition_type_name(PN_DECLARED), "transaction_declared");
  assert_string_equal(pn_disposition_type_name(PN_TRANSACTIONAL_STATE), "transactional_state");
  assert_string_equal(pn_disposition_type_name(0), "unknown");
}

/* What the application does before pn_delivery_update(). */

static void setting_makes_it_the_kind_that_has_it(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pn_disposition_set_section_number(&disposition, 2);
  pn_disposition_set_section_offset(&disposition, 7);
  assert_written(&disposition, states[0].octets);
  pn_disposition_set_failed(&disposition, true);
  assert_written(&disposition, "00 53 27 c0 02 01 41");
  pn_disposition_set_undeliverable(&disposition, true);
  assert_written(&disposition, "00 53 27 c0 03 02 41 41");
  pn_disposition_set_section_number(&disposition, 0);
  assert_written(&disposition, "00 53 23 c0 03 02 43 44");
  pni_disposition_clear(&disposition);
}

static void becoming_the_same_keeps_what_was_filled_in(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pn_condition_set_name(pn_disposition_condition(&disposition), "a:b");
  pni_disposition_become(&disposition, PN_REJECTED);
  assert_written(&disposition, states[3].octets);
  pni_disposition_become(&disposition, PN_ACCEPTED);
  assert_written(&disposition, "00 53 24 45");
  assert_true(pni_disposition_plain(&disposition));
  pni_disposition_become(&disposition, PN_REJECTED);
  assert_written(&disposition, "00 53 25 45");
  pni_disposition_become(&disposition, 0);
  assert_written(&disposition, "");
}

/* Whoever looks at a condition of an accepted delivery finds none, and does not reject it. */
static void looking_does_not_change_a_state(void **state) {
  (void)state;
  for (size_t i = 0; i < STATES; i++) {
    pn_disposition_t disposition = {.type = 0};
    assert_read(&disposition, states[i].octets);
    const bool failed = pn_disposition_is_failed(&disposition);
    assert_non_null(pn_disposition_condition(&disposition));
    assert_non_null(pn_disposition_annotations(&disposition));
    pn_disposition_get_section_number(&disposition);
    assert_written(&disposition, states[i].octets);
    assert_non_null(pn_disposition_data(&disposition)); /* as raw data it is the same, too */
    assert_written(&disposition, states[i].octets);
    assert_true(pn_disposition_type(&disposition) == states[i].type);
    assert_int_equal(pn_disposition_is_failed(&disposition), failed);
    pni_disposition_clear(&disposition);
  }
}

static void part_that_was_filled_in_before_counts_once_it_is_the_state(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pni_disposition_become(&disposition, PN_ACCEPTED);
  pn_condition_set_name(pn_disposition_condition(&disposition), "a:b");
  assert_written(&disposition, "00 53 24 45");
  pni_disposition_become(&disposition, PN_REJECTED);
  assert_written(&disposition, states[3].octets);
  pni_disposition_clear(&disposition);
}

/* Views. */

static void view_makes_no_state_its_own(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pn_modified_disposition_t *modified = pn_modified_disposition(&disposition);
  assert_non_null(modified);
  assert_int_equal(pn_disposition_type(&disposition), PN_MODIFIED);
  assert_false(pn_modified_disposition_is_failed(modified));
  assert_null(pn_rejected_disposition(&disposition));
  assert_null(pn_received_disposition(&disposition));
  assert_null(pn_declared_disposition(&disposition));
  assert_null(pn_transactional_disposition(&disposition));
  assert_ptr_equal(pn_modified_disposition(&disposition), modified);
  pn_modified_disposition_set_failed(modified, true);
  pn_modified_disposition_set_undeliverable(modified, true);
  pn_data_t *annotations = pn_modified_disposition_annotations(modified);
  pn_data_put_map(annotations);
  pn_data_enter(annotations);
  pn_data_put_symbol(annotations, pn_bytes(1, "k"));
  pn_data_put_uint(annotations, 0);
  assert_true(pn_modified_disposition_is_failed(modified));
  assert_true(pn_modified_disposition_is_undeliverable(modified));
  assert_written(&disposition, states[8].octets);
  pn_disposition_clear(&disposition);
  assert_non_null(pn_received_disposition(&disposition));
  pn_disposition_clear(&disposition);
}

static void views_of_other_kinds_fill_theirs(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pn_received_disposition_t *received = pn_received_disposition(&disposition);
  pn_received_disposition_set_section_number(received, 2);
  pn_received_disposition_set_section_offset(received, 7);
  assert_int_equal(pn_received_disposition_get_section_number(received), 2);
  assert_int_equal(pn_received_disposition_get_section_offset(received), 7);
  assert_written(&disposition, states[0].octets);
  pn_disposition_clear(&disposition);

  pn_condition_set_name(pn_rejected_disposition_condition(pn_rejected_disposition(&disposition)), "a:b");
  assert_written(&disposition, states[3].octets);
  pn_disposition_clear(&disposition);
}

/* [4.5] */
static void transactional_state_has_an_id_and_an_outcome(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  pn_declared_disposition_t *declared = pn_declared_disposition(&disposition);
  assert_null(pn_declared_disposition_get_id(declared).start);
  pn_declared_disposition_set_id(declared, pn_bytes(2, "id"));
  assert_memory_equal(pn_declared_disposition_get_id(declared).start, "id", 2);
  assert_written(&disposition, states[9].octets);
  pn_disposition_clear(&disposition);

  pn_transactional_disposition_t *transactional = pn_transactional_disposition(&disposition);
  assert_null(pn_transactional_disposition_get_id(transactional).start);
  assert_int_equal(pn_transactional_disposition_get_outcome_type(transactional), 0);
  pn_transactional_disposition_set_id(transactional, pn_bytes(2, "id"));
  assert_written(&disposition, states[10].octets);
  pn_transactional_disposition_set_outcome_type(transactional, PN_ACCEPTED);
  assert_int_equal(pn_transactional_disposition_get_outcome_type(transactional), PN_ACCEPTED);
  assert_written(&disposition, states[11].octets);
  pn_transactional_disposition_set_outcome_type(transactional, PN_MODIFIED);
  assert_written(&disposition, "00 53 34 c0 0d 02 a0 02 'id' 00 53 27 c0 03 02 41 41");
  assert_int_equal(pn_transactional_disposition_get_id(transactional).size, 2);
  pn_transactional_disposition_set_id(transactional, pn_bytes(33, "33 bytes are more than an id has."));
  assert_int_equal(pn_transactional_disposition_get_id(transactional).size, 0);
  pn_disposition_clear(&disposition);
}

static void outcome_that_came_is_replaced_by_one_that_is_set(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  assert_read(&disposition, states[12].octets);
  pn_transactional_disposition_t *transactional = pn_transactional_disposition(&disposition);
  assert_int_equal(pn_transactional_disposition_get_outcome_type(transactional), PN_MODIFIED);
  pn_transactional_disposition_set_outcome_type(transactional, PN_RELEASED);
  assert_written(&disposition, "00 53 34 c0 09 02 a0 02 'id' 00 53 26 45");
  pn_disposition_clear(&disposition);
}

/* Custom states. */

static void put_list(pn_data_t *data) {
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_bool(data, true);
  pn_data_put_uint(data, 0);
  pn_data_exit(data);
}

static void any_state_can_be_had_as_a_list(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  assert_read(&disposition, states[8].octets);
  pn_custom_disposition_t *custom = pn_custom_disposition(&disposition);
  assert_int_equal(pn_custom_disposition_get_type(custom), PN_MODIFIED);
  pn_data_t *data = pn_custom_disposition_data(custom);
  assert_true(pn_data_next(data));
  assert_int_equal(pn_data_get_list(data), 3);
  assert_null(pn_modified_disposition(&disposition));
  pn_custom_disposition_set_type(custom, 0x5001);
  assert_written(&disposition, "00 80 0000000000005001 c0 0a 03 41 41 c1 05 02 a3 01 'k' 43");
  pn_disposition_set_failed(&disposition, false); /* and is an ordinary one again */
  assert_written(&disposition, "00 53 27 45");
  pn_disposition_clear(&disposition);
}

static void list_that_is_filled_in_belongs_to_the_custom_type_that_follows(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  put_list(pn_disposition_data(&disposition));
  assert_written(&disposition, "");
  pni_disposition_become(&disposition, 0x5001);
  assert_written(&disposition, states[13].octets);
  pni_disposition_become(&disposition, 0x5002);
  assert_written(&disposition, "00 80 0000000000005002 c0 03 02 41 43");
  pni_disposition_become(&disposition, PN_ACCEPTED);
  assert_written(&disposition, "00 53 24 45");
  pni_disposition_become(&disposition, 0x5003);
  assert_written(&disposition, "00 80 0000000000005003 45");
  put_list(pn_disposition_data(&disposition));
  assert_written(&disposition, "00 80 0000000000005003 c0 03 02 41 43");
  pni_disposition_clear(&disposition);
}

/* Debian's Python binding looks at all parts, and fills those that its user has given, before it says which state that is. */
static void parts_count_that_belong_to_the_state_that_follows(void **state) {
  (void)state;
  pn_disposition_t disposition = {.type = 0};
  put_list(pn_disposition_data(&disposition));
  pn_disposition_annotations(&disposition);
  pn_disposition_condition(&disposition);
  pni_disposition_become(&disposition, PN_TRANSACTIONAL_STATE);
  assert_written(&disposition, "00 53 34 c0 03 02 41 43");
  pn_disposition_clear(&disposition);

  pn_disposition_data(&disposition);
  pn_disposition_annotations(&disposition);
  pn_condition_set_name(pn_disposition_condition(&disposition), "a:b");
  pni_disposition_become(&disposition, PN_REJECTED);
  assert_written(&disposition, states[3].octets);
  pn_disposition_clear(&disposition);

  pn_disposition_set_failed(&disposition, true);
  pn_disposition_data(&disposition);
  pn_data_t *annotations = pn_disposition_annotations(&disposition);
  pn_data_put_map(annotations);
  pn_data_enter(annotations);
  pn_data_put_symbol(annotations, pn_bytes(1, "k"));
  pn_data_put_uint(annotations, 0);
  pn_disposition_condition(&disposition);
  pni_disposition_become(&disposition, PN_MODIFIED);
  assert_written(&disposition, "00 53 27 c0 0a 03 41 40 c1 05 02 a3 01 'k' 43");
  pn_disposition_clear(&disposition);

  pn_disposition_data(&disposition);
  pn_disposition_annotations(&disposition);
  pn_disposition_condition(&disposition);
  pni_disposition_become(&disposition, PN_ACCEPTED);
  assert_true(pni_disposition_plain(&disposition)); /* so that runs of it leave as one frame */
}

static void memory_may_run_out(void **state) {
  (void)state;
  for (size_t i = 0; i < STATES; i++) {
    struct octets octets = octets_of(states[i].octets);
    for (struct scarcity run = {0}; scarce_run(&run);) {
      pn_disposition_t disposition = {.type = 0};
      struct pni_reader reader = pni_reader(octets.start, octets.size);
      const pni_status status = pni_disposition_read(&disposition, &reader);
      assert_int_equal(status, scarce_refused() ? PNI_NO_MEMORY : PNI_OK);
      if (status) assert_non_null(reader.fault.what);
      if (!pn_disposition_data(&disposition)) assert_true(scarce_refused());
      pn_disposition_set_failed(&disposition, true);
      if (!pn_disposition_annotations(&disposition)) assert_true(scarce_refused());
      if (!pn_disposition_condition(&disposition)) assert_true(scarce_refused());
      pni_disposition_clear(&disposition);
    }
    octets_free(&octets);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_state_is_written_as_nothing),
      cmocka_unit_test(state_is_written_as_it_was_read),
      cmocka_unit_test(state_takes_the_place_of_any_other),
      cmocka_unit_test(what_no_state_may_be_is_refused),
      cmocka_unit_test(numbers_of_a_state_can_be_had),
      cmocka_unit_test(names_of_types),
      cmocka_unit_test(setting_makes_it_the_kind_that_has_it),
      cmocka_unit_test(becoming_the_same_keeps_what_was_filled_in),
      cmocka_unit_test(looking_does_not_change_a_state),
      cmocka_unit_test(part_that_was_filled_in_before_counts_once_it_is_the_state),
      cmocka_unit_test(view_makes_no_state_its_own),
      cmocka_unit_test(views_of_other_kinds_fill_theirs),
      cmocka_unit_test(transactional_state_has_an_id_and_an_outcome),
      cmocka_unit_test(outcome_that_came_is_replaced_by_one_that_is_set),
      cmocka_unit_test(any_state_can_be_had_as_a_list),
      cmocka_unit_test(list_that_is_filled_in_belongs_to_the_custom_type_that_follows),
      cmocka_unit_test(parts_count_that_belong_to_the_state_that_follows),
      cmocka_unit_test(memory_may_run_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
