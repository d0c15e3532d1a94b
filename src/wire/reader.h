/* reader.h: AMQP values out of bytes. [1.2]
 *
 * A reader is a place in somebody else's bytes, which must outlive what is read: nothing is copied. Reading never goes
 * beyond `end`; a failure leaves a description, and the reader is not to be read from any more.
 *
 * pni_read_value checks a value down to its last element before it returns, so whoever reads out of its body cannot
 * fail; pni_read_head takes only the outermost constructor, for whoever walks on. */
#ifndef BARYON_WIRE_READER_H
#define BARYON_WIRE_READER_H

#include "base/compiler.h"
#include "base/status.h"
#include "wire/encoding.h"
#include <proton/types.h>
#include <string.h>

/* What is wrong with some bytes: texts that live as long as the process; NULL where unknown. */
struct pni_fault {
  const char *what;  /* "size exceeds what is there" */
  const char *type;  /* the performative or section, as the lists in spec/ spell it */
  const char *field; /* of it, likewise */
};

struct pni_reader {
  const uint8_t *pos;
  const uint8_t *end;
  struct pni_fault fault;
};

/* The head of one value: its constructor and where its payload lies. */
struct pni_value {
  const uint8_t
      *body;      /* the payload; the first item of a compound; of an array, its element constructor; of a
                          described value, the descriptor's constructor */
  uint32_t size;  /* octets of body; 0 for a described value, which does not say */
  uint32_t count; /* items of a list or map (keys and values), elements of an array */
  uint8_t code;   /* the constructor */
  uint8_t type;   /* pn_type_t */
};

static inline struct pni_reader pni_reader(const void *bytes, size_t size) {
  const uint8_t *start = bytes;
  return (struct pni_reader){.pos = start, .end = size > 0 ? start + size : start}; /* NULL stays NULL */
}

static inline size_t pni_reader_left(const struct pni_reader *reader) {
  return (size_t)(reader->end - reader->pos);
}

/* Note what is wrong; returns status. */
PNI_COLD pni_status pni_reader_fail(struct pni_reader *reader, pni_status status, const char *what);

/* The fault as a sentence in the standard's terms: "transfer: delivery-tag: <what>". */
struct pni_text;
void pni_fault_text(const struct pni_fault *fault, struct pni_text *text);

/* Take a constructor, and size and count if it has them, and step over the payload; of a described value take only the
 * 0x00. What the payload holds is not looked at. */
PNI_NODISCARD pni_status pni_read_head(struct pni_reader *reader, struct pni_value *value);

/* Take a whole value and check all of it: constructors, sizes, counts, UTF-8, ASCII, nesting. */
PNI_NODISCARD pni_status pni_read_value(struct pni_reader *reader, pn_bytes_t *encoded);

/* Step over a whole value by its sizes alone: what is in it is not looked at. */
PNI_NODISCARD pni_status pni_read_past(struct pni_reader *reader);

/* Take a head whose code and place are known already: for elements of arrays, which share a constructor. */
PNI_NODISCARD pni_status pni_read_payload(struct pni_reader *reader, uint8_t code, struct pni_value *value);

/* Check what a scalar's payload must be beyond its length. */
PNI_NODISCARD pni_status pni_check_scalar(struct pni_reader *reader, const struct pni_value *value);

/* Take a descriptor after its 0x00. Symbolic ones of AMQP's own are given as their code; *code is UINT64_MAX for one
 * that is not AMQP's own. [1.5] */
PNI_NODISCARD pni_status pni_read_descriptor(struct pni_reader *reader, uint64_t *code);

/* Numbers, most significant octet first. */
static inline uint16_t pni_load16(const uint8_t *p) {
  uint16_t octets;
  memcpy(&octets, p, sizeof octets);
  return PNI_BIG_ENDIAN16(octets);
}
static inline uint32_t pni_load32(const uint8_t *p) {
  uint32_t octets;
  memcpy(&octets, p, sizeof octets);
  return PNI_BIG_ENDIAN32(octets);
}
static inline uint64_t pni_load64(const uint8_t *p) {
  uint64_t octets;
  memcpy(&octets, p, sizeof octets);
  return PNI_BIG_ENDIAN64(octets);
}

/* An unsigned integer, char, decimal32 or decimal64 of any width; of a boolean, whether it is true. */
uint64_t pni_value_unsigned(const struct pni_value *value);
/* A signed integer or timestamp of any width. */
int64_t pni_value_signed(const struct pni_value *value);

static inline pn_bytes_t pni_value_bytes(const struct pni_value *value) {
  return pn_bytes(value->size, (const char *)value->body);
}

/* The scalar as an atom; bytes point into what was read. */
pn_atom_t pni_value_atom(const struct pni_value *value);

#endif
