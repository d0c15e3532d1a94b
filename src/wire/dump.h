/* dump.h: encoded values as text, with the names of AMQP's own types and fields: what a trace shows. */
#ifndef BARYON_WIRE_DUMP_H
#define BARYON_WIRE_DUMP_H

#include "base/text.h"
#include "wire/reader.h"

enum pni_dump_style {
  PNI_DUMP_TRACE, /* unsigned integers in hexadecimal */
  PNI_DUMP_DATA   /* all integers in decimal */
};

/* A scalar. Of other types nothing is written. */
void pni_dump_atom(struct pni_text *text, const pn_atom_t *atom, enum pni_dump_style style);

/* `@name(code)` of AMQP's own types, `@value` of others: what stands before a described value. */
void pni_dump_descriptor(struct pni_text *text, const pn_atom_t *descriptor, enum pni_dump_style style);

/* One value in the trace's style: `@open(16) [container-id="x", channel-max=0x7fff]`; the reader is behind it then.
 * Null fields of AMQP's own types are left out. Where the bytes are malformed or nested too deep, `!!` is written and
 * the reader's place is anywhere. What does not fit is not looked at, nor counted; but a text without any room is
 * measured, which takes as long as there are elements: not for bytes of a peer. */
void pni_dump(struct pni_text *text, struct pni_reader *reader);

#endif
