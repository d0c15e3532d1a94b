/* composites.h: what is known about every composite type and every type of field, for the tests of their decoders and
 * encoders. The composites come from the list that the code under test is made from (another test compares that with
 * the standard), so a field that is added there is tested without a change here. */
#ifndef BARYON_TESTS_WIRE_COMPOSITES_H
#define BARYON_TESTS_WIRE_COMPOSITES_H

#include "support/octets.h"
#include "wire/performative.h"

enum { MOST_FIELDS = 16, MOST_VALUES = 6, PRIMITIVE_TYPES = 24 };

/* A type of field: values that it takes, with what the struct then holds. The first is in its smallest encoding and is
 * no default. `takes` names the primitive types; what has one of another is refused. */
struct type {
  const char *takes;
  const char *absent; /* what the struct holds if the field is absent and has no default */
  struct {
    const char *encoded;
    const char *held; /* NULL: the encoded value */
  } values[MOST_VALUES];
};

/* The name and a value of each primitive type but null. */
extern const char *const values_of_types[PRIMITIVE_TYPES][2];

/* What a struct holds, as text. */
struct held {
  unsigned count;
  struct {
    bool present;
    char text[64];
  } fields[MOST_FIELDS];
};

/* Any composite's struct. */
union any {
#define COMPOSITE(name, code, descriptor) struct pni_##name name;
#define FIELD(name, type, presence)
#define END(name)
#include "spec/performatives.def"
#undef COMPOSITE
#undef FIELD
#undef END
};

struct field {
  const char *name;
  const struct type *type;
  bool mandatory;
  const char *standard; /* the standard's default; NULL: none */
};

struct composite {
  const char *name;
  uint8_t code;
  const char *descriptor;
  const struct field *fields;
  unsigned count;
  pni_status (*decode)(struct pni_reader *reader, union any *out);
  void (*encode)(struct pni_writer *writer, const union any *in);
  void (*hold)(struct held *held, const union any *in);
};

extern const struct composite composites[];
extern const size_t composite_count;

/* The values of a composite's fields, as octets_of() reads them; NULL: absent. */
struct list {
  const char *values[MOST_FIELDS];
};

/* All the fields, or the mandatory ones, with the first value of their type. */
struct list list_of(const struct composite *composite, bool all);

/* So many fields of a list, encoded with sizes of one octet, or of four, behind the octets of `before`. */
struct octets list_encoded(const struct list *list, unsigned count, bool wide, const char *before);

/* A list up to its last field that is there, as the encoder writes it, with its descriptor of DESCRIPTOR octets. */
enum { DESCRIPTOR = 3 };
struct octets list_canonical(const struct composite *composite, const struct list *list);

#endif
