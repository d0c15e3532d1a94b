/* annotations.c: see annotations.h. Values are moved as their octets: nothing of them has to be understood but where they end, which
 * their first octet tells [1.2]. Keys are compared by what they say, however long their form is. */
#include "cli/broker/annotations.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DELIVERY_ANNOTATIONS = 0x71, MESSAGE_ANNOTATIONS = 0x72, FRONT = 12 /* octets before the pairs */ };

static uint64_t number(const char *bytes, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; i++) value = value << 8 | (uint8_t)bytes[i];
  return value;
}

/* Octets of a value without a descriptor, its constructor among them; 0 if they are not all there. */
static size_t plain_size(pn_bytes_t left) {
  static const uint8_t fixed[] = {[4] = 0, [5] = 1, [6] = 2, [7] = 4, [8] = 8, [9] = 16};
  const uint8_t form = left.size > 0 ? (uint8_t)left.start[0] >> 4 : 0;
  uint64_t size = 0; /* also where a size_t has 32 bits */
  if (form >= 4 && form <= 9) {
    size = 1 + (uint64_t)fixed[form];
  } else if (form >= 10) {
    const size_t width = form % 2 ? 4 : 1; /* of the size behind the constructor */
    if (left.size > width) size = 1 + width + number(left.start + 1, width);
  }
  return size <= left.size ? (size_t)size : 0;
}

/* The same, of any value. */
static size_t value_size(pn_bytes_t left) {
  size_t used = 0, missing = 1; /* values that are still to come: descriptors, too */
  while (missing > 0) {
    const pn_bytes_t rest = pn_bytes(left.size - used, left.start + used);
    if (rest.size > 0 && rest.start[0] == 0) {
      used++;
      missing++;
      continue;
    }
    const size_t size = plain_size(rest);
    if (size == 0) return 0;
    used += size;
    missing--;
  }
  return used;
}

static bool is_text(char constructor) {
  return constructor == (char)0xa1 || constructor == (char)0xa3 || constructor == (char)0xb1 ||
         constructor == (char)0xb3;
}

/* What a symbol or a string says. */
static pn_bytes_t text_of(pn_bytes_t value) {
  const size_t front = (uint8_t)value.start[0] >= 0xb0 ? 5 : 2;
  return pn_bytes(value.size - front, value.start + front);
}

static uint64_t ulong_of(pn_bytes_t value) { return number(value.start + 1, value.size - 1); }

static bool same_text(pn_bytes_t one, pn_bytes_t other) {
  return one.size == other.size && memcmp(one.start, other.start, one.size) == 0;
}

/* Which annotations a section is; 0: none. */
static uint64_t code_of(pn_bytes_t section) {
  static const char *const names[] = {"amqp:delivery-annotations:map", "amqp:message-annotations:map"};
  if (section.size < 2 || section.start[0] != 0) return 0;
  const pn_bytes_t rest = pn_bytes(section.size - 1, section.start + 1);
  const pn_bytes_t descriptor = pn_bytes(plain_size(rest), rest.start);
  if (descriptor.size == 0) return 0;
  if (!is_text(descriptor.start[0])) {
    const uint64_t code = ulong_of(descriptor);
    return code == DELIVERY_ANNOTATIONS || code == MESSAGE_ANNOTATIONS ? code : 0;
  }
  for (unsigned i = 0; i < 2; i++)
    if (same_text(text_of(descriptor), pn_bytes(strlen(names[i]), names[i]))) return DELIVERY_ANNOTATIONS + i;
  return 0;
}

/* The keys and values of a map, one behind the other. @return  false: it is none */
static bool pairs_of(pn_bytes_t map, pn_bytes_t *pairs) {
  const char constructor = map.size > 0 ? map.start[0] : 0;
  const size_t width = constructor == (char)0xc1 ? 1 : constructor == (char)0xd1 ? 4 : 0;
  if (width == 0 || plain_size(map) < 1 + 2 * width) return false;
  *pairs = pn_bytes(plain_size(map) - 1 - 2 * width, map.start + 1 + 2 * width);
  return true;
}

/* Take a key and its value off the front. @return  false: there is none, or it is not whole */
static bool next_pair(pn_bytes_t *pairs, pn_bytes_t *key, pn_bytes_t *both) {
  *key = pn_bytes(value_size(*pairs), pairs->start);
  const pn_bytes_t rest = pn_bytes(pairs->size - key->size, pairs->start + key->size);
  const size_t value = key->size > 0 ? value_size(rest) : 0;
  if (value == 0) return false;
  *both = pn_bytes(key->size + value, pairs->start);
  *pairs = pn_bytes(pairs->size - both->size, pairs->start + both->size);
  return true;
}

static bool same_key(pn_bytes_t one, pn_bytes_t other) {
  const bool text = is_text(one.start[0]);
  if (text != is_text(other.start[0]) || one.size == 1 || other.size == 1) return same_text(one, other);
  return text ? same_text(text_of(one), text_of(other)) : ulong_of(one) == ulong_of(other);
}

static bool has(pn_bytes_t pairs, pn_bytes_t key) {
  pn_bytes_t other, both;
  while (next_pair(&pairs, &other, &both))
    if (same_key(key, other)) return true;
  return false;
}

/* Where message annotations are, or have to be put; their pairs. @return  false: the message is not what it should be */
static bool find(pn_bytes_t message, size_t header, size_t *at, size_t *skipped, pn_bytes_t *pairs) {
  *at = header;
  *skipped = 0;
  *pairs = pn_bytes(0, "");
  pn_bytes_t rest = pn_bytes(message.size - header, message.start + header);
  if (code_of(rest) == DELIVERY_ANNOTATIONS) {
    const size_t size = value_size(rest);
    if (size == 0) return false;
    *at += size;
    rest = pn_bytes(rest.size - size, rest.start + size);
  }
  if (code_of(rest) != MESSAGE_ANNOTATIONS) return true;
  *skipped = value_size(rest);
  if (*skipped == 0) return false;
  const size_t descriptor = 1 + plain_size(pn_bytes(rest.size - 1, rest.start + 1));
  return pairs_of(pn_bytes(*skipped - descriptor, rest.start + descriptor), pairs);
}

static void append(struct annotations *annotations, pn_bytes_t bytes) {
  memcpy(annotations->bytes + annotations->size, bytes.start, bytes.size);
  annotations->size += bytes.size;
}

static void append_number(struct annotations *annotations, size_t value) {
  const char bytes[] = {(char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value};
  append(annotations, pn_bytes(sizeof bytes, bytes));
}

static struct annotations *combine(pn_bytes_t old, pn_bytes_t change) {
  struct annotations *const made = malloc(sizeof *made + FRONT + old.size + change.size);
  pn_bytes_t key, both, rest = old;
  size_t pairs = 0, size = change.size;
  if (!made) return NULL;
  while (next_pair(&rest, &key, &both)) {
    if (has(change, key)) continue;
    size += both.size;
    pairs++;
  }
  for (pn_bytes_t added = change; next_pair(&added, &key, &both);) pairs++;
  made->size = 0;
  append(made, pn_bytes(4, "\x00\x53\x72\xd1"));
  append_number(made, size + 4);
  append_number(made, 2 * pairs);
  for (rest = old; next_pair(&rest, &key, &both);)
    if (!has(change, key)) append(made, both);
  append(made, change);
  return made;
}

struct annotations *annotations_combine(
    const struct annotations *before, pn_bytes_t message, size_t header, pn_data_t *change) {
  char octets[ANNOTATIONS_MOST];
  pn_bytes_t old, added;
  size_t at, skipped;
  const ssize_t size = pn_data_encode(change, octets, sizeof octets);
  if (size <= 0 || !pairs_of(pn_bytes((size_t)size, octets), &added) || added.size == 0) return NULL;
  if (before) {
    at = before->at;
    skipped = before->skipped;
    old = pn_bytes(before->size - FRONT, before->bytes + FRONT);
  } else if (!find(message, header, &at, &skipped, &old)) {
    return NULL;
  }
  if (old.size + added.size > ANNOTATIONS_MOST) return NULL;
  struct annotations *const made = combine(old, added);
  if (made) {
    made->at = at;
    made->skipped = skipped;
  }
  return made;
}
