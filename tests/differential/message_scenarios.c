/* message_scenarios.c: messages set, cleared, encoded and decoded; what each getter says after each. */
#include "canonical.h"
#include "generate.h"
#include "scenario.h"

#include <proton/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say_encoded(const char *key, pn_message_t *message) {
  pn_rwbytes_t buffer = {0, NULL};
  ssize_t size = pn_message_encode2(message, &buffer);
  struct text text = {0};
  if (size >= 0)
    text_add_all_bytes(&text, buffer.start, (size_t)size);
  else
    text_add(&text, "cannot encode: %zd, error %s", size, error_state(pn_message_error(message)));
  say(key, "%s", text.chars);
  text_free(&text);
  free(buffer.start);
}

static int decode(pn_message_t *message, const char *hexadecimal) {
  pn_bytes_t bytes = octets(hexadecimal);
  char *copy = malloc(bytes.size);
  if (!copy) abort();
  memcpy(copy, bytes.start, bytes.size);
  int error = pn_message_decode(message, copy, bytes.size);
  memset(copy, 0xee, bytes.size);
  free(copy);
  return error;
}

static void new_message(void) {
  pn_message_t *message = pn_message();
  say_message("new", message);
  say("errno", "%d, %s", pn_message_errno(message), error_state(pn_message_error(message)));
  say_encoded("encoding", message);
  pn_message_clear(message);
  say_message("cleared", message);
  pn_data_t *body = pn_message_body(message), *properties = pn_message_properties(message);
  say("trees of their own", "%d %d %d", properties != body,
      pn_message_instructions(message) != pn_message_annotations(message), pn_message_id(message) != body);
  say("the same trees", "%d %d", body == pn_message_body(message),
      properties == pn_message_properties(message));
  pn_message_free(message);
  pn_message_free(NULL);
}

/* All fields with small, recognisable values. */
static void set_all(pn_message_t *message) {
  pn_msgid_t id = {.type = PN_ULONG, .u.as_ulong = 77};
  pn_message_set_durable(message, true);
  pn_message_set_priority(message, 7);
  pn_message_set_ttl(message, 5000);
  pn_message_set_first_acquirer(message, true);
  pn_message_set_delivery_count(message, 3);
  pn_message_set_id(message, id);
  pn_message_set_user_id(message, pn_bytes(4, "user"));
  pn_message_set_address(message, "address");
  pn_message_set_subject(message, "subject");
  pn_message_set_reply_to(message, "reply");
  id.type = PN_STRING;
  id.u.as_bytes = pn_bytes(4, "corr");
  pn_message_set_correlation_id(message, id);
  pn_message_set_content_type(message, "text/plain");
  pn_message_set_content_encoding(message, "gzip");
  pn_message_set_expiry_time(message, 1234567);
  pn_message_set_creation_time(message, 7654321);
  pn_message_set_group_id(message, "group");
  pn_message_set_group_sequence(message, 9);
  pn_message_set_reply_to_group_id(message, "replygroup");
  pn_message_set_inferred(message, true);
  pn_data_fill(pn_message_instructions(message), "{sS}", "di", "1");
  pn_data_fill(pn_message_annotations(message), "{sS}", "ma", "2");
  pn_data_fill(pn_message_properties(message), "{SS}", "ap", "3");
  pn_data_put_binary(pn_message_body(message), pn_bytes(4, "body"));
}

static void everything_set(void) {
  pn_message_t *message = pn_message();
  set_all(message);
  say_encoded("encoding", message);
  say_message("set", message);
  pn_message_clear(message);
  say_message("cleared", message);
  say_encoded("cleared", message);
  set_all(message);
  say_encoded("set again", message);
  pn_message_free(message);
}

static void unset_again(void) {
  pn_message_t *message = pn_message();
  set_all(message);
  pn_msgid_t none = {.type = PN_NULL};
  say("set", "%d", pn_message_set_id(message, none));
  say("set", "%d", pn_message_set_user_id(message, pn_bytes(0, NULL)));
  say("set", "%d", pn_message_set_address(message, NULL));
  say("set", "%d", pn_message_set_subject(message, ""));
  say("set", "%d", pn_message_set_correlation_id(message, none));
  say("set", "%d", pn_message_set_content_type(message, NULL));
  say("set", "%d", pn_message_set_expiry_time(message, 0));
  say("set", "%d", pn_message_set_creation_time(message, 0));
  say("set", "%d", pn_message_set_group_id(message, NULL));
  say("set", "%d", pn_message_set_group_sequence(message, 0));
  say("set", "%d", pn_message_set_ttl(message, 0));
  say("set", "%d", pn_message_set_priority(message, 4));
  say("set", "%d", pn_message_set_durable(message, false));
  say_encoded("encoding", message);
  say_message("unset", message);
  pn_message_free(message);
}

static void set_shorter_and_longer(void) {
  pn_message_t *message = pn_message();
  static const size_t SIZES[] = {100, 3, 1000, 0, 31, 32, 33, 5};
  for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
    pn_bytes_t text = generate_text(SIZES[i], false);
    pn_message_set_address(message, text.start);
    pn_message_set_user_id(message, text);
    pn_message_set_content_type(message, generate_text(SIZES[i], true).start);
    const char *address = pn_message_get_address(message);
    say("length", "%zu %zu %zu", address ? strlen(address) : 999999, pn_message_get_user_id(message).size,
        strlen(pn_message_get_content_type(message)));
  }
  const char *own = pn_message_get_address(message);
  say("set to its own", "%d %s", pn_message_set_address(message, own), pn_message_get_address(message));
  pn_message_free(message);
}

static pn_msgid_t id_of_type(pn_type_t type) {
  pn_msgid_t id = {.type = type};
  if (type == PN_BINARY || type == PN_STRING || type == PN_SYMBOL)
    id.u.as_bytes = pn_bytes(3, "xyz");
  else if (type == PN_UUID)
    memcpy(id.u.as_uuid.bytes, "0123456789abcdef", 16);
  else
    id.u.as_ulong = 1;
  return id;
}

/* The four types that an id may have; null, which is none. */
static void ids(void) {
  static const pn_type_t TYPES[] = {PN_NULL, PN_ULONG, PN_UUID, PN_BINARY, PN_STRING};
  for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
    pn_message_t *message = pn_message();
    say("set", "%d", pn_message_set_id(message, id_of_type(TYPES[i])));
    say("set correlation", "%d", pn_message_set_correlation_id(message, id_of_type(TYPES[i])));
    say_encoded("encoding", message);
    struct text text = {0};
    canonical_atom(&text, pn_message_get_id(message));
    text_add(&text, " and ");
    canonical_atom(&text, pn_message_get_correlation_id(message));
    say("got", "%s", text.chars);
    text_free(&text);
    say_canonical("tree", pn_message_id(message));
    say_canonical("correlation tree", pn_message_correlation_id(message));
    pn_message_free(message);
  }
}

static void id_of_a_type_that_is_none(void) {
  pn_message_t *message = pn_message();
  pn_message_set_id(message, id_of_type(PN_ULONG));
  say("set to an int", "%d", pn_message_set_id(message, id_of_type(PN_INT)));
  say("type", "%d", (int)pn_message_get_id(message).type);
  say("set to a symbol", "%d", pn_message_set_correlation_id(message, id_of_type(PN_SYMBOL)));
  say("type", "%d", (int)pn_message_get_correlation_id(message).type);
  pn_message_free(message);
}

static void id_through_its_tree(void) {
  pn_message_t *message = pn_message();
  pn_data_t *tree = pn_message_id(message);
  say_tree("tree", tree);
  pn_data_put_string(tree, pn_bytes(3, "abc"));
  say("type", "%d", (int)pn_message_get_id(message).type);
  say_encoded("encoding", message);
  pn_data_clear(tree);
  say("type", "%d", (int)pn_message_get_id(message).type);
  pn_data_put_ulong(tree, 9);
  say("type", "%d", (int)pn_message_get_id(message).type);
  pn_message_set_id(message, id_of_type(PN_UUID));
  say_canonical("tree", pn_message_id(message));
  pn_message_clear(message);
  say_canonical("cleared", pn_message_id(message));
  say("type", "%d", (int)pn_message_get_id(message).type);
  pn_message_free(message);
}

static void message_into_too_little(void) {
  pn_message_t *message = pn_message();
  pn_message_set_address(message, "a");
  pn_message_set_durable(message, true);
  pn_data_put_string(pn_message_body(message), pn_bytes(5, "hello"));
  char buffer[128];
  size_t needed = sizeof buffer;
  say("encode", "%d", pn_message_encode(message, buffer, &needed));
  for (size_t room = 0; room < needed; room++) {
    size_t size = room;
    int error = pn_message_encode(message, buffer, &size);
    if (error != PN_OVERFLOW) say("room", "%zu short: %d", needed - room, error);
    if (room == 5) say("error", "%s", error_state(pn_message_error(message)));
  }
  size_t size = needed;
  say("exactly", "%d", pn_message_encode(message, buffer, &size));
  say("same size", "%d", size == needed);
  pn_message_free(message);
}

static void encode_into_growing(void) {
  pn_message_t *message = pn_message();
  pn_rwbytes_t buffer = {0, NULL};
  pn_data_t *body = pn_message_body(message);
  for (size_t size = 10; size < 10000; size *= 5) {
    pn_data_clear(body);
    pn_data_put_binary(body, generate_text(size, true));
    ssize_t encoded = pn_message_encode2(message, &buffer);
    say("encode", "%d, room %d", encoded > (ssize_t)size, buffer.size >= (size_t)encoded);
  }
  free(buffer.start);
  buffer.start = malloc(1);
  buffer.size = 1;
  say("from one byte", "%d", pn_message_encode2(message, &buffer) > 0);
  free(buffer.start);
  pn_message_free(message);
}

static void encode_twice_and_changed(void) {
  pn_message_t *message = pn_message();
  set_all(message);
  say_encoded("first", message);
  say_encoded("second", message);
  pn_data_clear(pn_message_body(message));
  pn_data_put_int(pn_message_body(message), 5);
  say_encoded("other body", message);
  pn_data_clear(pn_message_body(message));
  say_encoded("no body", message);
  pn_data_clear(pn_message_properties(message));
  pn_data_clear(pn_message_annotations(message));
  pn_data_clear(pn_message_instructions(message));
  say_encoded("no maps", message);
  pn_message_free(message);
}

/* Cursors inside of the trees do not matter to an encoding. */
static void encode_with_cursors_inside(void) {
  pn_message_t *message = pn_message();
  pn_data_fill(pn_message_properties(message), "{SiSi", "a", 1, "b", 2);
  pn_data_fill(pn_message_annotations(message), "{si", "a", 1);
  pn_data_fill(pn_message_body(message), "[i[i", 1, 2);
  say_encoded("encoding", message);
  say_tree("body", pn_message_body(message));
  pn_data_narrow(pn_message_body(message));
  say_encoded("narrowed", message);
  pn_message_free(message);
}

static void bodies(void) {
  static const char *const FILLS[] = {
      "", "n", "i", "S", "z", "[i]", "[]", "{Si}", "DLS", "ii", "zz", "[i][i]", "Zi"};
  for (int inferred = 0; inferred < 2; inferred++) {
    for (size_t i = 0; i < sizeof FILLS / sizeof *FILLS; i++) {
      pn_message_t *message = pn_message();
      pn_message_set_inferred(message, inferred);
      pn_data_t *body = pn_message_body(message);
      const char *fill = FILLS[i];
      for (const char *letter = fill; *letter; letter++) {
        switch (*letter) {
        case 'n': pn_data_put_null(body); break;
        case 'i': pn_data_put_int(body, 5); break;
        case 'S': pn_data_put_string(body, pn_bytes(1, "s")); break;
        case 'z': pn_data_put_binary(body, pn_bytes(1, "z")); break;
        case 'Z': pn_data_put_binary(body, pn_bytes(0, "")); break;
        case 'L': pn_data_put_ulong(body, 5); break;
        case 'D': pn_data_put_described(body), pn_data_enter(body); break;
        case '[': pn_data_put_list(body), pn_data_enter(body); break;
        case '{': pn_data_put_map(body), pn_data_enter(body); break;
        default: pn_data_exit(body); break;
        }
      }
      char key[64];
      snprintf(key, sizeof key, "body %s%s", fill, inferred ? " inferred" : "");
      say_encoded(key, message);
      pn_message_free(message);
    }
  }
}

/* Where a header or properties are there but empty, and where sections other than maps are given. */
static void unusual_sections(void) {
  pn_message_t *message = pn_message();
  pn_data_put_list(pn_message_properties(message));
  say_encoded("properties that are a list", message);
  pn_message_clear(message);
  pn_data_put_int(pn_message_annotations(message), 1);
  say_encoded("annotations that are an int", message);
  pn_message_clear(message);
  pn_data_put_map(pn_message_properties(message));
  say_encoded("an empty map", message);
  pn_message_clear(message);
  pn_data_put_map(pn_message_instructions(message));
  pn_data_put_map(pn_message_instructions(message));
  say_encoded("two maps", message);
  pn_message_free(message);
}

static void decode_over_another(void) {
  pn_message_t *message = pn_message();
  set_all(message);
  pn_data_t *body = pn_message_body(message);
  say("decode", "%d", decode(message, "00 53 77 54 05"));
  say_message("only a body", message);
  say("the same tree", "%d", body == pn_message_body(message));
  say_encoded("encoded again", message);
  pn_message_free(message);
}

static void decode_failing_over_another(void) {
  pn_message_t *message = pn_message();
  set_all(message);
  int error = decode(message, "00 53 77 a1 05 61");
  say("decode", "%s", error ? "refused" : "accepted");
  pn_message_clear(message);
  say("errno after clear", "%d", pn_message_errno(message));
  say("decode", "%d", decode(message, "00 53 77 54 05"));
  say_tree("body", pn_message_body(message));
  pn_message_free(message);
}

/* Where a decoded tree's cursor stands, which programs rely on without a rewind. */
static void cursors_after_decode(void) {
  pn_message_t *message = pn_message();
  say("decode", "%d",
      decode(message, "00 53 71 c1(02 a3016140) 00 53 72 c1(02 a3016140) 00 53 73 c0(01 5305)"
                      "00 53 74 c1(02 a1016140) 00 53 77 c0(01 5405)"));
  say_tree("instructions", pn_message_instructions(message));
  say_tree("annotations", pn_message_annotations(message));
  say_tree("properties", pn_message_properties(message));
  say_tree("body", pn_message_body(message));
  say_tree("id", pn_message_id(message));
  say("next", "%d", pn_data_next(pn_message_body(message)));
  say_tree("body", pn_message_body(message));
  say("decode again", "%d", decode(message, "00 53 77 a1 0161"));
  say_tree("body", pn_message_body(message));
  say_tree("properties", pn_message_properties(message));
  pn_message_free(message);
}

/* Encodings of messages that are valid, though not as this library writes them. */
static void decode_valid(void) {
  static const struct {
    const char *what, *bytes;
  } INPUTS[] = {
      {"empty header and properties", "00 53 70 45 00 53 73 45 00 53 77 40"},
      {"header of all nulls", "00 53 70 c0(05 4040404040) 00 53 77 43"},
      {"header of one field", "00 53 70 c0(01 41) 00 53 77 43"},
      {"header with large encodings",
          "00 80 0000000000000070 d0[00000005 56 01 50 09 70 00000064 41 52 02] 00 53 77 43"},
      {"symbolic descriptors", "00 a3 10 616d71703a6865616465723a6c697374 c0(01 41) 00 a3 14 "
                               "616d71703a70726f706572746965733a6c697374 c0(01 53 09)"
                               "00 a3 11 616d71703a616d71702d76616c75653a2a 54 07"},
      {"properties of every field", "00 53 73 c0(0d a1 01 69 a0 01 75 a1 01 74 a1 01 73 a1 01 72 53 05 a3 01 "
                                    "63 a3 01 65 83 0000000000000001"
                                    "83 0000000000000002 a1 01 67 52 04 a1 01 68) 00 53 77 43"},
      {"id of every type", "00 53 73 c0(06 98 30313233343536373839616263646566 40404040 44) 00 53 77 43"},
      {"data", "00 53 75 a0 03 010203"},
      {"empty data", "00 53 75 a0 00"},
      {"two data", "00 53 75 a0 02 0102 00 53 75 a0 01 03"},
      {"data large", "00 53 75 b0 00000003 010203"},
      {"sequence", "00 53 76 c0 03 01 54 05"},
      {"empty sequence", "00 53 76 45"},
      {"two sequences", "00 53 76 c0 03 01 54 05 00 53 76 c0 03 01 54 06"},
      {"value null", "00 53 77 40"},
      {"value described", "00 53 77 00 53 05 c0(01 54 06)"},
      {"value list", "00 53 77 c0 03 01 54 05"},
      {"value binary", "00 53 77 a0 01 05"},
      {"footer", "00 53 77 43 00 53 78 c1(02 a3 01 66 43)"},
      {"only a header", "00 53 70 c0 02 01 41"},
      {"only properties", "00 53 73 c0 02 01 44"},
      {"only application properties", "00 53 74 c1(02 a1 01 61 43)"},
      {"all maps empty", "00 53 71 c1 01 00 00 53 72 c1 01 00 00 53 74 c1 01 00 00 53 77 43"},
      {"maps large", "00 53 71 d1[00000002 a3 01 61 40] 00 53 77 43"},
  };
  for (size_t i = 0; i < sizeof INPUTS / sizeof *INPUTS; i++) {
    pn_message_t *message = pn_message();
    say(INPUTS[i].what, "%d", decode(message, INPUTS[i].bytes));
    char key[100];
    snprintf(key, sizeof key, "%s, encoded again", INPUTS[i].what);
    say_encoded(key, message);
    say_message(INPUTS[i].what, message);
    pn_message_free(message);
  }
}

static void decode_not_valid(void) {
  static const struct {
    const char *what, *bytes;
  } INPUTS[] = {
      {"nothing described", "40"},
      {"unknown section", "00 53 10 45"},
      {"unknown section before a body", "00 53 79 45 00 53 77 43"},
      {"unknown symbol", "00 a3 01 61 45"},
      {"descriptor of another type", "00 70 00000070 45"},
      {"header twice", "00 53 70 45 00 53 70 45"},
      {"header after properties", "00 53 73 45 00 53 70 45"},
      {"body before properties", "00 53 77 43 00 53 73 45"},
      {"value twice", "00 53 77 43 00 53 77 43"},
      {"value and data", "00 53 77 43 00 53 75 a0 00"},
      {"header that is a map", "00 53 70 c1 01 00"},
      {"header that is an int", "00 53 70 54 01"},
      {"header with six fields", "00 53 70 c0(06 404040404040)"},
      {"durable that is an int", "00 53 70 c0 03 01 54 01"},
      {"priority that is an uint", "00 53 70 c0(02 40 52 01)"},
      {"address that is a symbol", "00 53 73 c0(03 40 40 a3 01 61)"},
      {"content type that is a string", "00 53 73 c0(07 404040404040 a1 01 61)"},
      {"id that is an int", "00 53 73 c0 03 01 54 01"},
      {"user id that is a string", "00 53 73 c0(02 40 a1 01 61)"},
      {"annotations that are a list", "00 53 72 45"},
      {"annotations with a string key", "00 53 72 c1(02 a1 01 61 40)"},
      {"application properties with a symbol key", "00 53 74 c1(02 a3 01 61 40)"},
      {"application properties with a list", "00 53 74 c1(02 a1 01 61 45)"},
      {"application properties with an odd map", "00 53 74 c1(01 a1 01 61)"},
      {"data that is a string", "00 53 75 a1 00"},
      {"sequence that is a map", "00 53 76 c1 01 00"},
      {"footer that is a list", "00 53 78 45"},
      {"cut in the header", "00 53 70 c0 02"},
      {"cut after a descriptor", "00 53 77"},
      {"cut in the body", "00 53 77 a1 05 61"},
      {"address that is not UTF-8", "00 53 73 c0(03 40 40 a1 01 ff)"},
      {"octets behind", "00 53 77 43 ff"},
  };
  for (size_t i = 0; i < sizeof INPUTS / sizeof *INPUTS; i++) {
    pn_message_t *message = pn_message();
    int error = decode(message, INPUTS[i].bytes);
    say(INPUTS[i].what, "%d, error %s", error, error_state(pn_message_error(message)));
    pn_message_clear(message);
    say("usable", "%d", decode(message, "00 53 77 54 05"));
    pn_message_free(message);
  }
}

/* A decoded message that is changed in one place and sent on: a relay. */
static void change_after_decode(void) {
  static const char BYTES[] = "00 53 70 c0(01 41) 00 53 71 c1(02 a3 01 61 43) 00 53 73 c0(03 44 40 a1 01 61) "
                              "00 53 74 c1(02 a1 01 61 43)"
                              "00 53 77 54 05";
  pn_message_t *message = pn_message();
  say("decode", "%d", decode(message, BYTES));
  say("set", "%d", pn_message_set_address(message, "elsewhere"));
  say_encoded("address", message);
  say("decode", "%d", decode(message, BYTES));
  pn_data_t *properties = pn_message_properties(message);
  pn_data_rewind(properties);
  say("next", "%d", pn_data_next(properties));
  say("enter", "%d", pn_data_enter(properties));
  say("next", "%d", pn_data_next(properties));
  say("put", "%d", pn_data_put_string(properties, pn_bytes(1, "v")));
  say("put", "%d", pn_data_put_string(properties, pn_bytes(1, "b")));
  say("put", "%d", pn_data_put_int(properties, 6));
  say_encoded("a property", message);
  say("decode", "%d", decode(message, BYTES));
  pn_data_clear(pn_message_body(message));
  pn_data_put_string(pn_message_body(message), pn_bytes(3, "new"));
  say_encoded("body", message);
  say("decode", "%d", decode(message, BYTES));
  pn_message_set_delivery_count(message, pn_message_get_delivery_count(message) + 1);
  say_encoded("delivery count", message);
  say("decode", "%d", decode(message, BYTES));
  pn_data_clear(pn_message_instructions(message));
  say_encoded("no instructions", message);
  say("decode", "%d", decode(message, BYTES));
  pn_message_set_inferred(message, true);
  say_encoded("inferred", message);
  pn_message_free(message);
}

static void inferred_after_decode(void) {
  pn_message_t *message = pn_message();
  say("decode data", "%d", decode(message, "00 53 75 a0 01 05"));
  say("inferred", "%d", pn_message_is_inferred(message));
  pn_message_set_inferred(message, false);
  say_encoded("as a value", message);
  say("decode value", "%d", decode(message, "00 53 77 a0 01 05"));
  say("inferred", "%d", pn_message_is_inferred(message));
  pn_message_set_inferred(message, true);
  say_encoded("as data", message);
  say("decode sequence", "%d", decode(message, "00 53 76 c0 03 01 54 05"));
  say("inferred", "%d", pn_message_is_inferred(message));
  pn_message_clear(message);
  say("inferred cleared", "%d", pn_message_is_inferred(message));
  pn_message_free(message);
}

static void data_of_message(void) {
  pn_message_t *message = pn_message();
  pn_data_t *data = pn_data(0);
  say("data", "%d", pn_message_data(message, data));
  say_tree("empty", data);
  pn_data_clear(data);
  set_all(message);
  say("data", "%d", pn_message_data(message, data));
  say_tree("all", data);
  say("data", "%d", pn_message_data(message, data));
  say_tree("again", data);
  pn_data_free(data);
  pn_message_free(message);
}

static void getters_are_stable(void) {
  pn_message_t *message = pn_message();
  say("decode", "%d", decode(message, "00 53 73 c0(04 a1 01 69 40 a1 01 61 a1 01 73) 00 53 77 43"));
  const char *address = pn_message_get_address(message), *subject = pn_message_get_subject(message);
  say("the same", "%d", address == pn_message_get_address(message));
  pn_message_body(message);
  pn_message_properties(message);
  say("still", "%s %s", address, subject);
  pn_message_set_subject(message, "other");
  say("address", "%s", pn_message_get_address(message));
  pn_message_free(message);
}

static void limits_of_numbers(void) {
  static const char *const BYTES[] = {"00 53 70 c0(03 40 50 ff 70 ffffffff) 00 53 77 43",
      "00 53 70 c0(05 40404040 70 ffffffff) 00 53 77 43",
      "00 53 73 c0(0a 404040404040404040 83 8000000000000000) 00 53 77 43",
      "00 53 73 c0(0c 4040404040404040404040 70 ffffffff) 00 53 77 43"};
  for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++) {
    pn_message_t *message = pn_message();
    say("decode", "%d", decode(message, BYTES[i]));
    say("numbers", "%u %u %u %lld %u", pn_message_get_priority(message), pn_message_get_ttl(message),
        pn_message_get_delivery_count(message), (long long)pn_message_get_creation_time(message),
        pn_message_get_group_sequence(message));
    say_encoded("encoded again", message);
    pn_message_free(message);
  }
}

int main(void) {
  static const struct scenario scenarios[] = {
      SCENARIO(new_message),
      SCENARIO(everything_set),
      SCENARIO(unset_again),
      SCENARIO(set_shorter_and_longer),
      SCENARIO(ids),
      SCENARIO(id_of_a_type_that_is_none),
      SCENARIO(id_through_its_tree),
      SCENARIO(message_into_too_little),
      SCENARIO(encode_into_growing),
      SCENARIO(encode_twice_and_changed),
      SCENARIO(encode_with_cursors_inside),
      SCENARIO(bodies),
      SCENARIO(unusual_sections),
      SCENARIO(decode_over_another),
      SCENARIO(decode_failing_over_another),
      SCENARIO(cursors_after_decode),
      SCENARIO(decode_valid),
      SCENARIO(decode_not_valid),
      SCENARIO(change_after_decode),
      SCENARIO(inferred_after_decode),
      SCENARIO(data_of_message),
      SCENARIO(getters_are_stable),
      SCENARIO(limits_of_numbers),
  };
  return SCENARIOS_RUN(scenarios);
}
