/* numbers.c: the lowest free number. Numbers beyond the last word are free. */
#include "engine/numbers.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_SHIFT = 6, WORD_BITS = 1 << WORD_SHIFT };

/* The first word at or after `lowest` that has a free number; one beyond the last if they are full. */
static size_t word_with_room(const struct pni_numbers *numbers) {
  size_t word = numbers->lowest;
  while (word < numbers->capacity && numbers->words[word] == UINT64_MAX) word++;
  return word;
}

static pni_status add_word(struct pni_numbers *numbers) {
  void *words = numbers->words;
  const size_t before = numbers->capacity;
  TRY(pni_grow(&words, &numbers->capacity, before + 1, sizeof *numbers->words));
  numbers->words = words;
  memset(numbers->words + before, 0, (numbers->capacity - before) * sizeof *numbers->words);
  return PNI_OK;
}

pni_status pni_numbers_take(struct pni_numbers *numbers, uint32_t most, uint32_t *number) {
  const size_t word = word_with_room(numbers);
  numbers->lowest = word;
  const bool fresh = word == numbers->capacity;
  const uint64_t lowest = (uint64_t)word << WORD_SHIFT | (fresh ? 0 : PNI_LOWEST_BIT(~numbers->words[word]));
  if (lowest > most) return PNI_OVERFLOW;
  if (fresh) TRY(add_word(numbers));
  numbers->words[word] |= (uint64_t)1 << (lowest & (WORD_BITS - 1));
  *number = (uint32_t)lowest;
  return PNI_OK;
}

void pni_numbers_give(struct pni_numbers *numbers, uint32_t number) {
  const size_t word = number >> WORD_SHIFT;
  if (word >= numbers->capacity) return;
  numbers->words[word] &= ~((uint64_t)1 << (number & (WORD_BITS - 1)));
  if (word < numbers->lowest) numbers->lowest = word;
}

void pni_numbers_clear(struct pni_numbers *numbers) {
  free(numbers->words);
  *numbers = (struct pni_numbers){.words = NULL};
}
