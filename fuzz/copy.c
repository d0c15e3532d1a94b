/* copy.c: a consumer of the walker that writes what it is handed.
 *
 * In arrays a compound element has no constructor of its own, and all of them have the width of the one they share: room
 * for size and count is left when it is entered, and filled in when it is left. */
#include "copy.h"
#include "wire/walker.h"

struct copier {
  struct pni_walker walker;
  struct pni_writer *writer;
  struct fuzz_swap *swap;
  struct level {
    size_t at;      /* where it was opened */
    uint32_t count; /* of items */
    uint8_t type;
    uint8_t element;  /* as an element of an array: its constructor, else 0 */
    bool constructor; /* array: the elements' constructor is still to be written, behind the descriptor */
  } levels[PNI_LIMIT_NESTING];
};

/* The constructor that an item of the innermost level shares with others; 0 if it has its own. */
static uint8_t shared_constructor(const struct copier *copier, unsigned depth) {
  if (depth == 0) return 0;
  const struct level *const outer = &copier->levels[depth - 1];
  return outer->type == PN_ARRAY && !outer->constructor ? copier->walker.levels[depth - 1].code : 0;
}

/* After an item: was it the descriptor of an array? */
static void item_done(struct copier *copier, unsigned depth) {
  if (depth == 0 || !copier->levels[depth - 1].constructor) return;
  copier->levels[depth - 1].constructor = false;
  pni_write_octet(copier->writer, copier->walker.levels[depth - 1].code);
}

static void copy_scalar(struct copier *copier, const struct pni_value *value, unsigned depth) {
  const uint8_t code = shared_constructor(copier, depth);
  pn_atom_t atom = pni_value_atom(value);
  if (copier->swap && copier->swap->place-- == 0) {
    atom = copier->swap->atom;
    /* What the elements' constructor cannot hold would be nonsense, and not the kind that is looked for. */
    const bool bytes = pni_encodings[code].form == PNI_VARIABLE;
    if (code && (bytes ? atom.type < PN_BINARY : atom.type >= PN_BINARY)) atom = pni_value_atom(value);
    if (bytes && atom.u.as_bytes.size > UINT8_MAX) atom.u.as_bytes.size = UINT8_MAX;
  }
  if (code)
    pni_write_payload(copier->writer, code, &atom);
  else
    pni_write_atom(copier->writer, &atom);
  item_done(copier, depth);
}

static void copy_enter(struct copier *copier, const struct pni_step *step, unsigned depth) {
  struct pni_writer *const writer = copier->writer;
  struct level *const level = &copier->levels[depth];
  *level = (struct level){.count = step->value.count, .type = step->value.type};
  level->element = shared_constructor(copier, depth);
  if (level->type == PN_DESCRIBED) {
    pni_write_octet(writer, PNI_DESCRIPTOR);
    return;
  }
  level->at = writer->size;
  if (level->element)
    writer->size += 2 * (size_t)pni_encodings[level->element].width;
  else
    (void)pni_write_open(writer);
  if (level->type != PN_ARRAY) return;
  level->constructor = step->described;
  pni_write_octet(writer, step->described ? PNI_DESCRIPTOR : copier->walker.levels[depth].code);
}

static void close_element(struct pni_writer *writer, const struct level *level) {
  const uint8_t width = pni_encodings[level->element].width;
  const size_t size = writer->size - level->at - width;
  if (width == 0 || !pni_writer_fits(writer)) return;
  uint8_t *const head = writer->start + level->at;
  if (width == 1) {
    head[0] = (uint8_t)size;
    head[1] = (uint8_t)level->count;
  } else {
    pni_store32(head, (uint32_t)size);
    pni_store32(head + 4, level->count);
  }
}

static void copy_leave(struct copier *copier, unsigned depth) {
  static const uint8_t codes[] = {[PN_ARRAY] = PNI_ARRAY8, [PN_LIST] = PNI_LIST8, [PN_MAP] = PNI_MAP8};
  const struct level *const level = &copier->levels[depth];
  if (level->element)
    close_element(copier->writer, level);
  else if (level->type != PN_DESCRIBED)
    pni_write_close(copier->writer, level->at, codes[level->type], level->count);
  item_done(copier, depth);
}

bool fuzz_copy(struct pni_reader *reader, struct pni_writer *writer, struct fuzz_swap *swap) {
  struct copier copier = {.writer = writer, .swap = swap};
  struct pni_step step;
  pni_walk(&copier.walker, reader);
  do {
    const unsigned depth = copier.walker.depth;
    if (pni_walk_step(&copier.walker, &step)) return false;
    switch (step.kind) {
    case PNI_STEP_SCALAR: copy_scalar(&copier, &step.value, depth); break;
    case PNI_STEP_ENTER: copy_enter(&copier, &step, depth); break;
    case PNI_STEP_LEAVE: copy_leave(&copier, depth - 1); break;
    }
  } while (pni_walk_more(&copier.walker));
  return true;
}

static bool same_scalar(const struct pni_value *one, const struct pni_value *other) {
  const pn_atom_t a = pni_value_atom(one), b = pni_value_atom(other);
  if (one->type == PN_DECIMAL128 || one->type == PN_UUID)
    return memcmp(a.u.as_uuid.bytes, b.u.as_uuid.bytes, sizeof a.u.as_uuid.bytes) == 0;
  if (one->type < PN_BINARY) return a.u.as_ulong == b.u.as_ulong; /* what is narrower is 0 behind its end */
  const pn_bytes_t x = a.u.as_bytes, y = b.u.as_bytes;
  return x.size == y.size && (x.size == 0 || memcmp(x.start, y.start, x.size) == 0);
}

bool fuzz_same(pn_bytes_t one, pn_bytes_t other) {
  struct pni_reader first = pni_reader(one.start, one.size), second = pni_reader(other.start, other.size);
  struct pni_walker walkers[2];
  struct pni_step a, b;
  pni_walk(&walkers[0], &first);
  pni_walk(&walkers[1], &second);
  do {
    if (pni_walk_step(&walkers[0], &a) || pni_walk_step(&walkers[1], &b) || a.kind != b.kind) return false;
    if (a.kind == PNI_STEP_LEAVE) continue;
    if (a.value.type != b.value.type) return false;
    if (a.kind == PNI_STEP_SCALAR && !same_scalar(&a.value, &b.value)) return false;
    if (a.kind == PNI_STEP_ENTER && a.value.count != b.value.count) return false;
    if (a.value.type == PN_ARRAY && (a.element != b.element || a.described != b.described)) return false;
  } while (pni_walk_more(&walkers[0]));
  return !pni_walk_more(&walkers[1]);
}
