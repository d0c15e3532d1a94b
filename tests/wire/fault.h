/* fault.h: the faults that a reader describes, in tests. */
#ifndef BARYON_TESTS_WIRE_FAULT_H
#define BARYON_TESTS_WIRE_FAULT_H

#include "base/text.h"
#include "support/octets.h"
#include "wire/reader.h"

/* The reader's fault as a sentence, in memory that the next call uses again. */
static inline const char *fault_of(const struct pni_reader *reader) {
  static char sentence[128];
  struct pni_text text = pni_text(sentence, sizeof sentence);
  pni_fault_text(&reader->fault, &text);
  assert_true(pni_text_fits(&text));
  return sentence;
}

#endif
