/* tree_test.c: the value trees that a message hands out: what they show, when, and for how long. */
#include "support/message.h"

#include <proton/object.h>

static const char with_maps[] = "00 53 71 c1 06 02 a3 01 'd' 54 01"
                                "00 53 72 c1 06 02 a3 01 'm' 54 02"
                                "00 53 74 c1 06 02 a1 01 'p' 54 03"
                                "00 53 77 c0 05 02 54 04 54 05";

static void maps_are_shown(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  assert_tree(pn_message_instructions(msg), "{:d=1}");
  assert_tree(pn_message_annotations(msg), "{:m=2}");
  assert_tree(pn_message_properties(msg), "{\"p\"=3}");
  assert_tree(pn_message_body(msg), "[4, 5]");
  pn_message_free(msg);
}

/* The usual walk, with nothing asked before. */
static void trees_are_walked(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  pn_data_t *properties = pn_message_properties(msg);
  assert_int_equal(pn_data_type(properties), PN_INVALID); /* before the first */
  assert_true(pn_data_next(properties));
  assert_int_equal(pn_data_type(properties), PN_MAP);
  assert_int_equal(pn_data_get_map(properties), 2);
  assert_int_equal(pn_data_get_list(properties), 0);
  assert_false(pn_data_next(properties));
  assert_false(pn_data_prev(properties));
  assert_int_equal(pn_data_get_map(properties), 2);
  assert_true(pn_data_enter(properties));
  assert_int_equal(pn_data_type(properties), PN_INVALID);
  assert_true(pn_data_lookup(properties, "p"));
  assert_int_equal(pn_data_get_int(properties), 3);
  assert_true(pn_data_exit(properties));
  assert_int_equal(pn_data_get_map(properties), 2);
  assert_false(pn_data_exit(properties));
  pn_message_free(msg);
}

/* Whatever is asked first of a tree, it is answered for the whole of it. */
static void every_first_question_is_answered(void **state) {
  (void)state;
  enum { QUESTIONS = 12 };
  for (int question = 0; question < QUESTIONS; question++) {
    for (int stepped = 0; stepped < 2; stepped++) { /* at the start, and at the value */
      pn_message_t *msg = message_of(with_maps);
      pn_data_t *tree = pn_message_properties(msg), *other = pn_data(0);
      char text[50] = "";
      size_t size = sizeof text;
      pn_handle_t point;
      if (stepped) assert_true(pn_data_next(tree));
      switch (question) {
      case 0: assert_int_equal(pn_data_size(tree), 3); break;
      case 1: assert_int_equal(pn_data_format(tree, text, &size), 0); break;
      case 2: assert_int_equal(pn_data_encode(tree, text, sizeof text), 8); break;
      case 3: assert_int_equal(pn_data_encoded_size(tree), 8); break;
      case 4: assert_int_equal(pn_data_append(other, tree), 0); break;
      case 5: assert_int_equal(pn_data_copy(other, tree), 0); break;
      case 6: {
        char *const shown = pn_tostring(tree);
        assert_string_equal(shown, "{\"p\"=3}");
        free(shown);
        break;
      }
      case 7:
        point = pn_data_point(tree);
        assert_true(pn_data_restore(tree, point));
        break;
      case 8: {
        int32_t three = 0;
        pn_bytes_t key;
        assert_int_equal(pn_data_scan(tree, "{Si}", &key, &three), 0);
        assert_int_equal(three, 3);
        pn_data_rewind(tree);
        if (stepped) assert_true(pn_data_next(tree));
        break;
      }
      case 9:
        pn_data_narrow(tree);
        pn_data_rewind(tree);
        pn_data_widen(tree);
        break;
      case 10: assert_int_equal(pn_data_fill(other, "C", tree), 0); break;
      case 11: assert_int_equal(pn_data_enter(tree), stepped); break;
      default: fail();
      }
      if (question == 11 && stepped) assert_true(pn_data_exit(tree));
      assert_int_equal(pn_data_type(tree), stepped ? PN_MAP : PN_INVALID); /* the place is where it was */
      assert_tree(tree, "{\"p\"=3}");
      if (pn_data_size(other) > 0) assert_tree(other, "{\"p\"=3}");
      assert_encodes(msg, with_maps);
      pn_data_free(other);
      pn_message_free(msg);
    }
  }
}

/* A tree that is put into at once is first filled: what is put overwrites its first value. */
static void putting_comes_after_filling(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  pn_data_t *body = pn_message_body(msg);
  assert_int_equal(pn_data_put_string(body, bytes_of("over")), 0);
  assert_tree(body, "\"over\"");
  pn_data_t *properties = pn_message_properties(msg);
  assert_true(pn_data_next(properties));
  assert_int_equal(pn_data_put_int(properties, 9), 0); /* behind the map */
  assert_tree(properties, "{\"p\"=3}, 9");
  pn_message_free(msg);
}

/* One that got a tree once keeps it: it shows each message in turn. */
static void a_tree_shows_each_message(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *body = pn_message_body(msg), *properties = pn_message_properties(msg);
  assert_tree(body, "");
  assert_int_equal(message_decode(msg, with_maps), 0);
  assert_tree(body, "[4, 5]");
  assert_tree(properties, "{\"p\"=3}");
  assert_int_equal(message_decode(msg, "00 53 77 54 07"), 0);
  pn_data_rewind(body);
  assert_true(pn_data_next(body));
  assert_int_equal(pn_data_get_int(body), 7);
  assert_tree(properties, "");
  assert_int_equal(message_decode(msg, with_maps), 0);
  assert_true(pn_data_next(properties)); /* its head alone, and then another message */
  assert_int_equal(message_decode(msg, "00 53 74 c1 0a 04 a1 01 'q' 54 08 a1 01 'r' 40"), 0);
  assert_tree(properties, "{\"q\"=8, \"r\"=null}");
  assert_tree(body, "");
  pn_message_clear(msg);
  assert_tree(properties, "");
  assert_ptr_equal(pn_message_body(msg), body);
  assert_ptr_equal(pn_message_properties(msg), properties);
  pn_message_free(msg);
}

/* A tree that was cleared by whoever has it is empty until the next message. */
static void a_cleared_tree_is_empty(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *properties = pn_message_properties(msg);
  assert_int_equal(message_decode(msg, with_maps), 0);
  pn_data_clear(properties);
  assert_tree(properties, "");
  assert_encodes(msg, "00 53 71 c1 06 02 a3 01 'd' 54 01 00 53 72 c1 06 02 a3 01 'm' 54 02"
                      "00 53 77 c0 05 02 54 04 54 05");
  assert_int_equal(message_decode(msg, with_maps), 0);
  assert_tree(properties, "{\"p\"=3}");
  pn_message_free(msg);
}

static void changed_trees_are_encoded(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  pn_data_t *properties = pn_message_properties(msg);
  assert_true(pn_data_next(properties));
  assert_true(pn_data_enter(properties));
  assert_true(pn_data_next(properties));
  assert_true(pn_data_next(properties));
  assert_int_equal(pn_data_put_string(properties, bytes_of("k")), 0);
  assert_int_equal(pn_data_put_bool(properties, true), 0);
  pn_data_t *annotations = pn_message_annotations(msg);
  pn_data_clear(annotations);
  pn_data_t *instructions = pn_message_instructions(msg);
  pn_data_clear(instructions);
  assert_int_equal(pn_data_fill(instructions, "{sn}", "x"), 0);
  pn_data_t *body = pn_message_body(msg);
  pn_data_clear(body);
  assert_int_equal(pn_data_put_null(body), 0);
  assert_encodes(msg, "00 53 71 c1 05 02 a3 01 'x' 40"
                      "00 53 74 c1 0a 04 a1 01 'p' 54 03 a1 01 'k' 41"
                      "00 53 77 40");
  pn_message_free(msg);
}

/* After encoding, what is put overwrites: a program may fill a message over and over without clearing it. */
static void encoding_rewinds(void **state) {
  (void)state;
  pn_message_t *msg = pn_message();
  pn_data_t *body = pn_message_body(msg), *properties = pn_message_properties(msg);
  for (int i = 1; i < 5; i++) {
    char expected[80];
    assert_int_equal(pn_data_put_int(body, i), 0);
    assert_int_equal(pn_data_put_map(properties), 0);
    snprintf(expected, sizeof expected, "00 53 74 c1 01 00 00 53 77 54 %02x", i);
    assert_encodes(msg, expected);
    assert_int_equal(pn_data_type(body), PN_INVALID);
    assert_int_equal(pn_data_size(body), 1);
  }
  pn_message_free(msg);
}

static void empty_and_null_trees_are_no_sections(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  pn_data_clear(pn_message_instructions(msg));
  pn_data_clear(pn_message_annotations(msg));
  pn_data_put_null(pn_message_annotations(msg));
  pn_data_clear(pn_message_properties(msg));
  pn_data_put_map(pn_message_properties(msg));
  assert_encodes(msg, "00 53 74 c1 01 00 00 53 77 c0 05 02 54 04 54 05");
  pn_message_free(msg);
}

static void only_maps_are_sections_of_maps(void **state) {
  (void)state;
  typedef pn_data_t *tree_fn(pn_message_t *);
  static const struct {
    tree_fn *tree;
    const char *name;
  } trees[] = {{pn_message_instructions, "delivery-annotations"},
      {pn_message_annotations, "message-annotations"}, {pn_message_properties, "application-properties"}};
  static const struct {
    const char *filled, *why;
  } wrong[] = {{"n{}", ": more than one value"}, {"[]", ": not a map"}, {"{}{}", ": more than one value"},
      {"{n}", ": cannot encode a map with a key but no value"}};
  for (size_t t = 0; t < sizeof trees / sizeof trees[0]; t++) {
    for (size_t w = 0; w < sizeof wrong / sizeof wrong[0]; w++) {
      pn_message_t *msg = pn_message();
      char expected[100];
      size_t size = 0;
      pn_rwbytes_t buf = {0, NULL};
      assert_int_equal(pn_data_fill(trees[t].tree(msg), wrong[w].filled), 0);
      assert_int_equal(pn_message_encode(msg, NULL, &size), PN_ARG_ERR);
      assert_int_equal(pn_message_encode2(msg, &buf), PN_ARG_ERR);
      assert_int_equal(pn_message_errno(msg), PN_ARG_ERR);
      snprintf(expected, sizeof expected, "%s%s", trees[t].name, wrong[w].why);
      assert_string_equal(pn_error_text(pn_message_error(msg)), expected);
      pn_data_clear(trees[t].tree(msg));
      assert_encodes(msg, "00 53 77 40");
      free(buf.start);
      pn_message_free(msg);
    }
  }
}

/* A tree that somebody holds lives on, with what it had. */
static void a_held_tree_outlives_its_message(void **state) {
  (void)state;
  pn_message_t *msg = message_of(with_maps);
  pn_data_t *body = pn_incref(pn_message_body(msg)), *properties = pn_incref(pn_message_properties(msg));
  assert_true(pn_data_next(properties));
  pn_message_free(msg);
  assert_tree(body, "[4, 5]");
  assert_int_equal(pn_data_type(properties), PN_MAP);
  assert_tree(properties, "{\"p\"=3}");
  assert_int_equal(pn_data_put_int(body, 1), 0);
  pn_data_clear(body);
  pn_decref(body);
  pn_decref(properties);
}

/* A message may hold more values than a tree can: the tree says so, the message is passed on. */
static void too_large_for_a_tree(void **state) {
  (void)state;
  enum { ITEMS = 70000, HEAD = 12 };
  const size_t size = HEAD + ITEMS;
  uint8_t *const bytes = malloc(size);
  memcpy(bytes, "\x00\x53\x77\xd0\x00\x01\x11\x74\x00\x01\x11\x70", HEAD);
  memset(bytes + HEAD, 0x40, ITEMS);
  pn_message_t *msg = pn_message();
  assert_int_equal(pn_message_decode(msg, (char *)bytes, size), 0);
  pn_data_t *body = pn_message_body(msg);
  assert_int_equal(pn_data_size(body), 0);
  assert_int_equal(pn_data_errno(body), PN_OUT_OF_MEMORY);
  assert_int_equal(pn_message_errno(msg), PN_OUT_OF_MEMORY);
  pn_rwbytes_t buf = {0, NULL};
  assert_int_equal(pn_message_encode2(msg, &buf), size);
  assert_memory_equal(buf.start, bytes, size);
  pn_message_clear(msg);
  assert_int_equal(pn_data_errno(body), 0);
  free(buf.start);
  free(bytes);
  pn_message_free(msg);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(maps_are_shown),
      cmocka_unit_test(trees_are_walked),
      cmocka_unit_test(every_first_question_is_answered),
      cmocka_unit_test(putting_comes_after_filling),
      cmocka_unit_test(a_tree_shows_each_message),
      cmocka_unit_test(a_cleared_tree_is_empty),
      cmocka_unit_test(changed_trees_are_encoded),
      cmocka_unit_test(encoding_rewinds),
      cmocka_unit_test(empty_and_null_trees_are_no_sections),
      cmocka_unit_test(only_maps_are_sections_of_maps),
      cmocka_unit_test(a_held_tree_outlives_its_message),
      cmocka_unit_test(too_large_for_a_tree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
