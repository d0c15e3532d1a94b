/* codec_scenarios.c: trees copied, encoded, decoded and formatted; the codes of every way in which that can fail. */
#include "canonical.h"
#include "generate.h"
#include "scenario.h"

#include <proton/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pn_data_t *decoded(const char *hexadecimal) {
  pn_data_t *data = pn_data(0);
  pn_bytes_t bytes = octets(hexadecimal);
  while (bytes.size) {
    ssize_t size = pn_data_decode(data, bytes.start, bytes.size);
    if (size <= 0) abort();
    bytes = pn_bytes(bytes.size - (size_t)size, bytes.start + size);
  }
  pn_data_rewind(data);
  return data;
}

/* [1, [2, 3]], "end" and a described array of uint, written with the large encodings that everybody reads. */
static const char SAMPLE[] =
    "d0[00000002 5401 d0[00000002 5402 5403]] a103656e64 f0[00000002 00 a30164 70 00000005 00000006]";

static void append(void) {
  pn_data_t *source = decoded(SAMPLE), *data = pn_data(0);
  say("append", "%d", pn_data_append(data, source));
  say_tree("to", data);
  say_tree("from", source);
  say("append", "%d", pn_data_append(data, source));
  say_tree("twice", data);
  say_canonical("exactly", data);
  pn_data_clear(data);
  pn_data_put_list(data);
  pn_data_enter(data);
  pn_data_put_null(data);
  say("append inside", "%d", pn_data_append(data, source));
  say_tree("inside", data);
  pn_data_exit(data);
  say_canonical("exactly", data);
  say_encoding("encoding", data);
  pn_data_t *empty = pn_data(0);
  say("append nothing", "%d", pn_data_append(data, empty));
  say_tree("the same", data);
  pn_data_free(empty);
  pn_data_free(source);
  pn_data_free(data);
}

static void appendn(void) {
  pn_data_t *source = decoded(SAMPLE);
  for (int limit = -1; limit < 5; limit++) {
    pn_data_t *data = pn_data(0);
    int error = pn_data_appendn(data, source, limit);
    say("append", "%d of them: %d", limit, error);
    say_tree("to", data);
    pn_data_free(data);
  }
  pn_data_free(source);
}

static void append_keeps_cursor_of_source(void) {
  pn_data_t *source = decoded(SAMPLE), *data = pn_data(0);
  pn_data_next(source);
  pn_data_enter(source);
  pn_data_next(source);
  say("append", "%d", pn_data_append(data, source));
  say_tree("to", data);
  say_tree("from", source);
  say("value", "%d", pn_data_get_int(source));
  say("next", "%d", pn_data_next(source));
  pn_data_narrow(source);
  say("append narrowed", "%d", pn_data_append(data, source));
  say_tree("to", data);
  pn_data_free(source);
  pn_data_free(data);
}

static void append_over_siblings(void) {
  pn_data_t *source = decoded("5401 5402"), *data = decoded("a10161 a10162 a10163");
  say("append", "%d", pn_data_append(data, source));
  say_tree("over", data);
  pn_data_free(source);
  pn_data_free(data);
}

static void copy(void) {
  pn_data_t *source = decoded(SAMPLE), *data = decoded("a10161 a10162 a10163");
  pn_data_next(source);
  say("copy", "%d", pn_data_copy(data, source));
  say_tree("to", data);
  say_tree("from", source);
  say_canonical("exactly", data);
  pn_data_t *empty = pn_data(0);
  say("copy nothing", "%d", pn_data_copy(data, empty));
  say_tree("to", data);
  pn_data_free(empty);
  pn_data_free(source);
  pn_data_free(data);
}

/* Trees that are not complete. */
static void encode_incomplete(void) {
  pn_data_t *data = pn_data(0);
  pn_data_put_described(data);
  say_encoding("described without anything", data);
  say("size", "%zd", pn_data_encoded_size(data));
  pn_data_enter(data);
  pn_data_put_ulong(data, 5);
  say_encoding("described without a value", data);
  pn_data_put_int(data, 1);
  pn_data_put_int(data, 2);
  say_encoding("described with three", data);
  pn_data_clear(data);
  pn_data_put_map(data);
  pn_data_enter(data);
  pn_data_put_int(data, 1);
  say_encoding("map with one", data);
  pn_data_clear(data);
  pn_data_put_array(data, true, PN_INT);
  say_encoding("described array without its descriptor", data);
  pn_data_enter(data);
  pn_data_put_ulong(data, 1);
  say_encoding("described array without elements", data);
  pn_data_free(data);
}

static void encode_array_with_strangers(void) {
  pn_data_t *data = pn_data(0);
  pn_data_put_array(data, false, PN_INT);
  pn_data_enter(data);
  pn_data_put_int(data, 1);
  pn_data_put_uint(data, 2);
  say_encoding("uint among int", data);
  pn_data_clear(data);
  pn_data_put_array(data, false, PN_INT);
  pn_data_enter(data);
  pn_data_put_string(data, pn_bytes(1, "x"));
  say_encoding("string among int", data);
  pn_data_clear(data);
  pn_data_put_array(data, false, PN_STRING);
  pn_data_enter(data);
  pn_data_put_int(data, 1);
  say_encoding("int among string", data);
  pn_data_clear(data);
  pn_data_put_array(data, false, PN_LIST);
  pn_data_enter(data);
  pn_data_put_map(data);
  say_encoding("map among lists", data);
  pn_data_clear(data);
  pn_data_put_array(data, false, (pn_type_t)77);
  say_encoding("no such type", data);
  pn_data_free(data);
}

static void encode_where_the_cursor_is(void) {
  pn_data_t *data = decoded(SAMPLE);
  say_encoding("at the start", data);
  pn_data_next(data);
  pn_data_enter(data);
  pn_data_next(data);
  say_encoding("inside", data);
  say_tree("unmoved", data);
  pn_data_next(data);
  pn_data_narrow(data);
  say_encoding("narrowed", data);
  say("size narrowed", "%zd", pn_data_encoded_size(data));
  say_tree("unmoved", data);
  pn_data_free(data);
}

static void encode_into_too_little(void) {
  char buffer[64];
  pn_data_t *data = decoded("a10568656c6c6f 5401 800102030405060708");
  ssize_t size = pn_data_encoded_size(data);
  say("size", "%zd", size);
  for (size_t room = 0; room <= (size_t)size + 1; room++)
    say("room", "%zu: %zd", room, pn_data_encode(data, buffer, room));
  say_tree("after it", data);
  pn_data_free(data);
}

static void decode_into_cursor(void) {
  pn_bytes_t nine = octets("5409");
  pn_data_t *data = decoded(SAMPLE);
  say("decode before the first", "%zd", pn_data_decode(data, nine.start, nine.size));
  say_tree("over it", data);
  say("decode behind it", "%zd", pn_data_decode(data, nine.start, nine.size));
  say_tree("over that", data);
  pn_data_free(data);
  data = decoded(SAMPLE);
  pn_data_next(data);
  pn_data_enter(data);
  say("decode inside", "%zd", pn_data_decode(data, nine.start, nine.size));
  say_tree("inside", data);
  pn_data_next(data);
  say("decode at the end inside", "%zd", pn_data_decode(data, nine.start, nine.size));
  say_tree("inside", data);
  say_canonical("all", data);
  pn_data_free(data);
}

static void decode_takes_one_value(void) {
  pn_bytes_t two = octets("5401 5402");
  pn_data_t *data = pn_data(0);
  say("decode", "%zd", pn_data_decode(data, two.start, two.size));
  say_tree("one", data);
  say("decode the rest", "%zd", pn_data_decode(data, two.start + 2, two.size - 2));
  say_tree("two", data);
  say("decode nothing", "%zd", pn_data_decode(data, two.start, 0));
  say_tree("unchanged", data);
  pn_data_free(data);
}

/* Every constructor, with a payload that suits it, in every width. */
static void decode_every_constructor(void) {
  static const char *const INPUTS[] = {"40", "41", "42", "56 00", "56 01", "43", "44", "45", "50 ff", "51 ff",
      "52 ff", "53 ff", "54 ff", "55 ff", "60 fffe", "61 fffe", "70 fffffffe", "71 fffffffe", "72 3fc00000",
      "73 0001f600", "74 22500001", "80 fffffffffffffffe", "81 fffffffffffffffe", "82 3ff8000000000000",
      "83 fffffffffffffffe", "84 2fc0000000000001", "94 00112233445566778899aabbccddeeff",
      "98 00112233445566778899aabbccddeeff", "a0 02 ff00", "b0 00000002 ff00", "a1 02 c3a9",
      "b1 00000002 c3a9", "a3 02 6162", "b3 00000002 6162", "a0 00", "b0 00000000", "c0 01 00",
      "c0 03 02 40 41", "d0 00000004 00000000", "d0 00000006 00000002 40 41", "c1 01 00", "c1 03 02 40 41",
      "d1 00000004 00000000", "d1 00000006 00000002 40 41", "e0 02 00 40", "e0 02 03 40", "e0 02 02 41",
      "e0 02 02 42", "e0 04 02 56 00 01", "e0 02 02 43", "e0 02 02 44", "e0 02 02 45", "e0 04 02 50 01 02",
      "e0 04 02 54 01 ff", "e0 06 02 a1 01 61 01 62", "f0 00000009 00000001 b1 00000000",
      "f0 00000005 00000000 70", "e0 05 00 00 53 05 70", "e0 05 02 00 53 05 40",
      "e0(01 00 00 53 01 53 02 40)", "e0(01 00 a3 04 64657363 40)", "e0(01 c0 03 02 40 40)",
      "e0(01 e0 03 01 50 07)", "e0(01 00 53 05 c0 01 00)", "00 53 05 40", "00 a3 01 64 40",
      "00 80 0000000000000005 45", "00 00 53 01 53 02 40", "00 53 01 00 53 02 40", "00 40 40", "00 45 40",
      "00 a1 0161 40"};
  for (size_t i = 0; i < sizeof INPUTS / sizeof *INPUTS; i++) {
    pn_data_t *data = pn_data(0);
    pn_bytes_t input = octets(INPUTS[i]);
    say(INPUTS[i], "%zd of %zu", pn_data_decode(data, input.start, input.size), input.size);
    say_tree("read", data);
    say_canonical("exactly", data);
    say_encoding("written", data);
    pn_data_free(data);
  }
}

/* What is wrong, and a number to tell it by. Each is wrong only in the way that is named. */
static void decode_what_is_wrong(void) {
  static const struct {
    const char *what, *bytes;
  } INPUTS[] = {
      {"no such constructor", "01"},
      {"no such constructor with a payload", "5f 00"},
      {"extension", "4f 00"},
      {"boolean of 2", "56 02"},
      {"half a surrogate", "73 0000d800"},
      {"beyond Unicode", "73 00110000"},
      {"string that is not UTF-8", "a1 01 ff"},
      {"overlong UTF-8", "a1 02 c080"},
      {"surrogate in UTF-8", "a1 03 eda080"},
      {"symbol that is not ASCII", "a3 02 c3a9"},
      {"string longer than there is", "a1 05 6162"},
      {"string of 4 GiB", "b1 ffffffff 61"},
      {"list longer than there is", "c0 05 01 40"},
      {"list whose size is too small", "c0 01 02 40 40"},
      {"list whose size is 0", "c0 00 00"},
      {"list with octets left", "c0 04 01 40 40 40"},
      {"list with a huge count", "d0 00000005 ffffffff 40"},
      {"list whose element goes beyond it", "c0 03 01 a1 05 6162636465"},
      {"map with an odd count", "c1 02 01 40"},
      {"map with equal keys", "c1 05 04 43 40 43 40"},
      {"array of nothing known", "e0 02 01 01"},
      {"array without a constructor", "e0 01 00"},
      {"array whose elements are too many", "e0 03 05 50 01"},
      {"array with octets left", "e0 05 01 50 01 02 03"},
      {"array of 65536 nulls", "f0 00000005 00010000 40"},
      {"array of 4 G nulls", "f0 00000005 ffffffff 40"},
      {"array of 4 G empty lists", "f0 00000005 ffffffff 45"},
      {"described array without a descriptor", "e0 02 01 00"},
      {"described without a value", "00 53 05"},
      {"described without anything", "00"},
      {"only a code", "a1"},
      {"half a number", "70 0000"},
  };
  for (size_t i = 0; i < sizeof INPUTS / sizeof *INPUTS; i++) {
    pn_data_t *data = pn_data(0);
    pn_bytes_t input = octets(INPUTS[i].bytes);
    ssize_t size = pn_data_decode(data, input.start, input.size);
    say(INPUTS[i].what, "%zd, error %s", size, error_state(pn_data_error(data)));
    char key[80];
    snprintf(key, sizeof key, "%s, accepted", INPUTS[i].what);
    if (size > 0) say_canonical(key, data);
    pn_data_clear(data);
    pn_data_rewind(data);
    say("usable", "%d, size %zu", pn_data_put_int(data, 1), pn_data_size(data));
    pn_data_free(data);
  }
}

static void what_a_failed_decode_leaves(void) {
  pn_bytes_t bad = octets("c0(03 54 07 01)");
  pn_data_t *data = decoded("a10161 a10162");
  pn_data_next(data);
  say("decode", "%zd", pn_data_decode(data, bad.start, bad.size));
  say_tree("left", data);
  pn_data_clear(data);
  say_tree("cleared", data);
  pn_data_free(data);
}

/* A described value whose content is described, with something behind it. */
static void decode_described_in_described(void) {
  pn_data_t *data = pn_data(0);
  pn_bytes_t input = octets("c0(02 00 53 01 00 53 02 54 07 54 08)");
  say("decode", "%zd", pn_data_decode(data, input.start, input.size));
  say_canonical("exactly", data);
  pn_data_free(data);
}

static void many_nodes(void) {
  pn_data_t *data = pn_data(0);
  int error = 0;
  size_t count = 0;
  while (!error && count < 70000) {
    error = pn_data_put_null(data);
    count += !error;
  }
  say("put", "%zu, then %d, error %s", count, error, error_state(pn_data_error(data)));
  say("size", "%zu", pn_data_size(data));
  pn_data_clear(data);
  say("cleared", "%d", pn_data_put_null(data));
  pn_data_free(data);
}

static void decode_many_nodes(unsigned nodes) {
  size_t size = nodes + 9;
  char *bytes = malloc(size), header[] = {(char)0xd0};
  memcpy(bytes, header, 1);
  for (int i = 0; i < 4; i++)
    bytes[1 + i] = (char)((nodes + 4) >> (24 - 8 * i)), bytes[5 + i] = (char)(nodes >> (24 - 8 * i));
  memset(bytes + 9, 0x40, nodes);
  pn_data_t *data = pn_data(0);
  ssize_t result = pn_data_decode(data, bytes, size);
  say("decode", "a list of %u: %zd", nodes, result);
  if (result > 0) {
    pn_data_rewind(data);
    pn_data_next(data);
    say("count", "%zu", pn_data_get_list(data));
  }
  pn_data_free(data);
  free(bytes);
}

static void decode_lists_of_many(void) {
  decode_many_nodes(1000);
  decode_many_nodes(65534);
  decode_many_nodes(65535);
  decode_many_nodes(65536);
}

static void decode_deep(int levels) {
  size_t size = (size_t)levels * 9 + 1;
  char *bytes = malloc(size);
  for (int level = 0; level < levels; level++) {
    size_t inside = size - (size_t)level * 9 - 5;
    unsigned char head[9] = {0xd0, (unsigned char)(inside >> 24), (unsigned char)(inside >> 16),
        (unsigned char)(inside >> 8), (unsigned char)inside, 0, 0, 0, 1};
    memcpy(bytes + (size_t)level * 9, head, 9);
  }
  bytes[size - 1] = 0x40;
  pn_data_t *data = pn_data(0);
  ssize_t result = pn_data_decode(data, bytes, size);
  say("decode", "%d levels: %s, error %s", levels, result == (ssize_t)size ? "all" : "refused",
      error_state(pn_data_error(data)));
  if (result > 0) {
    struct text text = {0};
    canonical_data(&text, data);
    say("exactly", "%zu characters", text.length);
    text_free(&text);
  }
  pn_data_free(data);
  free(bytes);
}

static void decode_nested(void) {
  decode_deep(1);
  decode_deep(20);
  decode_deep(100);
  decode_deep(127);
  decode_deep(128);
  decode_deep(129);
  decode_deep(1000);
}

static void format_scalars(void) {
  pn_data_t *data = pn_data(0);
  for (int type = PN_NULL; type <= PN_SYMBOL; type++) {
    for (unsigned variant = 0; variant < generate_variants((pn_type_t)type); variant++) {
      pn_data_clear(data);
      generate_scalar(data, (pn_type_t)type, variant);
      pn_bytes_t bytes = pn_data_get_bytes(data);
      if (bytes.size < 40) say_tree(pn_type_name((pn_type_t)type), data);
    }
  }
  pn_data_free(data);
}

static void format_special_characters(void) {
  static const char *const TEXTS[] = {"\"", "'", "\\", "\n", "\t", "\r", "\b", " ", "~", "\x7f", "\x80",
      "\xc3\xa9", "\xe2\x82\xac", "a\"b", "a b", "a-b_c", "9a", "a:b", "amqp:x/y", "!", "%s", "{}", ""};
  pn_data_t *data = pn_data(0);
  for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
    pn_bytes_t bytes = pn_bytes(strlen(TEXTS[i]), TEXTS[i]);
    pn_data_clear(data);
    pn_data_put_string(data, bytes);
    pn_data_put_symbol(data, bytes);
    pn_data_put_binary(data, bytes);
    say_tree("quoted", data);
  }
  pn_data_clear(data);
  pn_data_put_string(data, pn_bytes(3, "a\0b"));
  pn_data_put_symbol(data, pn_bytes(3, "a\0b"));
  pn_data_put_binary(data, pn_bytes(3, "a\0b"));
  say_tree("NUL", data);
  for (int octet = 0; octet < 256; octet++) {
    char chars[] = {(char)octet};
    pn_data_clear(data);
    pn_data_put_binary(data, pn_bytes(1, chars));
    say_tree("octet", data);
    pn_data_clear(data);
    pn_data_put_char(data, (pn_char_t)octet);
    say_tree(octet >= ' ' && octet <= '~' ? "printable char" : "char", data);
  }
  pn_data_free(data);
}

/* The descriptors and field names that the standard knows. */
static void format_descriptors(void) {
  pn_data_t *data = pn_data(0);
  for (unsigned code = 0x0f; code < 0x80; code++) {
    pn_data_clear(data);
    pn_data_put_described(data);
    pn_data_enter(data);
    pn_data_put_ulong(data, code);
    pn_data_put_list(data);
    pn_data_enter(data);
    for (int i = 0; i < 16; i++) i % 3 == 1 ? pn_data_put_null(data) : pn_data_put_int(data, i);
    pn_data_exit(data);
    pn_data_exit(data);
    say_tree("described list", data);
  }
  static const char *const BYTES[] = {"00 80 0000000000000010 45",
      "00 a3 0e 616d71703a6f70656e3a6c697374 c0 02 01 40", "00 70 00000010 c0 02 01 40", "00 53 10 40",
      "00 53 10 c1 03 02 43 43", "00 53 72 c1(02 a30161 43)", "00 53 75 a0 00", "00 53 77 00 53 10 45",
      "00 53 24 45", "00 53 24 c0(03 40 40 40)", "00 53 14 c0(04 43 40 a0 03 010203 41)"};
  for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++) {
    pn_bytes_t bytes = octets(BYTES[i]);
    pn_data_clear(data);
    say(BYTES[i], "%zd", pn_data_decode(data, bytes.start, bytes.size));
    say_tree("described", data);
  }
  pn_data_free(data);
}

static void format_compounds(void) {
  static const char *const BYTES[] = {"45", "c1 01 00", "e0 02 00 70", "00 53 05 40", "c0 03 02 40 40",
      "c1(04 43 40 a10161 41)", "c1 02 01 43", "e0 04 02 50 01 02", "e0(02 00 53 05 50 01 02)",
      "e0(01 c0 03 02 40 40)", "c0(01 c0(01 40))", "00 00 53 01 53 02 40", "c0(02 00 53 01 40 a0 0101)",
      "45 45 40", "f0 00000005 00000000 b1", "e0(02 a3 01 61 01 62)", "00 45 45"};
  for (size_t i = 0; i < sizeof BYTES / sizeof *BYTES; i++) {
    pn_data_t *data = pn_data(0);
    pn_bytes_t bytes = octets(BYTES[i]);
    for (ssize_t size; bytes.size; bytes = pn_bytes(bytes.size - (size_t)size, bytes.start + size)) {
      size = pn_data_decode(data, bytes.start, bytes.size);
      if (size <= 0) break;
    }
    say_tree(BYTES[i], data);
    pn_data_free(data);
  }
}

static void format_into_too_little(void) {
  pn_data_t *data = decoded(SAMPLE);
  char buffer[128];
  size_t needed = sizeof buffer;
  int error = pn_data_format(data, buffer, &needed);
  say("all", "%d, %zu", error, needed);
  for (size_t room = 0; room < needed + 3; room++) {
    memset(buffer, '#', sizeof buffer);
    size_t size = room;
    error = pn_data_format(data, buffer, &size);
    if (error)
      say("room", "%zu: %d", room, error);
    else
      say("room", "%zu: %d, size %zu, behind it %d", room, error, size, size < room ? buffer[size] : '#');
    if (buffer[room] != '#') say("room", "%zu: written beyond it", room);
  }
  pn_data_free(data);
}

static void print(void) {
  pn_data_t *data = decoded(SAMPLE);
  int pipes[2];
  fflush(stdout);
  int keep = dup(1);
  if (pipe(pipes)) abort();
  dup2(pipes[1], 1);
  int error = pn_data_print(data);
  fflush(stdout);
  dup2(keep, 1);
  close(pipes[1]);
  char chars[256];
  ssize_t size = read(pipes[0], chars, sizeof chars);
  say("print", "%d: %.*s", error, (int)(size > 0 ? size : 0), chars);
  pn_data_free(data);
}

int main(void) {
  static const struct scenario scenarios[] = {
      SCENARIO(append),
      SCENARIO(appendn),
      SCENARIO(append_keeps_cursor_of_source),
      SCENARIO(append_over_siblings),
      SCENARIO(copy),
      SCENARIO(encode_incomplete),
      SCENARIO(encode_array_with_strangers),
      SCENARIO(encode_where_the_cursor_is),
      SCENARIO(encode_into_too_little),
      SCENARIO(decode_into_cursor),
      SCENARIO(decode_takes_one_value),
      SCENARIO(decode_every_constructor),
      SCENARIO(decode_what_is_wrong),
      SCENARIO(what_a_failed_decode_leaves),
      SCENARIO(decode_described_in_described),
      SCENARIO(many_nodes),
      SCENARIO(decode_lists_of_many),
      SCENARIO(decode_nested),
      SCENARIO(format_scalars),
      SCENARIO(format_special_characters),
      SCENARIO(format_descriptors),
      SCENARIO(format_compounds),
      SCENARIO(format_into_too_little),
      SCENARIO(print),
  };
  return SCENARIOS_RUN(scenarios);
}
