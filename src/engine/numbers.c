/* numbers.c: the lowest free number. Numbers beyond the last word are free. */
#include "engine/numbers.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_SHIFT = 6, WORD_BITS = 1 << WORD_SHIFT };

static inline uint64_t *word_at(struct pni_numbers *numbers, uint32_t word) {
  return word == 0 ? &numbers->first : &numbers->more[word - 1];
}

/* The first word from `lowest` on that has a free number; one beyond the last if they are full. */
static uint32_t word_with_room(struct pni_numbers *numbers) {
  uint32_t word = numbers->lowest;
  while (word <= numbers->words && *word_at(numbers, word) == UINT64_MAX) word++;
  return word;
}

static pni_status add_word(struct pni_numbers *numbers) {
  void *more = numbers->more;
  const size_t before = numbers->words;
  size_t words = before;
  TRY(pni_grow(&more, &words, before + 1, sizeof *numbers->more));
  numbers->more = more;
  numbers->words = (uint32_t)words;
  memset(numbers->more + before, 0, (words - before) * sizeof *numbers->more);
  return PNI_OK;
}

pni_status pni_numbers_take(struct pni_numbers *numbers, uint32_t most, uint32_t *number) {
  const uint32_t word = word_with_room(numbers);
  const bool fresh = word > numbers->words;
  const unsigned bit = fresh ? 0 : PNI_LOWEST_BIT(~*word_at(numbers, word));
  numbers->lowest = word;
  if (((uint64_t)word << WORD_SHIFT | bit) > most) return PNI_OVERFLOW;
  if (fresh) TRY(add_word(numbers));
  *word_at(numbers, word) |= (uint64_t)1 << bit;
  *number = word << WORD_SHIFT | bit;
  return PNI_OK;
}

void pni_numbers_give(struct pni_numbers *numbers, uint32_t number) {
  const uint32_t word = number >> WORD_SHIFT;
  if (word > numbers->words) return;
  *word_at(numbers, word) &= ~((uint64_t)1 << (number & (WORD_BITS - 1)));
  if (word < numbers->lowest) numbers->lowest = word;
}

void pni_numbers_clear(struct pni_numbers *numbers) {
  free(numbers->more);
  *numbers = (struct pni_numbers){.more = NULL};
}
