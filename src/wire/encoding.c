/* encoding.c: the table of constructors. Codes that the standard does not define stay zero: PNI_NO_FORM. */
#include "wire/encoding.h"

#define PNI_FORM_FIXED    PNI_FIXED
#define PNI_FORM_VARIABLE PNI_VARIABLE
#define PNI_FORM_COMPOUND PNI_COMPOUND
#define PNI_FORM_ARRAY    PNI_ARRAY_FORM

#define ENCODING(code, name, type, form, width, check)                                                       \
  [code] = {(uint8_t)(type), PNI_FORM_##form, (width), PNI_CHECK_##check},
const struct pni_encoding pni_encodings[256] = {
#include "spec/encodings.def"
};
#undef ENCODING

#define PLAIN_FIXED_ANY(width)                         (1 + (width))
#define PLAIN_FIXED_TRUTH(width)                       0
#define PLAIN_VARIABLE_ANY(width)                      0
#define PLAIN_VARIABLE_UTF8(width)                     0
#define PLAIN_VARIABLE_ASCII(width)                    0
#define PLAIN_COMPOUND_ANY(width)                      0
#define PLAIN_ARRAY_ANY(width)                         0
#define ENCODING(code, name, type, form, width, check) [code] = PLAIN_##form##_##check(width),
const uint8_t pni_plain_sizes[256] = {
#include "spec/encodings.def"
};
#undef ENCODING

const char *pn_type_name(pn_type_t type) {
  static const char *const names[] = {
      [PN_NULL] = "PN_NULL",
      [PN_BOOL] = "PN_BOOL",
      [PN_UBYTE] = "PN_UBYTE",
      [PN_BYTE] = "PN_BYTE",
      [PN_USHORT] = "PN_USHORT",
      [PN_SHORT] = "PN_SHORT",
      [PN_UINT] = "PN_UINT",
      [PN_INT] = "PN_INT",
      [PN_CHAR] = "PN_CHAR",
      [PN_ULONG] = "PN_ULONG",
      [PN_LONG] = "PN_LONG",
      [PN_TIMESTAMP] = "PN_TIMESTAMP",
      [PN_FLOAT] = "PN_FLOAT",
      [PN_DOUBLE] = "PN_DOUBLE",
      [PN_DECIMAL32] = "PN_DECIMAL32",
      [PN_DECIMAL64] = "PN_DECIMAL64",
      [PN_DECIMAL128] = "PN_DECIMAL128",
      [PN_UUID] = "PN_UUID",
      [PN_BINARY] = "PN_BINARY",
      [PN_STRING] = "PN_STRING",
      [PN_SYMBOL] = "PN_SYMBOL",
      [PN_DESCRIBED] = "PN_DESCRIBED",
      [PN_ARRAY] = "PN_ARRAY",
      [PN_LIST] = "PN_LIST",
      [PN_MAP] = "PN_MAP",
  };
  return type >= PN_NULL && type <= PN_MAP ? names[type] : "<UNKNOWN>";
}
