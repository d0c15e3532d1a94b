/* edit.c: fuzz target of value trees that a program makes: each octet is a step, by which the place is moved, a value put,
 * overwritten or looked up, a tree copied or appended. Whatever comes of it is a tree that can be gone through, and one that
 * can be encoded comes back the same. */
#include "check.h"
#include "tree.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct editor {
  pn_data_t *tree, *other;
  pn_handle_t place;
  const uint8_t *bytes, *end;
};

static uint8_t next(struct editor *editor) { return editor->bytes < editor->end ? *editor->bytes++ : 0; }

static int put_scalar(pn_data_t *tree, uint8_t kind) {
  static const char text[] = "a long text, of which there is more or less";
  const pn_bytes_t bytes = pn_bytes(kind / 8 % sizeof text, text);
  switch (kind % 8) {
  case 0: return pn_data_put_null(tree);
  case 1: return pn_data_put_bool(tree, kind & 8);
  case 2: return pn_data_put_uint(tree, kind);
  case 3: return pn_data_put_long(tree, -(int64_t)kind * kind);
  case 4: return pn_data_put_string(tree, bytes);
  case 5: return pn_data_put_symbol(tree, bytes);
  case 6: return pn_data_put_uuid(tree, (pn_uuid_t){{(char)kind}});
  default: return pn_data_put_string(tree, pn_data_get_bytes(tree)); /* out of the very tree */
  }
}

static int put_compound(pn_data_t *tree, uint8_t kind) {
  static const pn_type_t types[] = {
      PN_NULL, PN_BOOL, PN_UINT, PN_LONG, PN_STRING, PN_SYMBOL, PN_LIST, PN_DESCRIBED};
  switch (kind % 4) {
  case 0: return pn_data_put_list(tree);
  case 1: return pn_data_put_map(tree);
  case 2: return pn_data_put_described(tree);
  default: return pn_data_put_array(tree, kind & 4, types[kind >> 5]);
  }
}

static void move(struct editor *editor, uint8_t how) {
  pn_data_t *const tree = editor->tree;
  switch (how % 8) {
  case 0: (void)pn_data_next(tree); break;
  case 1: (void)pn_data_prev(tree); break;
  case 2: (void)pn_data_enter(tree); break;
  case 3: (void)pn_data_exit(tree); break;
  case 4: pn_data_rewind(tree); break;
  case 5: (void)pn_data_lookup(tree, "a lon"); break;
  case 6: editor->place = pn_data_point(tree); break;
  default: (void)pn_data_restore(tree, editor->place);
  }
}

static int rebuild(struct editor *editor, uint8_t how) {
  pn_data_t *const tree = editor->tree, *const other = editor->other;
  switch (how % 8) {
  case 0: pn_data_narrow(tree); return 0;
  case 1: pn_data_widen(tree); return 0;
  case 2: return pn_data_copy(other, tree);
  case 3: return pn_data_append(tree, other);
  case 4: return pn_data_appendn(tree, other, how / 8 % 4);
  case 5: return pn_data_fill(tree, "[iS?I]", how, "text", how & 8, (uint32_t)how);
  case 6: return pn_data_fill(tree, "DL{SiS[oo]}", (uint64_t)how, "a", 1, "b", true, false);
  default:
    editor->tree = other;
    editor->other = tree;
    editor->place = 0;
    return 0;
  }
}

static void edit(struct editor *editor) {
  enum { MOST_VALUES = 2000 };
  while (editor->bytes < editor->end && pn_data_size(editor->tree) < MOST_VALUES) {
    const uint8_t step = next(editor);
    int status = 0;
    switch (step & 3) {
    case 0: move(editor, step >> 2); break;
    case 1: status = put_scalar(editor->tree, next(editor)); break;
    case 2: status = put_compound(editor->tree, next(editor)); break;
    default: status = rebuild(editor, step >> 2);
    }
    CHECK(status == 0 || status == PN_OUT_OF_MEMORY);
    if (status) CHECK(pn_data_errno(editor->tree) == status || pn_data_errno(editor->other) == status);
  }
}

/* Every value can be come to. The tree counts those that were overwritten, too. */
static void check_size(pn_data_t *tree) {
  size_t values = 0, depth = 0;
  pn_data_widen(tree);
  pn_data_rewind(tree);
  for (;;) {
    if (pn_data_next(tree)) {
      values++;
      depth += pn_data_enter(tree);
    } else if (depth-- > 0) {
      CHECK(pn_data_exit(tree));
    } else {
      break;
    }
  }
  CHECK(values <= pn_data_size(tree));
}

static void check_encoding(pn_data_t *tree) {
  const ssize_t size = pn_data_encoded_size(tree);
  CHECK(size >= 0 || size == PN_ARG_ERR);
  if (size < 0) return;
  char *const encoded = malloc((size_t)size + 1);
  pn_data_t *const again = pn_data(0);
  CHECK(encoded && again && pn_data_encode(tree, encoded, (size_t)size) == size);
  for (ssize_t at = 0; at < size;) {
    const ssize_t taken = pn_data_decode(again, encoded + at, (size_t)(size - at));
    CHECK(taken > 0 || taken == PN_OUT_OF_MEMORY); /* nested deeper than a decoder goes */
    at = taken > 0 ? at + taken : size + 1;
    if (at == size) CHECK(tree_equal(tree, again));
  }
  pn_data_free(again);
  free(encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  struct editor editor = {.tree = pn_data(0), .other = pn_data(0), .bytes = bytes, .end = bytes + size};
  CHECK(editor.tree && editor.other);
  edit(&editor);
  pn_data_t *const trees[] = {editor.tree, editor.other};
  for (unsigned i = 0; i < 2; i++) {
    check_size(trees[i]);
    check_encoding(trees[i]);
    char *text = malloc(256);
    size_t room = 256;
    CHECK(text);
    (void)pn_data_format(trees[i], text, &room);
    free(text);
    pn_data_free(trees[i]);
  }
  return 0;
}
