/* encoding.h: the one table of AMQP's constructors, made from spec/encodings.def. [1.2, 1.6] */
#ifndef BARYON_WIRE_ENCODING_H
#define BARYON_WIRE_ENCODING_H

#include <proton/codec.h>
#include <stdint.h>

#define ENCODING(code, name, type, form, width, check) PNI_##name = (code),
enum {
  PNI_DESCRIPTOR = 0x00, /* a descriptor and a value follow */
#include "spec/encodings.def"
};
#undef ENCODING

enum pni_form { PNI_NO_FORM, PNI_FIXED, PNI_VARIABLE, PNI_COMPOUND, PNI_ARRAY_FORM };
enum pni_check { PNI_CHECK_ANY, PNI_CHECK_TRUTH, PNI_CHECK_UTF8, PNI_CHECK_ASCII };

struct pni_encoding {
  uint8_t type;  /* pn_type_t; 0 where the code is not defined */
  uint8_t form;  /* enum pni_form; PNI_NO_FORM where the code is not defined, and for the descriptor */
  uint8_t width; /* of the payload if FIXED, else of the size */
  uint8_t check; /* enum pni_check */
};

extern const struct pni_encoding pni_encodings[256];

/* Octets of a value whose constructor alone says how many there are, the constructor counted, where any payload will do;
 * 0 for all other codes. */
extern const uint8_t pni_plain_sizes[256];

#endif
