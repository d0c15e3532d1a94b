/* quick.h: values in the encodings that nearly all of them come in, checked in a few instructions.
 *
 * Each function looks at the value at `pos`, which is before `end`, and returns the place behind it, at `end` at the most,
 * or NULL for all that is not at once seen to be good: rarer encodings, text beyond ASCII, faults. The functions of
 * reader.h and field.h then do the work thoroughly and say what is wrong, so nothing is refused here. */
#ifndef BARYON_WIRE_QUICK_H
#define BARYON_WIRE_QUICK_H

#include "wire/field.h"
#include "wire/utf8.h"

/* What a value of variable width whose size takes one octet has as its size, or a negative number if that is too much. */
PNI_INLINE ptrdiff_t pni_quick_size(const uint8_t *pos, const uint8_t *end) {
  const ptrdiff_t room = end - pos - 2;
  return room >= 0 && pos[1] <= room ? pos[1] : -1;
}

/* A string or symbol whose size takes one octet; whoever calls has seen the constructor. */
PNI_INLINE const uint8_t *pni_quick_text(const uint8_t *pos, const uint8_t *end) {
  const ptrdiff_t size = pni_quick_size(pos, end);
  return size >= 0 && pni_ascii(pos + 2, (size_t)size) ? pos + 2 + size : NULL;
}

/* A scalar. */
PNI_INLINE const uint8_t *pni_quick_scalar(const uint8_t *pos, const uint8_t *end) {
  const ptrdiff_t plain = pni_plain_sizes[*pos];
  if (plain > 0) return plain <= end - pos ? pos + plain : NULL;
  if (*pos == PNI_STR8 || *pos == PNI_SYM8) return pni_quick_text(pos, end);
  if (*pos != PNI_VBIN8) return NULL;
  const ptrdiff_t size = pni_quick_size(pos, end);
  return size >= 0 ? pos + 2 + size : NULL;
}

/* A list or map whose sizes take one octet, or an empty list: where its items lie and how many there are. */
struct pni_quick_items {
  const uint8_t *pos;
  const uint8_t *end;
  uint32_t count;
};
PNI_INLINE bool pni_quick_open(
    const uint8_t *pos, const uint8_t *end, uint8_t code, struct pni_quick_items *items) {
  const ptrdiff_t room = end - pos - 3; /* for items, if they need at most so many octets */
  if (room < 0 || pos[0] != code || (size_t)pos[1] - 1 > (size_t)room) return false;
  *items = (struct pni_quick_items){.pos = pos + 3, .end = pos + 2 + pos[1], .count = pos[2]};
  return true;
}

/* Fields, by the types of performatives.def. What is NULL here for all values is not looked at quickly. */
#define PNI_QUICK(type)                                                                                      \
  PNI_INLINE const uint8_t *pni_quick_##type(const uint8_t *pos, const uint8_t *end, pni_##type *out)

PNI_QUICK(BOOL) {
  (void)end;
  if (*pos != PNI_TRUE && *pos != PNI_FALSE) return NULL;
  *out = *pos == PNI_TRUE;
  return pos + 1;
}

PNI_QUICK(UBYTE) {
  if (*pos != PNI_UBYTE || end - pos < 2) return NULL;
  *out = pos[1];
  return pos + 2;
}

PNI_QUICK(USHORT) {
  if (*pos != PNI_USHORT || end - pos < 3) return NULL;
  *out = pni_load16(pos + 1);
  return pos + 3;
}

PNI_QUICK(UINT) {
  if (*pos == PNI_SMALLUINT && end - pos >= 2) {
    *out = pos[1];
    return pos + 2;
  }
  if (*pos == PNI_UINT && end - pos >= 5) {
    *out = pni_load32(pos + 1);
    return pos + 5;
  }
  if (*pos != PNI_UINT0) return NULL;
  *out = 0;
  return pos + 1;
}

PNI_QUICK(ULONG) {
  if (*pos == PNI_SMALLULONG && end - pos >= 2) {
    *out = pos[1];
    return pos + 2;
  }
  if (*pos != PNI_ULONG || end - pos < 9) return NULL;
  *out = pni_load64(pos + 1);
  return pos + 9;
}

PNI_QUICK(TIMESTAMP) {
  if (*pos != PNI_TIMESTAMP || end - pos < 9) return NULL;
  *out = (int64_t)pni_load64(pos + 1);
  return pos + 9;
}

PNI_QUICK(BINARY) {
  const ptrdiff_t size = *pos == PNI_VBIN8 ? pni_quick_size(pos, end) : -1;
  if (size < 0) return NULL;
  *out = pn_bytes((size_t)size, (const char *)pos + 2);
  return pos + 2 + size;
}

PNI_QUICK(STRING) {
  const uint8_t *const next = *pos == PNI_STR8 ? pni_quick_text(pos, end) : NULL;
  if (next) *out = pn_bytes(pos[1], (const char *)pos + 2);
  return next;
}

PNI_QUICK(SYMBOL) {
  const uint8_t *const next = *pos == PNI_SYM8 ? pni_quick_text(pos, end) : NULL;
  if (next) *out = pn_bytes(pos[1], (const char *)pos + 2);
  return next;
}

PNI_QUICK(ADDRESS) { return pni_quick_STRING(pos, end, out); }

PNI_QUICK(MESSAGE_ID) {
  const uint8_t *next;
  switch (*pos) {
  case PNI_ULONG: next = end - pos >= 9 ? pos + 9 : NULL; break;
  case PNI_STR8: next = pni_quick_text(pos, end); break;
  case PNI_UUID: next = end - pos >= 17 ? pos + 17 : NULL; break;
  case PNI_SMALLULONG:
  case PNI_ULONG0:
  case PNI_VBIN8: next = pni_quick_scalar(pos, end); break;
  default: return NULL;
  }
  if (next) *out = pn_bytes((size_t)(next - pos), (const char *)pos);
  return next;
}

/* Scalars but null, which is no field, and a state without fields: 00 53 24 45. */
PNI_QUICK(ANY) {
  const uint8_t *next = NULL;
  if (*pos == PNI_DESCRIPTOR && end - pos >= 4 && pos[1] == PNI_SMALLULONG && pos[3] == PNI_LIST0)
    next = pos + 4;
  else if (*pos != PNI_NULL)
    next = pni_quick_scalar(pos, end);
  if (next) *out = pn_bytes((size_t)(next - pos), (const char *)pos);
  return next;
}

#define PNI_NEVER_QUICK(type)                                                                                \
  PNI_QUICK(type) {                                                                                          \
    (void)pos, (void)end, (void)out;                                                                         \
    return NULL;                                                                                             \
  }
PNI_NEVER_QUICK(MAP)
PNI_NEVER_QUICK(FIELDS)
PNI_NEVER_QUICK(SYMBOLS)
PNI_NEVER_QUICK(ERROR)
#undef PNI_NEVER_QUICK

#define CHOICE_BEGIN(type, primitive)                                                                        \
  PNI_QUICK(type) {                                                                                          \
    const uint8_t *const next = pni_quick_##primitive(pos, end, out);
#define CHOICE(type, name, value)
#define CHOICE_END(type, last)                                                                               \
  return next && *out <= (last) ? next : NULL;                                                               \
  }
#include "spec/choices.def"
#undef CHOICE_BEGIN
#undef CHOICE
#undef CHOICE_END
#undef PNI_QUICK

#endif
