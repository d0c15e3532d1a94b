/* generate_message.c: messages from a seed: each field alone, each kind of section and body alone, then everything mixed. */
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field {
  DURABLE,
  PRIORITY,
  TTL,
  FIRST_ACQUIRER,
  DELIVERY_COUNT,
  ID,
  USER_ID,
  ADDRESS,
  SUBJECT,
  REPLY_TO,
  CORRELATION_ID,
  CONTENT_TYPE,
  CONTENT_ENCODING,
  EXPIRY_TIME,
  CREATION_TIME,
  GROUP_ID,
  GROUP_SEQUENCE,
  REPLY_TO_GROUP_ID,
  INSTRUCTIONS,
  ANNOTATIONS,
  PROPERTIES,
  BODY,
  FIELDS
};

enum { VARIANTS = 24 }; /* of each field, as far as it has so many */

static const uint32_t NUMBERS[] = {
    0, 1, 4, 127, 128, 255, 256, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff};
static const int64_t TIMES[] = {
    0, 1, -1, 127, 128, 1700000000000, -62135596800000, 0x7fffffffffffffff, -0x7fffffffffffffff - 1};
static const size_t SIZES[] = {0, 1, 20, 255, 256, 300, 65536};

#define PICK(array, variant) ((array)[(variant) % (sizeof(array) / sizeof((array)[0]))])

static const char *text_of(unsigned variant, bool ascii) {
  return generate_text(PICK(SIZES, variant), ascii).start;
}

static pn_msgid_t id_of(unsigned variant) {
  pn_msgid_t id = {.type = PN_NULL};
  switch (variant % 5) {
  case 1:
    id.type = PN_ULONG;
    id.u.as_ulong = (uint64_t)PICK(NUMBERS, variant / 5) << (variant % 2 * 20);
    break;
  case 2:
    id.type = PN_UUID;
    memcpy(id.u.as_uuid.bytes, "0123456789abcdef", 16);
    break;
  case 3:
    id.type = PN_BINARY;
    id.u.as_bytes = generate_text(PICK(SIZES, variant / 5), true);
    break;
  case 4:
    id.type = PN_STRING;
    id.u.as_bytes = generate_text(PICK(SIZES, variant / 5), false);
    break;
  default: break;
  }
  return id;
}

static int put_annotations(struct random *random, pn_data_t *data, unsigned count) {
  char name[32];
  int error = pn_data_put_map(data), budget = 30;
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) {
    int length = snprintf(name, sizeof name, "x-opt-test-%u", i);
    error =
        i % 4 == 3 ? pn_data_put_ulong(data, i) : pn_data_put_symbol(data, pn_bytes((size_t)length, name));
    if (!error) error = generate_any(random, data, 3, &budget);
  }
  pn_data_exit(data);
  return error;
}

static int put_properties(struct random *random, pn_data_t *data, unsigned count) {
  char name[32];
  int error = pn_data_put_map(data);
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) {
    int length = snprintf(name, sizeof name, "property-%u", i);
    error = pn_data_put_string(data, pn_bytes((size_t)length, name));
    if (!error) error = generate_any_scalar(random, data);
  }
  pn_data_exit(data);
  return error;
}

static int put_list(struct random *random, pn_data_t *data, unsigned count) {
  int error = pn_data_put_list(data), budget = 60;
  pn_data_enter(data);
  for (unsigned i = 0; !error && i < count; i++) error = generate_any(random, data, 3, &budget);
  pn_data_exit(data);
  return error;
}

/* The kinds of body; those with `inferred` become data, sequence and value sections. */
static int put_body(struct random *random, pn_message_t *message, unsigned variant) {
  pn_data_t *body = pn_message_body(message);
  int budget = 60;
  switch (variant % 12) {
  case 0: return 0;
  case 1: return pn_data_put_string(body, generate_text(PICK(SIZES, variant / 12), false));
  case 2: return pn_data_put_binary(body, generate_text(PICK(SIZES, variant / 12), true));
  case 3:
    pn_message_set_inferred(message, true);
    return pn_data_put_binary(body, generate_text(PICK(SIZES, variant / 12), true));
  case 4: return put_list(random, body, variant / 12);
  case 5: pn_message_set_inferred(message, true); return put_list(random, body, variant / 12);
  case 6: return put_properties(random, body, variant / 12);
  case 7: return pn_data_put_null(body);
  case 8: return generate_any_scalar(random, body);
  case 9: return generate_any(random, body, 5, &budget);
  case 10: return put_annotations(random, body, 3);
  default:
    pn_message_set_inferred(message, true);
    return pn_data_put_string(body, generate_text(PICK(SIZES, variant / 12), false));
  }
}

static int set_field(struct random *random, pn_message_t *message, enum field field, unsigned variant) {
  switch (field) {
  case DURABLE: return pn_message_set_durable(message, !(variant % 2));
  case PRIORITY: return pn_message_set_priority(message, (uint8_t)PICK(NUMBERS, variant));
  case TTL: return pn_message_set_ttl(message, PICK(NUMBERS, variant));
  case FIRST_ACQUIRER: return pn_message_set_first_acquirer(message, !(variant % 2));
  case DELIVERY_COUNT: return pn_message_set_delivery_count(message, PICK(NUMBERS, variant));
  case ID: return pn_message_set_id(message, id_of(variant));
  case USER_ID: return pn_message_set_user_id(message, generate_text(PICK(SIZES, variant), true));
  case ADDRESS: return pn_message_set_address(message, text_of(variant, false));
  case SUBJECT: return pn_message_set_subject(message, text_of(variant, false));
  case REPLY_TO: return pn_message_set_reply_to(message, text_of(variant, false));
  case CORRELATION_ID: return pn_message_set_correlation_id(message, id_of(variant));
  case CONTENT_TYPE: return pn_message_set_content_type(message, text_of(variant, true));
  case CONTENT_ENCODING: return pn_message_set_content_encoding(message, text_of(variant, true));
  case EXPIRY_TIME: return pn_message_set_expiry_time(message, PICK(TIMES, variant));
  case CREATION_TIME: return pn_message_set_creation_time(message, PICK(TIMES, variant));
  case GROUP_ID: return pn_message_set_group_id(message, text_of(variant, false));
  case GROUP_SEQUENCE: return pn_message_set_group_sequence(message, (pn_sequence_t)PICK(NUMBERS, variant));
  case REPLY_TO_GROUP_ID: return pn_message_set_reply_to_group_id(message, text_of(variant, false));
  case INSTRUCTIONS: return put_annotations(random, pn_message_instructions(message), variant % 7);
  case ANNOTATIONS: return put_annotations(random, pn_message_annotations(message), variant % 7);
  case PROPERTIES: return put_properties(random, pn_message_properties(message), variant % 7);
  case BODY: return put_body(random, message, variant);
  default: return PN_ERR;
  }
}

static unsigned any_variant(struct random *random, enum field field) {
  switch (field) {
  case ID:
  case CORRELATION_ID: return random_below(random, 15);
  case BODY: return random_below(random, 60);
  case INSTRUCTIONS:
  case ANNOTATIONS:
  case PROPERTIES: return random_below(random, 7);
  case USER_ID:
  case ADDRESS:
  case SUBJECT:
  case REPLY_TO:
  case CONTENT_TYPE:
  case CONTENT_ENCODING:
  case GROUP_ID:
  case REPLY_TO_GROUP_ID:
    return random_below(random, random_chance(random, 95) ? 3 : VARIANTS); /* mostly short */
  default: return random_below(random, VARIANTS);
  }
}

int generate_message(struct random *random, pn_message_t *message, unsigned index) {
  if (index < FIELDS * VARIANTS)
    return set_field(random, message, (enum field)(index / VARIANTS), index % VARIANTS);
  int error = 0;
  unsigned likely = 10 + random_below(random, 85);
  for (int field = 0; !error && field < FIELDS; field++) {
    unsigned variant = any_variant(random, (enum field)field);
    if (random_chance(random, likely)) error = set_field(random, message, (enum field)field, variant);
  }
  return error;
}
