/* writer.h: AMQP values into bytes, each in its smallest encoding. [1.2, 1.6]
 *
 * Bytes beyond the capacity are counted and dropped, so a writer without room measures. `size` is always what the whole
 * needs; pni_writer_fits says whether it is there. Nothing is allocated. */
#ifndef BARYON_WIRE_WRITER_H
#define BARYON_WIRE_WRITER_H

#include "base/compiler.h"
#include "wire/encoding.h"
#include <proton/types.h>
#include <stdbool.h>
#include <string.h>

struct pni_writer {
  uint8_t *start;
  size_t size;
  size_t capacity;
};

static inline struct pni_writer pni_writer(void *start, size_t capacity) {
  return (struct pni_writer){.start = start, .size = 0, .capacity = capacity};
}

static inline bool pni_writer_fits(const struct pni_writer *writer) {
  return writer->size <= writer->capacity;
}

/* Numbers, most significant octet first. */
static inline void pni_store16(uint8_t *p, uint16_t v) {
  const uint16_t octets = PNI_BIG_ENDIAN16(v);
  memcpy(p, &octets, sizeof octets);
}
static inline void pni_store32(uint8_t *p, uint32_t v) {
  const uint32_t octets = PNI_BIG_ENDIAN32(v);
  memcpy(p, &octets, sizeof octets);
}
static inline void pni_store64(uint8_t *p, uint64_t v) {
  const uint64_t octets = PNI_BIG_ENDIAN64(v);
  memcpy(p, &octets, sizeof octets);
}

/* Where the next `size` bytes go, or NULL if there is no room for all of them; either way they are counted. */
static inline uint8_t *pni_write_room(struct pni_writer *writer, size_t size) {
  const size_t at = writer->size;
  writer->size += size;
  return writer->size <= writer->capacity ? writer->start + at : NULL;
}

static inline void pni_write_raw(struct pni_writer *writer, const void *bytes, size_t size) {
  if (size == 0) return; /* there may be no place for it, either: NULL + 0 is not C */
  uint8_t *p = pni_write_room(writer, size);
  if (p) memcpy(p, bytes, size);
}

static inline void pni_write_octet(struct pni_writer *writer, uint8_t octet) {
  uint8_t *p = pni_write_room(writer, 1);
  if (p) *p = octet;
}

/* A constructor and a payload of 1, 2, 4 or 8 octets. */
static inline void pni_write_fixed8(struct pni_writer *writer, uint8_t code, uint8_t v) {
  uint8_t *p = pni_write_room(writer, 2);
  if (p) p[0] = code, p[1] = v;
}
static inline void pni_write_fixed16(struct pni_writer *writer, uint8_t code, uint16_t v) {
  uint8_t *p = pni_write_room(writer, 3);
  if (p) p[0] = code, pni_store16(p + 1, v);
}
static inline void pni_write_fixed32(struct pni_writer *writer, uint8_t code, uint32_t v) {
  uint8_t *p = pni_write_room(writer, 5);
  if (p) p[0] = code, pni_store32(p + 1, v);
}
static inline void pni_write_fixed64(struct pni_writer *writer, uint8_t code, uint64_t v) {
  uint8_t *p = pni_write_room(writer, 9);
  if (p) p[0] = code, pni_store64(p + 1, v);
}

static inline void pni_write_null(struct pni_writer *writer) { pni_write_octet(writer, PNI_NULL); }
static inline void pni_write_bool(struct pni_writer *writer, bool v) {
  pni_write_octet(writer, v ? PNI_TRUE : PNI_FALSE);
}

static inline void pni_write_uint(struct pni_writer *writer, uint32_t v) {
  if (v == 0)
    pni_write_octet(writer, PNI_UINT0);
  else if (v <= UINT8_MAX)
    pni_write_fixed8(writer, PNI_SMALLUINT, (uint8_t)v);
  else
    pni_write_fixed32(writer, PNI_UINT, v);
}

static inline void pni_write_ulong(struct pni_writer *writer, uint64_t v) {
  if (v == 0)
    pni_write_octet(writer, PNI_ULONG0);
  else if (v <= UINT8_MAX)
    pni_write_fixed8(writer, PNI_SMALLULONG, (uint8_t)v);
  else
    pni_write_fixed64(writer, PNI_ULONG, v);
}

static inline void pni_write_int(struct pni_writer *writer, int32_t v) {
  if (v >= INT8_MIN && v <= INT8_MAX)
    pni_write_fixed8(writer, PNI_SMALLINT, (uint8_t)v);
  else
    pni_write_fixed32(writer, PNI_INT, (uint32_t)v);
}

static inline void pni_write_long(struct pni_writer *writer, int64_t v) {
  if (v >= INT8_MIN && v <= INT8_MAX)
    pni_write_fixed8(writer, PNI_SMALLLONG, (uint8_t)v);
  else
    pni_write_fixed64(writer, PNI_LONG, (uint64_t)v);
}

/* Binary, string or symbol: `code` is the encoding with a size of one octet. */
void pni_write_bytes(struct pni_writer *writer, uint8_t code, pn_bytes_t bytes);

/* A scalar of any type. Atoms of other types write null. */
void pni_write_atom(struct pni_writer *writer, const pn_atom_t *atom);

/* The same without its constructor, in the payload that `code` has: elements of arrays. */
void pni_write_payload(struct pni_writer *writer, uint8_t code, const pn_atom_t *atom);

/* Lists, maps and arrays: opened, filled, and closed with `code`, their encoding with sizes of one octet, and the number
 * of items. The wide encoding, or the empty list's, takes its place at closing where that is needed or will do. An
 * array's element constructor is part of what it is filled with. */
static inline size_t pni_write_open(struct pni_writer *writer) {
  const size_t at = writer->size;
  writer->size += 3;
  return at;
}
void pni_write_close_slow(struct pni_writer *writer, size_t at, uint8_t code, size_t count);
static inline void pni_write_close(struct pni_writer *writer, size_t at, uint8_t code, size_t count) {
  const size_t size = writer->size - at - 2;
  if (size <= UINT8_MAX && count <= UINT8_MAX && count > 0 && pni_writer_fits(writer)) {
    writer->start[at] = code;
    writer->start[at + 1] = (uint8_t)size;
    writer->start[at + 2] = (uint8_t)count;
  } else {
    pni_write_close_slow(writer, at, code, count);
  }
}

/* 0x00 and a descriptor of AMQP's own. */
static inline void pni_write_descriptor(struct pni_writer *writer, uint8_t code) {
  uint8_t *p = pni_write_room(writer, 3);
  if (p) p[0] = PNI_DESCRIPTOR, p[1] = PNI_SMALLULONG, p[2] = code;
}

#endif
