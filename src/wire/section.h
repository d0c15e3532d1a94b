/* section.h: the sections of a message, from spec/sections.def. [3.2] */
#ifndef BARYON_WIRE_SECTION_H
#define BARYON_WIRE_SECTION_H

#include <stdint.h>

enum pni_section {
#define SECTION(name, code, descriptor, body) PNI_SECTION_##name,
#include "spec/sections.def"
#undef SECTION
  PNI_SECTION_COUNT
};

enum pni_section_body {
  PNI_BODY_COMPOSITE,
  PNI_BODY_ANNOTATIONS,
  PNI_BODY_PROPERTIES,
  PNI_BODY_BINARY,
  PNI_BODY_LIST,
  PNI_BODY_ANY
};

/* The first section's code: sections are numbered without a gap. */
enum { PNI_SECTION_FIRST_CODE = 0x70 };

struct pni_section_type {
  const char *name; /* the standard's, with _ for - */
  uint8_t code;
  uint8_t body; /* enum pni_section_body */
};

extern const struct pni_section_type pni_sections[PNI_SECTION_COUNT];

#endif
