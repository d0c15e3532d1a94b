/* performative.h: a struct, a decoder and an encoder for every composite type in spec/performatives.def.
 *
 *   struct pni_flow flow;
 *   TRY(pni_flow_decode(reader, &flow));       the list behind the descriptor; a fault names type and field
 *   if (flow.has.handle) ... flow.handle ...
 *
 *   struct pni_flow flow = {.incoming_window = w, .has = {.incoming_window = 1, ...}};
 *   pni_flow_encode(writer, &flow);            descriptor and list, up to the last field that is there
 *
 * Members of fields that are absent have the type's default. Bytes point into what was decoded. */
#ifndef BARYON_WIRE_PERFORMATIVE_H
#define BARYON_WIRE_PERFORMATIVE_H

#include "wire/field.h"

#define COMPOSITE(name, code, descriptor) PNI_CODE_##name = (code),
#define FIELD(name, type, presence)
#define END(name)
enum pni_code {
#include "spec/performatives.def"
};
#undef COMPOSITE
#undef FIELD
#undef END

/* A bit for each field, set where it is there; `nothing` gives types without fields a member. */
#define COMPOSITE(name, code, descriptor) struct pni_##name##_has {
#define FIELD(name, type, presence)       bool name : 1;
#define END(name)                                                                                            \
  bool nothing : 1;                                                                                          \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

#define COMPOSITE(name, code, descriptor) struct pni_##name {
#define FIELD(name, type, presence)       pni_##type name;
#define END(name)                                                                                            \
  struct pni_##name##_has has;                                                                               \
  }                                                                                                          \
  ;
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* pni_X_quick() is pni_X_decode() for lists that are good and in the encodings that nearly all are in. It returns the place
 * behind such a one; for any other NULL, and *out is undefined then. Members of absent fields are left alone, so *out has to
 * begin with nothing in `has` and what one wants to see there. */
#define COMPOSITE(name, code, descriptor)                                                                    \
  PNI_NODISCARD pni_status pni_##name##_decode(struct pni_reader *reader, struct pni_##name *out);           \
  const uint8_t *pni_##name##_quick(const uint8_t *pos, const uint8_t *end, struct pni_##name *out);         \
  void pni_##name##_encode(struct pni_writer *writer, const struct pni_##name *in);
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END

/* The names of a described type, for printing and for symbolic descriptors. */
struct pni_composite {
  const char *name;          /* the standard's term, with _ for - (pni_text_term) */
  const char *descriptor;    /* "amqp:open:list" */
  const char *const *fields; /* terms likewise, NULL at the end */
  uint8_t code;
};

/* The type with that code, composite or section, or NULL. */
const struct pni_composite *pni_composite(uint64_t code);

/* The code of a symbolic descriptor, or UINT64_MAX if it is not AMQP's own. */
uint64_t pni_composite_code(pn_bytes_t descriptor);

#endif
