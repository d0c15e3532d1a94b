/* memory_test.c: messages while memory runs out, at every allocation there is. Whatever fails says so and leaves the
 * message usable; what a getter cannot give for want of memory, it gives when there is some. */
#include "support/message.h"
#include "support/scarce.h"

#include <proton/object.h>

static const char everything[] = "00 53 70 c0 02 01 41"
                                 "00 53 71 c1 06 02 a3 01 'd' 54 01"
                                 "00 53 72 c1 06 02 a3 01 'm' 54 02"
                                 "00 53 73 c0 16 06 a1 02 'id' 40 a1 01 'a' a1 01 's' 40 80 0000000000000001"
                                 "00 53 74 c1 06 02 a1 01 'p' 54 03"
                                 "00 53 75 a0 01 'x' 00 53 75 a0 01 'y'"
                                 "00 53 78 c1 05 02 a3 01 'f' 41";

static void assert_out_of_memory(pn_message_t *msg) {
  assert_true(scarce_refused());
  assert_int_equal(pn_message_errno(msg), PN_OUT_OF_MEMORY);
}

static void making_a_message(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    pn_message_t *msg = pn_message();
    if (!msg) assert_true(scarce_refused());
    pn_message_free(msg);
  }
}

static void decoding(void **state) {
  (void)state;
  struct octets octets = octets_of(everything);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = pn_message();
    scarce.on = true;
    const int status = pn_message_decode(msg, (char *)octets.start, octets.size);
    scarce_end();
    if (status) {
      assert_int_equal(status, PN_OUT_OF_MEMORY);
      assert_out_of_memory(msg);
      assert_encodes(msg, "00 53 77 40");
      assert_int_equal(pn_message_decode(msg, (char *)octets.start, octets.size), 0);
    }
    assert_encodes(msg, everything);
    pn_message_free(msg);
  }
  octets_free(&octets);
}

/* A message that says why, without memory for saying it. */
static void refusing(void **state) {
  (void)state;
  static const char *const bad[] = {"00 53 70 40", "00 53 77 41 00 53 70 45", "40", "00 53 01 40"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct octets octets = octets_of(bad[i]);
    for (struct scarcity run = {0}; scarce_run(&run);) {
      scarce.on = false;
      pn_message_t *msg = message_of("00 53 77 a1 0a '0123456789'");
      scarce.on = true;
      assert_int_equal(pn_message_decode(msg, (char *)octets.start, octets.size), PN_ARG_ERR);
      assert_int_equal(pn_message_errno(msg), PN_ARG_ERR);
      scarce_end();
      assert_encodes(msg, "00 53 77 40");
      pn_message_free(msg);
    }
    octets_free(&octets);
  }
}

static void getting_strings(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    scarce.on = true;
    const char *const address = pn_message_get_address(msg), *const subject = pn_message_get_subject(msg);
    assert_int_equal(pn_message_get_id(msg).type, PN_STRING); /* needs none */
    assert_int_equal(pn_message_get_correlation_id(msg).u.as_ulong, 1);
    scarce_end();
    if (!address || !subject) assert_out_of_memory(msg);
    assert_string_equal(pn_message_get_address(msg), "a");
    assert_string_equal(pn_message_get_subject(msg), "s");
    assert_encodes(msg, everything);
    pn_message_free(msg);
  }
}

typedef pn_data_t *tree_fn(pn_message_t *);
static tree_fn *const trees[] = {pn_message_id, pn_message_correlation_id, pn_message_instructions,
    pn_message_annotations, pn_message_properties, pn_message_body};
static const char *const shown[] = {"\"id\"", "1", "{:d=1}", "{:m=2}", "{\"p\"=3}", "b\"x\", b\"y\""};

/* A tree that cannot be made is NULL, one that cannot be filled is empty; the message is passed on all the same. */
static void getting_trees(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
    for (struct scarcity run = {0}; scarce_run(&run);) {
      scarce.on = false;
      pn_message_t *msg = message_of(everything);
      scarce.on = true;
      pn_data_t *const tree = trees[i](msg);
      const size_t size = tree ? pn_data_size(tree) : 0;
      scarce_end();
      if (size == 0) assert_out_of_memory(msg);
      assert_encodes(msg, everything);
      if (tree && size == 0) {
        assert_int_equal(pn_data_errno(tree), PN_OUT_OF_MEMORY);
        assert_int_equal(message_decode(msg, everything), 0);
      }
      assert_tree(trees[i](msg), shown[i]);
      pn_message_free(msg);
    }
  }
}

/* Looked into step by step: at its head first. */
static void walking_a_tree(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    pn_data_t *properties = pn_message_properties(msg);
    scarce.on = true;
    const bool entered = pn_data_next(properties) && pn_data_enter(properties);
    const bool found = entered && pn_data_lookup(properties, "p");
    scarce_end();
    assert_int_equal(entered, found);
    if (found) assert_int_equal(pn_data_get_int(properties), 3);
    if (!found) {
      assert_out_of_memory(msg);
      assert_int_equal(pn_data_size(properties), 0);
    }
    assert_encodes(msg, everything);
    pn_message_free(msg);
  }
}

static int set_all(pn_message_t *msg) {
  char large[300];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  const pn_msgid_t uuid = {.type = PN_UUID};
  int status = pn_message_set_address(msg, "address");
  if (!status) status = pn_message_set_subject(msg, large);
  if (!status) status = pn_message_set_subject(msg, "subject");
  if (!status) status = pn_message_set_user_id(msg, pn_bytes(sizeof large - 1, large));
  if (!status) status = pn_message_set_id(msg, uuid);
  if (!status) status = pn_message_set_correlation_id(msg, (pn_msgid_t){.type = PN_ULONG, .u.as_ulong = 1});
  if (!status) status = pn_message_set_group_id(msg, large);
  return status;
}

static void setting_fields(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    scarce.on = true;
    const int status = set_all(msg);
    scarce_end();
    if (status) {
      assert_int_equal(status, PN_OUT_OF_MEMORY);
      assert_out_of_memory(msg);
      pn_message_clear(msg);
      assert_int_equal(set_all(msg), 0);
    }
    assert_string_equal(pn_message_get_address(msg), "address");
    assert_string_equal(pn_message_get_subject(msg), "subject");
    assert_int_equal(pn_message_get_id(msg).type, PN_UUID);
    assert_int_equal(strlen(pn_message_get_group_id(msg)), 299);
    pn_message_free(msg);
  }
}

/* A field that could not be set keeps its value, and the others theirs. */
static void failed_setting_changes_nothing(void **state) {
  (void)state;
  char large[2000];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    scarce.on = true;
    const int status = pn_message_set_subject(msg, large);
    scarce_end();
    if (status) {
      assert_out_of_memory(msg);
      assert_string_equal(pn_message_get_subject(msg), "s");
      assert_encodes(msg, everything);
    } else {
      assert_string_equal(pn_message_get_subject(msg), large);
    }
    assert_string_equal(pn_message_get_address(msg), "a");
    pn_message_free(msg);
  }
}

static void encoding(void **state) {
  (void)state;
  struct octets octets = octets_of(everything);
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    pn_rwbytes_t buf = {.size = 1, .start = __real_malloc(1)};
    scarce.on = true;
    const ssize_t size = pn_message_encode2(msg, &buf);
    scarce_end();
    if (size < 0) {
      assert_int_equal(size, PN_OUT_OF_MEMORY);
      assert_out_of_memory(msg);
      assert_int_equal(buf.size, 1);
    } else {
      assert_octets(buf.start, (size_t)size, &octets);
    }
    free(buf.start);
    pn_message_free(msg);
  }
  octets_free(&octets);
}

static void message_as_a_tree(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    pn_data_t *data = pn_data(0);
    scarce.on = true;
    const int status = pn_message_data(msg, data);
    scarce_end();
    if (status) {
      assert_int_equal(status, PN_OUT_OF_MEMORY);
      assert_out_of_memory(msg);
      assert_int_equal(pn_message_data(msg, data), 0);
    }
    assert_true(pn_data_size(data) > 20);
    pn_data_free(data);
    pn_message_free(msg);
  }
}

static void message_as_text(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    scarce.on = true;
    char *const text = pn_tostring(msg);
    scarce_end();
    if (text)
      assert_memory_equal(text, "Message{", 8);
    else
      assert_true(scarce_refused());
    free(text);
    assert_encodes(msg, everything);
    pn_message_free(msg);
  }
}

/* A held tree is filled at its message's end, or empty. */
static void held_trees(void **state) {
  (void)state;
  for (struct scarcity run = {0}; scarce_run(&run);) {
    scarce.on = false;
    pn_message_t *msg = message_of(everything);
    pn_data_t *tree = pn_incref(pn_message_body(msg));
    scarce.on = true;
    pn_message_free(msg);
    scarce_end();
    if (scarce_refused() && pn_data_size(tree) == 0)
      assert_int_equal(pn_data_errno(tree), PN_OUT_OF_MEMORY);
    else
      assert_tree(tree, "b\"x\", b\"y\"");
    pn_decref(tree);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(making_a_message),
      cmocka_unit_test(decoding),
      cmocka_unit_test(refusing),
      cmocka_unit_test(getting_strings),
      cmocka_unit_test(getting_trees),
      cmocka_unit_test(walking_a_tree),
      cmocka_unit_test(setting_fields),
      cmocka_unit_test(failed_setting_changes_nothing),
      cmocka_unit_test(encoding),
      cmocka_unit_test(message_as_a_tree),
      cmocka_unit_test(message_as_text),
      cmocka_unit_test(held_trees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
