/* format.c: a tree as text for people.
 *
 * A walk along the tree's links. How far each compound value has been written is kept in its node, as the encoder keeps its
 * positions. The fields of AMQP's own types get their names, and are left out if they are null. */
#include "base/string.h"
#include "base/text.h"
#include "data/node.h"
#include "wire/dump.h"
#include "wire/performative.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a compound node's `position` holds here: twice the index of its next item, plus one once an item was shown. */
enum { SHOWN = 1, ITEM = 2 };

/* The type that a list is the fields of, or NULL. */
static const struct pni_composite *composite_of(const pn_data_t *data, const struct pni_node *list) {
  if (list->type != PN_LIST || !list->prev || data->nodes[list->parent].type != PN_DESCRIBED) return NULL;
  const struct pni_node *descriptor = &data->nodes[list->prev];
  if (descriptor->type == PN_ULONG) return pni_composite(descriptor->value.bits);
  if (descriptor->type == PN_SYMBOL)
    return pni_composite(pni_composite_code(pni_node_bytes(data, descriptor)));
  return NULL;
}

static void write_name(struct pni_text *text, const struct pni_composite *composite, uint32_t index) {
  const char *const *fields = composite->fields;
  while (index > 0 && *fields) fields++, index--;
  if (!*fields) return;
  for (const char *c = *fields; *c; c++) pni_text_char(text, *c == '_' ? '-' : *c);
  pni_text_char(text, '=');
}

/* What stands before a value; false if the value is to be left out. */
static bool write_before(const pn_data_t *data, struct pni_text *text, const struct pni_node *node) {
  struct pni_node *const parent = &data->nodes[node->parent];
  const uint32_t index = parent->value.items.position / ITEM;
  const bool shown = parent->value.items.position & SHOWN;
  parent->value.items.position += ITEM;
  const struct pni_composite *composite = composite_of(data, parent);
  if (composite && node->type == PN_NULL) return false;
  parent->value.items.position |= SHOWN;
  if (parent->type == PN_DESCRIBED && index < 2)
    pni_text_char(text, index == 0 ? '@' : ' ');
  else if (shown)
    pni_text_string(text, parent->type == PN_MAP && index % 2 != 0 ? "=" : ", ");
  if (composite) write_name(text, composite, index);
  return true;
}

static void open_value(struct pni_text *text, struct pni_node *node) {
  node->value.items.position = 0;
  switch (node->type) {
  case PN_LIST: pni_text_char(text, '['); break;
  case PN_MAP: pni_text_char(text, '{'); break;
  case PN_ARRAY: pni_text_format(text, "@%s[", pn_type_name(pni_node_element_type(node))); break;
  default: break;
  }
}

static void close_value(struct pni_text *text, const struct pni_node *node) {
  if (node->type == PN_LIST || node->type == PN_ARRAY) pni_text_char(text, ']');
  if (node->type == PN_MAP) pni_text_char(text, '}');
  if (node->type == PN_DESCRIBED && node->value.items.count == 0) pni_text_char(text, '@');
}

static bool is_descriptor(const pn_data_t *data, const struct pni_node *node) {
  return data->nodes[node->parent].type == PN_DESCRIBED && !node->prev;
}

static void write_tree(const pn_data_t *data, struct pni_text *text) {
  struct pni_node *const nodes = data->nodes;
  nodes[0].value.items.position = 0;
  for (uint16_t at = nodes[0].value.items.first; at;) {
    struct pni_node *node = &nodes[at];
    if (pni_node_compound(node)) {
      (void)write_before(data, text, node);
      open_value(text, node);
      at = node->value.items.first;
      if (at) continue;
      close_value(text, node);
    } else {
      const pn_atom_t atom = pni_data_atom(data, node);
      if (is_descriptor(data, node)) {
        nodes[node->parent].value.items.position = ITEM | SHOWN;
        pni_dump_descriptor(text, &atom, PNI_DUMP_DATA);
      } else if (write_before(data, text, node)) {
        pni_dump_atom(text, &atom, PNI_DUMP_DATA);
      }
    }
    while (!node->next && node->parent) {
      node = &nodes[node->parent];
      close_value(text, node);
    }
    at = node->next;
  }
}

int pn_data_format(pn_data_t *data, char *bytes, size_t *size) {
  pni_data_settle(data);
  struct pni_text text = pni_text(bytes, *size);
  write_tree(data, &text);
  if (!pni_text_fits(&text)) return PNI_OVERFLOW;
  *size = text.size;
  return PNI_OK;
}

/* The text in memory of its own, or NULL. */
static char *text_of(pn_data_t *data) {
  pni_data_settle(data);
  struct pni_text text = pni_text(NULL, 0);
  write_tree(data, &text);
  char *const start = malloc(text.size + 1);
  if (!start) return NULL;
  text = pni_text(start, text.size + 1);
  write_tree(data, &text);
  return start;
}

int pn_data_print(pn_data_t *data) {
  char *text = text_of(data);
  if (!text) return pni_data_fail(data, PNI_NO_MEMORY, "no memory for the text of the tree");
  const bool written = fputs(text, stdout) >= 0;
  free(text);
  return written ? PNI_OK : pni_data_fail(data, PNI_FAILED, "cannot write to the standard output");
}

int pni_data_inspect(void *object, pn_string_t *string) {
  char *text = text_of(object);
  if (!text) return PNI_NO_MEMORY;
  const int status = pn_string_addf(string, "%s", text);
  free(text);
  return status;
}

void pn_data_dump(pn_data_t *data) {
  pni_data_settle(data);
  printf("{current=%u, parent=%u}\n", data->current, data->parent);
  for (uint32_t at = 1; at < data->node_count; at++) {
    const struct pni_node *node = &data->nodes[at];
    const bool compound = pni_node_compound(node);
    char value[64];
    struct pni_text text = pni_text(value, sizeof value);
    const pn_atom_t atom = pni_data_atom(data, node);
    pni_dump_atom(&text, &atom, PNI_DUMP_DATA);
    printf("Node %" PRIu32 ": prev=%u, next=%u, parent=%u, down=%u, children=%u, type=%s (%s)\n", at,
        node->prev, node->next, node->parent, compound ? node->value.items.first : 0u,
        compound ? node->value.items.count : 0u, pn_type_name(node->type), value);
  }
}
