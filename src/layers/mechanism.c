/* mechanism.c: lists of mechanisms, as text and as frames have them, and PLAIN's message. Holds nothing. */
#include "layers/mechanism.h"

#include "wire/limits.h"
#include "wire/reader.h"
#include "wire/utf8.h"
#include "wire/writer.h"
#include <string.h>
#include <strings.h>

static const char spaces[] = " \t\r\n";

bool pni_mechanism_next(const char **list, pn_bytes_t *name) {
  *list += strspn(*list, spaces);
  const size_t size = strcspn(*list, spaces);
  *name = pn_bytes(size, *list);
  *list += size;
  return size > 0;
}

bool pni_mechanism_is(pn_bytes_t name, const char *other) {
  return strlen(other) == name.size && strncasecmp(other, name.start, name.size) == 0;
}

bool pni_mechanism_listed(const char *list, pn_bytes_t name) {
  pn_bytes_t one;
  while (pni_mechanism_next(&list, &one)) {
    if (one.size == name.size && strncasecmp(one.start, name.start, name.size) == 0) return true;
  }
  return false;
}

bool pni_mechanism_offered(const char *list, pn_bytes_t name) {
  pn_bytes_t one;
  while (pni_mechanism_next(&list, &one)) {
    if (one.size == name.size && memcmp(one.start, name.start, name.size) == 0) return true;
  }
  return false;
}

bool pni_mechanism_valid(pn_bytes_t name) {
  for (size_t i = 0; i < name.size; i++) {
    if (name.start[i] <= ' ' || name.start[i] > '~') return false;
  }
  return name.size > 0;
}

static void add(const struct pni_sasl_offer *offer, struct pni_text *list, pn_bytes_t name) {
  if (!pni_mechanism_valid(name) || !offer->wanted(offer->context, name)) return;
  if (list->size > 0) pni_text_char(list, ' ');
  pni_text_add(list, name.start, name.size);
}

pni_status pni_mechanisms_read(const struct pni_sasl_offer *offer, struct pni_text *list) {
  struct pni_reader reader = pni_reader(offer->symbols.start, offer->symbols.size);
  struct pni_value value;
  TRY(pni_read_head(&reader, &value));
  if (value.type != PN_ARRAY) {
    add(offer, list, pni_value_bytes(&value));
    return PNI_OK;
  }
  if (value.count > PNI_LIMIT_SASL_MECHANISMS) return PNI_OVERFLOW;
  struct pni_reader elements = pni_reader(value.body, value.size);
  const uint8_t code = *elements.pos++;
  for (uint32_t left = value.count; left > 0; left--) {
    struct pni_value element;
    TRY(pni_read_payload(&elements, code, &element));
    add(offer, list, pni_value_bytes(&element));
  }
  return PNI_OK;
}

size_t pni_mechanisms_write(const char *list, uint8_t *symbols, size_t capacity) {
  struct pni_writer writer = pni_writer(symbols, capacity);
  const size_t at = pni_write_open(&writer);
  size_t count = 0;
  pn_bytes_t name;
  pni_write_octet(&writer, PNI_SYM8);
  while (pni_mechanism_next(&list, &name)) {
    const pn_atom_t atom = {.type = PN_SYMBOL, .u.as_bytes = name};
    if (name.size > UINT8_MAX) return 0;
    pni_write_payload(&writer, PNI_SYM8, &atom);
    count++;
  }
  pni_write_close(&writer, at, PNI_ARRAY8, count);
  return pni_writer_fits(&writer) ? writer.size : 0;
}

bool pni_plain_read(pn_bytes_t message, struct pni_plain *plain) {
  if (message.size == 0) return false;
  const char *const end = message.start + message.size;
  const char *const first = memchr(message.start, '\0', message.size);
  if (!first) return false;
  const char *const user = first + 1;
  const char *const second = memchr(user, '\0', (size_t)(end - user));
  if (!second) return false;
  const char *const password = second + 1;
  plain->authorization = pn_bytes((size_t)(first - message.start), message.start);
  plain->user = pn_bytes((size_t)(second - user), user);
  plain->password = pn_bytes((size_t)(end - password), password);
  return plain->user.size > 0 && plain->password.size > 0 && !memchr(password, '\0', plain->password.size) &&
         pni_utf8((const uint8_t *)message.start, message.size);
}
