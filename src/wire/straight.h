/* straight.h: composites without a call, for the few places that the rate of messages depends on, and made from
 * spec/performatives.def like everything else: where a caller knows which fields there are, the compiler leaves out the
 * others.
 *
 *   pos = pni_X_take(pos, end, &x)   pni_X_quick() in line
 *   p = pni_X_put(p, &x)             descriptor and list to where there is room; the place behind it. Fields and nulls are to
 *                                    need no more than 250 octets, and at least one field is to be there.
 */
#ifndef BARYON_WIRE_STRAIGHT_H
#define BARYON_WIRE_STRAIGHT_H

#include "base/memory.h"
#include "wire/performative.h"
#include "wire/quick.h"
#include "wire/writer.h"

/* Decoders. */

/* Whether all mandatory fields are there. */
#define PNI_NEEDS_MANDATORY      true
#define PNI_NEEDS_OPTIONAL       false
#define PNI_NEEDS_DEFAULT(value) false
#define COMPOSITE(name, code, descriptor)                                                                    \
  PNI_INLINE bool pni_##name##_whole(const struct pni_##name *in) {                                          \
    (void)in;
#define FIELD(name, type, presence)                                                                          \
  if (PNI_NEEDS_##presence && !in->has.name) return false;
#define END(name)                                                                                            \
  return true;                                                                                               \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
#undef PNI_NEEDS_MANDATORY
#undef PNI_NEEDS_OPTIONAL
#undef PNI_NEEDS_DEFAULT

#define COMPOSITE(name, code, descriptor)                                                                    \
  PNI_INLINE const uint8_t *pni_##name##_take(                                                               \
      const uint8_t *pos, const uint8_t *end, struct pni_##name *out) {                                      \
    struct pni_quick_items items;                                                                            \
    if (!pni_quick_open(pos, end, PNI_LIST8, &items)) return NULL;                                           \
    const uint8_t *next;                                                                                     \
    uint32_t count = 0;                                                                                      \
    (void)next;                                                                                              \
    pos = items.pos;                                                                                         \
    end = items.end;
#define FIELD(name, type, presence)                                                                          \
  if (pos == end) goto behind_last;                                                                          \
  count++;                                                                                                   \
  next = pni_quick_##type(pos, end, &out->name);                                                             \
  if (PNI_LIKELY(next != NULL)) {                                                                            \
    out->has.name = true;                                                                                    \
  } else {                                                                                                   \
    if (*pos != PNI_NULL) return NULL;                                                                       \
    next = pos + 1;                                                                                          \
  }                                                                                                          \
  pos = next;
#define END(name)                                                                                            \
  if (pos == end) goto behind_last;                                                                          \
  return NULL;                                                                                               \
behind_last:                                                                                                 \
  return count == items.count && pni_##name##_whole(out) ? pos : NULL;                                       \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* Encoders: a field to where there is room for it. */

PNI_INLINE uint8_t *pni_put_BOOL(uint8_t *p, bool v) {
  *p = v ? PNI_TRUE : PNI_FALSE;
  return p + 1;
}

PNI_INLINE uint8_t *pni_put_UBYTE(uint8_t *p, uint8_t v) {
  p[0] = PNI_UBYTE;
  p[1] = v;
  return p + 2;
}

PNI_INLINE uint8_t *pni_put_USHORT(uint8_t *p, uint16_t v) {
  p[0] = PNI_USHORT;
  pni_store16(p + 1, v);
  return p + 3;
}

PNI_INLINE uint8_t *pni_put_UINT(uint8_t *p, uint32_t v) {
  if (v > UINT8_MAX) {
    p[0] = PNI_UINT;
    pni_store32(p + 1, v);
    return p + 5;
  }
  p[0] = v == 0 ? PNI_UINT0 : PNI_SMALLUINT;
  p[1] = (uint8_t)v;
  return p + (v == 0 ? 1 : 2);
}

PNI_INLINE uint8_t *pni_put_ULONG(uint8_t *p, uint64_t v) {
  if (v > UINT8_MAX) {
    p[0] = PNI_ULONG;
    pni_store64(p + 1, v);
    return p + 9;
  }
  p[0] = v == 0 ? PNI_ULONG0 : PNI_SMALLULONG;
  p[1] = (uint8_t)v;
  return p + (v == 0 ? 1 : 2);
}

PNI_INLINE uint8_t *pni_put_TIMESTAMP(uint8_t *p, int64_t v) {
  p[0] = PNI_TIMESTAMP;
  pni_store64(p + 1, (uint64_t)v);
  return p + 9;
}

PNI_INLINE uint8_t *pni_put_few(uint8_t *p, uint8_t code, pn_bytes_t v) {
  p[0] = code;
  p[1] = (uint8_t)v.size;
  (void)pni_move(p + 2, v.start, v.size);
  return p + 2 + v.size;
}

PNI_INLINE uint8_t *pni_put_ANY(uint8_t *p, pn_bytes_t v) {
  (void)pni_move(p, v.start, v.size);
  return p + v.size;
}
#define pni_put_BINARY(p, v)         pni_put_few(p, PNI_VBIN8, v)
#define pni_put_STRING(p, v)         pni_put_few(p, PNI_STR8, v)
#define pni_put_SYMBOL(p, v)         pni_put_few(p, PNI_SYM8, v)
#define pni_put_ADDRESS              pni_put_STRING
#define pni_put_SENDER_SETTLE_MODE   pni_put_UBYTE
#define pni_put_RECEIVER_SETTLE_MODE pni_put_UBYTE
#define pni_put_TERMINUS_DURABILITY  pni_put_UINT
#define pni_put_SASL_CODE            pni_put_UBYTE
#define pni_put_MESSAGE_ID           pni_put_ANY
#define pni_put_MAP                  pni_put_ANY
#define pni_put_FIELDS               pni_put_ANY
#define pni_put_SYMBOLS              pni_put_ANY
#define pni_put_ERROR                pni_put_ANY

/* Nulls are owed until a field that is there follows them. */
#define COMPOSITE(name, code, descriptor)                                                                    \
  PNI_INLINE uint8_t *pni_##name##_put(uint8_t *p, const struct pni_##name *in) {                            \
    uint8_t *const head = p;                                                                                 \
    uint8_t count = 0, owed = 0;                                                                             \
    (void)in, (void)owed;                                                                                    \
    head[0] = PNI_DESCRIPTOR;                                                                                \
    head[1] = PNI_SMALLULONG;                                                                                \
    head[2] = code;                                                                                          \
    head[3] = PNI_LIST8;                                                                                     \
    p += 6;
#define FIELD(name, type, presence)                                                                          \
  if (in->has.name) {                                                                                        \
    count = (uint8_t)(count + owed + 1);                                                                     \
    for (; owed > 0; owed--) *p++ = PNI_NULL;                                                                \
    p = pni_put_##type(p, in->name);                                                                         \
  } else {                                                                                                   \
    owed++;                                                                                                  \
  }
#define END(name)                                                                                            \
  head[4] = (uint8_t)(p - head - 5);                                                                         \
  head[5] = count;                                                                                           \
  return p;                                                                                                  \
  }
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

#endif
