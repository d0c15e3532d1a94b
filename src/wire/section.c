/* section.c: the table of a message's sections. */
#include "wire/section.h"

#define SECTION(name, code, descriptor, body) [PNI_SECTION_##name] = {#name, (code), PNI_BODY_##body},
const struct pni_section_type pni_sections[PNI_SECTION_COUNT] = {
#include "spec/sections.def"
};
#undef SECTION
