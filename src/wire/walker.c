/* walker.c: every value inside a value, one step at a time.
 *
 * While a value with a size of its own is entered, the reader's end is that value's end, so nothing inside can reach
 * beyond it; leaving checks that its items filled it exactly, and gives the reader back the end it had. Arrays of
 * elements without octets are bounded by a limit, since their size does not bound their count. */
#include "wire/walker.h"

#include "wire/quick.h"

void pni_walk(struct pni_walker *walker, struct pni_reader *reader) {
  walker->reader = reader;
  walker->depth = 0;
}

static pni_status contradiction(struct pni_reader *reader) {
  return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "size and count contradict each other");
}

static struct pni_level *push(struct pni_walker *walker, uint32_t items) {
  if (walker->depth == PNI_LIMIT_NESTING) return NULL;
  struct pni_level *level = &walker->levels[walker->depth++];
  *level = (struct pni_level){.outer = walker->reader->end, .left = items, .phase = PNI_PHASE_ITEMS};
  return level;
}

static pni_status too_deep(struct pni_reader *reader) {
  return pni_reader_fail(reader, PNI_NO_MEMORY, "values are nested too deep");
}

/* Whether `count` elements can stand in `size` octets. */
static pni_status check_elements(struct pni_reader *reader, uint8_t code, uint32_t count, size_t size) {
  const struct pni_encoding encoding = pni_encodings[code];
  if (encoding.form == PNI_NO_FORM) {
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "no type has this array's element constructor");
  }
  if (encoding.width == 0) {
    if (count <= PNI_LIMIT_EMPTY_ELEMENTS) return PNI_OK;
    return pni_reader_fail(reader, PNI_NO_MEMORY, "too many array elements without octets of their own");
  }
  return count > size / encoding.width ? contradiction(reader) : PNI_OK;
}

static pni_status enter_array(struct pni_walker *walker, struct pni_step *step) {
  struct pni_reader *const reader = walker->reader;
  const struct pni_value *const value = &step->value;
  struct pni_level *const level = push(walker, value->count);
  if (!level) return too_deep(reader);
  level->bounded = true;
  reader->end = value->body + value->size;
  reader->pos = value->body;
  if (reader->pos == reader->end) return contradiction(reader);
  step->described = *reader->pos == PNI_DESCRIPTOR;
  if (step->described) {
    const uint8_t *const descriptor = ++reader->pos;
    TRY(pni_read_past(reader));
    if (reader->pos == reader->end) return contradiction(reader);
    level->code = *reader->pos++;
    TRY(check_elements(reader, level->code, value->count, pni_reader_left(reader)));
    reader->pos = descriptor;
    level->phase = PNI_PHASE_DESCRIPTOR;
  } else {
    level->code = *reader->pos++;
    TRY(check_elements(reader, level->code, value->count, pni_reader_left(reader)));
  }
  level->array = true;
  step->element = pni_encodings[level->code].type;
  return PNI_OK;
}

static pni_status enter_compound(struct pni_walker *walker, const struct pni_value *value) {
  struct pni_reader *const reader = walker->reader;
  struct pni_level *const level = push(walker, value->count);
  if (!level) return too_deep(reader);
  level->bounded = true;
  reader->pos = value->body;
  reader->end = value->body + value->size;
  if (value->count > value->size) return contradiction(reader);
  if (value->type == PN_MAP && value->count % 2 != 0) {
    return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "map has a key without a value");
  }
  return PNI_OK;
}

static pni_status enter(struct pni_walker *walker, struct pni_step *step) {
  step->kind = PNI_STEP_ENTER;
  if (step->value.type == PN_ARRAY) return enter_array(walker, step);
  if (step->value.type != PN_DESCRIBED) return enter_compound(walker, &step->value);
  return push(walker, 2) ? PNI_OK : too_deep(walker->reader);
}

static pni_status leave(struct pni_walker *walker, struct pni_step *step) {
  struct pni_reader *const reader = walker->reader;
  const struct pni_level *const level = &walker->levels[walker->depth - 1];
  if (level->bounded && reader->pos != reader->end) return contradiction(reader);
  reader->end = level->outer;
  walker->depth--;
  step->kind = PNI_STEP_LEAVE;
  return PNI_OK;
}

static pni_status take_step(struct pni_walker *walker, struct pni_step *step) {
  struct pni_reader *const reader = walker->reader;
  struct pni_level *const level = walker->depth > 0 ? &walker->levels[walker->depth - 1] : NULL;
  if (!level) {
    TRY(pni_read_head(reader, &step->value));
  } else if (level->phase == PNI_PHASE_DESCRIPTOR) {
    level->phase = PNI_PHASE_CONSTRUCTOR;
    TRY(pni_read_head(reader, &step->value));
  } else {
    if (level->phase == PNI_PHASE_CONSTRUCTOR) {
      reader->pos++;
      level->phase = PNI_PHASE_ITEMS;
    }
    if (level->left == 0) return leave(walker, step);
    level->left--;
    if (level->array) {
      TRY(pni_read_payload(reader, level->code, &step->value));
    } else {
      TRY(pni_read_head(reader, &step->value));
    }
  }
  if (step->value.type >= PN_DESCRIBED) return enter(walker, step);
  step->kind = PNI_STEP_SCALAR;
  return pni_check_scalar(reader, &step->value);
}

static bool within_size(const struct pni_walker *walker) {
  for (unsigned i = 0; i < walker->depth; i++) {
    if (walker->levels[i].bounded) return true;
  }
  return false;
}

pni_status pni_walk_step(struct pni_walker *walker, struct pni_step *step) {
  const pni_status status = take_step(walker, step);
  /* An item that goes on beyond the value it is in is wrong, and would be however much data followed. */
  if (PNI_UNLIKELY(status == PNI_UNDERFLOW) && within_size(walker)) return contradiction(walker->reader);
  return status;
}

void pni_walk_rest(struct pni_walker *walker) {
  struct pni_level *const level = &walker->levels[walker->depth - 1];
  walker->reader->pos = walker->reader->end;
  level->left = 0;
  level->phase = PNI_PHASE_ITEMS;
}

/* Whether the elements of the innermost value need no look each: they are an array's, all octets left are theirs, and
 * any octets will do. Without this a few octets that stand for many elements would cost a step for each. */
static bool plain_elements(const struct pni_walker *walker) {
  const struct pni_level *const level = &walker->levels[walker->depth - 1];
  if (!level->array || level->phase != PNI_PHASE_ITEMS) return false;
  const struct pni_encoding encoding = pni_encodings[level->code];
  if (encoding.form != PNI_FIXED || encoding.check != PNI_CHECK_ANY) return false;
  if (encoding.type == PN_LIST && walker->depth == PNI_LIMIT_NESTING) return false; /* a level too many */
  return (uint64_t)encoding.width * level->left == pni_reader_left(walker->reader);
}

/* Whether a list or map holds scalars only, all of them good: then the reader is behind it. */
static bool flat(struct pni_reader *reader) {
  struct pni_value value, item;
  if (pni_read_head(reader, &value) || pni_encodings[value.code].form != PNI_COMPOUND) return false;
  if (value.type == PN_MAP && value.count % 2 != 0) return false;
  struct pni_reader inside = pni_reader(value.body, value.size);
  for (uint32_t i = 0; i < value.count; i++) {
    const uint8_t *const next = inside.pos != inside.end ? pni_quick_scalar(inside.pos, inside.end) : NULL;
    if (PNI_LIKELY(next != NULL))
      inside.pos = next;
    else if (pni_read_head(&inside, &item) || item.type >= PN_DESCRIBED || pni_check_scalar(&inside, &item))
      return false;
  }
  return inside.pos == inside.end;
}

pni_status pni_walk_over(struct pni_reader *reader) {
  struct pni_reader ahead = *reader;
  if (flat(&ahead)) {
    reader->pos = ahead.pos;
    return PNI_OK;
  }
  struct pni_walker walker;
  struct pni_step step;
  pni_walk(&walker, reader);
  do {
    TRY(pni_walk_step(&walker, &step));
    if (pni_walk_more(&walker) && plain_elements(&walker)) pni_walk_rest(&walker);
  } while (pni_walk_more(&walker));
  return PNI_OK;
}
