/* script.h: the octets of an input as the steps of a script: what is asked for beyond the end is 0. */
#ifndef BARYON_FUZZ_SCRIPT_H
#define BARYON_FUZZ_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct script {
  const uint8_t *pos, *end;
};

static inline bool script_over(const struct script *script) { return script->pos == script->end; }

static inline uint8_t script_octet(struct script *script) { return script_over(script) ? 0 : *script->pos++; }

static inline unsigned script_below(struct script *script, unsigned count) {
  return script_octet(script) % count;
}

/* Up to as many octets as the next one says. */
static inline size_t script_octets(struct script *script, const uint8_t **octets) {
  const size_t wanted = script_octet(script), left = (size_t)(script->end - script->pos);
  const size_t size = wanted < left ? wanted : left;
  *octets = script->pos;
  script->pos += size;
  return size;
}

#endif
