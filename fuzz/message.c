/* message.c: fuzz target of messages: any octets decoded as one.
 *
 * A message that was decoded is read in every way, encoded, decoded, and has to be the same; then some of it is changed, and
 * that has to come through, too. Which changes are made follows from the octets. */
#include "check.h"
#include "tree.h"
#include <proton/message.h>
#include <proton/object.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static bool same_bytes(pn_bytes_t one, pn_bytes_t other) {
  return one.size == other.size && (one.size == 0 || memcmp(one.start, other.start, one.size) == 0);
}

static bool same_string(const char *one, const char *other) {
  return one && other ? strcmp(one, other) == 0 : one == other;
}

static bool same_id(pn_msgid_t one, pn_msgid_t other) {
  CHECK(one.type == PN_NULL || one.type == PN_ULONG || one.type == PN_UUID || one.type == PN_BINARY ||
        one.type == PN_STRING);
  if (one.type != other.type) return false;
  switch (one.type) {
  case PN_ULONG: return one.u.as_ulong == other.u.as_ulong;
  case PN_UUID: return memcmp(&one.u.as_uuid, &other.u.as_uuid, sizeof one.u.as_uuid) == 0;
  case PN_BINARY:
  case PN_STRING: return same_bytes(one.u.as_bytes, other.u.as_bytes);
  default: return true;
  }
}

static bool same_fields(pn_message_t *one, pn_message_t *other) {
#define SAME(name)        (pn_message_##name(one) == pn_message_##name(other))
#define SAME_STRING(name) same_string(pn_message_get_##name(one), pn_message_get_##name(other))
  return SAME(is_durable) && SAME(get_priority) && SAME(get_ttl) && SAME(is_first_acquirer) &&
         SAME(get_delivery_count) && SAME(get_expiry_time) && SAME(get_creation_time) &&
         SAME(get_group_sequence) && SAME_STRING(address) && SAME_STRING(subject) && SAME_STRING(reply_to) &&
         SAME_STRING(content_type) && SAME_STRING(content_encoding) && SAME_STRING(group_id) &&
         SAME_STRING(reply_to_group_id) &&
         same_bytes(pn_message_get_user_id(one), pn_message_get_user_id(other)) &&
         same_id(pn_message_get_id(one), pn_message_get_id(other)) &&
         same_id(pn_message_get_correlation_id(one), pn_message_get_correlation_id(other));
#undef SAME
#undef SAME_STRING
}

typedef pn_data_t *tree_fn(pn_message_t *msg);
static tree_fn *const trees[] = {pn_message_id, pn_message_correlation_id, pn_message_instructions,
    pn_message_annotations, pn_message_properties, pn_message_body};
enum { TREES = sizeof trees / sizeof trees[0] };

static bool is_null(pn_data_t *tree) {
  pn_data_rewind(tree);
  return !pn_data_next(tree) || (pn_data_type(tree) == PN_NULL && !pn_data_next(tree));
}

/* A tree that is empty and one that is null stand for the same: a message without a body may get one of null. */
static bool same_trees(pn_message_t *one, pn_message_t *other) {
  for (unsigned i = 0; i < TREES; i++) {
    pn_data_t *const a = trees[i](one), *const b = trees[i](other);
    if (!tree_equal(a, b) && !(is_null(a) && is_null(b))) return false;
  }
  return true;
}

/* The message in memory of just the right size, which is what is said when there is less. */
static pn_bytes_t encoded(pn_message_t *msg) {
  pn_rwbytes_t buffer = {0, NULL};
  const ssize_t written = pn_message_encode2(msg, &buffer);
  CHECK(written > 0 && (size_t)written <= buffer.size);
  size_t size = (size_t)written - 1;
  char *const exact = malloc((size_t)written);
  CHECK(exact && pn_message_encode(msg, exact, &size) == PN_OVERFLOW);
  size = (size_t)written;
  CHECK(pn_message_encode(msg, exact, &size) == 0 && size == (size_t)written);
  CHECK(memcmp(exact, buffer.start, size) == 0);
  free(buffer.start);
  return pn_bytes(size, exact);
}

/* Encoded and decoded, a message is the same; once more, its octets are. */
static void check_round_trip(pn_message_t *msg) {
  pn_message_t *const other = pn_message();
  CHECK(other);
  const pn_bytes_t once = encoded(msg);
  CHECK(pn_message_decode(other, once.start, once.size) == 0);
  CHECK(same_fields(msg, other) && same_trees(msg, other));
  const pn_bytes_t twice = encoded(other);
  CHECK(same_bytes(once, twice));
  free((void *)(uintptr_t)twice.start);
  free((void *)(uintptr_t)once.start);
  pn_message_free(other);
}

static void check_trees(pn_message_t *msg) {
  for (unsigned i = 0; i < TREES; i++) {
    pn_data_t *const tree = trees[i](msg);
    CHECK(tree);
    const size_t values = pn_data_size(tree);
    /* A tree cannot hold as many values as a message can; then it is empty. */
    if (pn_data_errno(tree)) CHECK(pn_data_errno(tree) == PN_OUT_OF_MEMORY && values == 0);
    tree_check(tree);
  }
  pn_data_t *const sections = pn_data(0);
  CHECK(sections);
  const int status = pn_message_data(msg, sections);
  CHECK(status == 0 || status == PN_OUT_OF_MEMORY);
  if (status == 0) tree_check(sections);
  pn_data_free(sections);
  char *const text = pn_tostring(msg);
  CHECK(text);
  free(text);
}

static void change_body(pn_message_t *msg, uint32_t kind) {
  pn_data_t *const body = pn_message_body(msg);
  pn_data_clear(body);
  switch (kind % 4) {
  case 0: CHECK(pn_data_put_string(body, pn_bytes(5, "hello")) == 0); break;
  case 1: CHECK(pn_data_put_binary(body, pn_bytes(3, "\0\xff\0")) == 0); break;
  case 2: CHECK(pn_data_fill(body, "[iS{SI}]", 1, "two", "three", 3) == 0); break;
  default: break;
  }
  CHECK(pn_message_set_inferred(msg, kind / 4 % 2 != 0) == 0);
}

/* Up to 16 changes, one for each bit. */
static void change(pn_message_t *msg, uint32_t bits) {
  const pn_msgid_t ids[] = {{PN_NULL}, {PN_ULONG, {.as_ulong = 256}}, {PN_STRING, {.as_bytes = {2, "id"}}},
      {PN_BINARY, {.as_bytes = {0, ""}}}};
  if (bits & 1u << 0) CHECK(pn_message_set_durable(msg, !pn_message_is_durable(msg)) == 0);
  if (bits & 1u << 1) CHECK(pn_message_set_priority(msg, (uint8_t)(bits >> 24)) == 0);
  if (bits & 1u << 2) CHECK(pn_message_set_ttl(msg, bits >> 20) == 0);
  if (bits & 1u << 3) CHECK(pn_message_set_delivery_count(msg, bits >> 20) == 0);
  if (bits & 1u << 4) CHECK(pn_message_set_id(msg, ids[bits >> 24 & 3]) == 0);
  if (bits & 1u << 5) CHECK(pn_message_set_correlation_id(msg, ids[bits >> 26 & 3]) == 0);
  if (bits & 1u << 6) CHECK(pn_message_set_user_id(msg, pn_bytes(bits >> 24 & 3, "user")) == 0);
  if (bits & 1u << 7) CHECK(pn_message_set_address(msg, bits >> 24 & 1 ? "an address" : NULL) == 0);
  if (bits & 1u << 8) CHECK(pn_message_set_subject(msg, pn_message_get_address(msg)) == 0);
  if (bits & 1u << 9) CHECK(pn_message_set_content_type(msg, bits >> 24 & 1 ? "text/plain" : NULL) == 0);
  if (bits & 1u << 10) CHECK(pn_message_set_expiry_time(msg, bits) == 0);
  if (bits & 1u << 11) CHECK(pn_message_set_group_id(msg, "") == 0);
  if (bits & 1u << 12) CHECK(pn_message_set_group_sequence(msg, (pn_sequence_t)bits) == 0);
  if (bits & 1u << 13) pn_data_clear(pn_message_properties(msg));
  if (bits & 1u << 14) {
    pn_data_t *const annotations = pn_message_annotations(msg);
    pn_data_clear(annotations);
    CHECK(pn_data_fill(annotations, "{sSsI}", "x-opt-a", "b", "x-opt-c", (uint32_t)bits) == 0);
  }
  if (bits & 1u << 15) change_body(msg, bits >> 16);
}

static uint32_t hash(const uint8_t *bytes, size_t size) {
  uint32_t h = 2166136261;
  for (size_t i = 0; i < size; i++) h = (h ^ bytes[i]) * 16777619;
  return h ^ h >> 15;
}

static void check_empty(pn_message_t *msg) {
  pn_message_t *const empty = pn_message();
  CHECK(empty && same_fields(msg, empty) && same_trees(msg, empty));
  CHECK(pn_message_is_inferred(msg) == pn_message_is_inferred(empty));
  pn_message_free(empty);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  pn_message_t *const msg = pn_message();
  CHECK(msg);
  const int status = pn_message_decode(msg, (const char *)bytes, size);
  if (status) {
    CHECK(status == PN_UNDERFLOW || status == PN_ARG_ERR || status == PN_OUT_OF_MEMORY);
    CHECK(pn_message_errno(msg) == status && pn_error_text(pn_message_error(msg))[0] != '\0');
    check_empty(msg);
  } else {
    const uint32_t bits = hash(bytes, size);
    if (bits & 1) check_round_trip(msg); /* before anybody has looked into it */
    CHECK(same_fields(msg, msg));
    check_trees(msg);
    check_round_trip(msg);
    change(msg, bits);
    check_round_trip(msg);
    pn_message_clear(msg);
    CHECK(pn_message_errno(msg) == 0);
    check_empty(msg);
  }
  pn_message_free(msg);
  return 0;
}
