/* condition.c: why something ended: a name, a description, details. [2.8.14]
 *
 * Texts are the condition's own; the old one goes after the new one was made, since that may come from it. */
#include "engine/condition.h"
#include "base/memory.h"
#include "base/text.h"
#include "wire/performative.h"

#include <stdlib.h>

enum { DESCRIPTION_ROOM = 1024 }; /* bytes of a description that is made by a format, with its NUL */

pn_condition_t *pn_condition(void) { return calloc(1, sizeof(pn_condition_t)); }

void pn_condition_free(pn_condition_t *condition) {
  if (!condition) return;
  pni_condition_clear(condition);
  free(condition);
}

bool pn_condition_is_set(pn_condition_t *condition) { return condition && condition->name; }

static struct pni_condition_detail *detail_of(pn_condition_t *condition) {
  if (!condition->detail) condition->detail = calloc(1, sizeof *condition->detail);
  return condition->detail;
}

/* Nothing changes without memory. */
static pni_status set_description(pn_condition_t *condition, const char *description, size_t size) {
  if (!condition->detail && !description) return PNI_OK;
  return detail_of(condition) ? pni_keep_bytes(&condition->detail->description, description, size)
                              : PNI_NO_MEMORY;
}

static const char *description_of(const pn_condition_t *condition) {
  return condition->detail ? condition->detail->description : NULL;
}

void pn_condition_clear(pn_condition_t *condition) {
  struct pni_condition_detail *detail = condition->detail;
  free(condition->name);
  condition->name = NULL;
  if (!detail) return;
  free(detail->description);
  detail->description = NULL;
  pni_tree_empty_out(&detail->info);
}

void pni_condition_clear(pn_condition_t *condition) {
  struct pni_condition_detail *detail = condition->detail;
  free(condition->name);
  condition->name = NULL;
  if (!detail) return;
  condition->detail = NULL;
  free(detail->description);
  pni_tree_clear(&detail->info);
  free(detail);
}

const char *pn_condition_get_name(pn_condition_t *condition) { return condition->name; }

int pn_condition_set_name(pn_condition_t *condition, const char *name) {
  return pni_keep_string(&condition->name, name);
}

const char *pn_condition_get_description(pn_condition_t *condition) { return description_of(condition); }

int pn_condition_set_description(pn_condition_t *condition, const char *description) {
  return set_description(condition, description, description ? strlen(description) : 0);
}

pn_data_t *pn_condition_info(pn_condition_t *condition) {
  return detail_of(condition) ? pni_tree_data(&condition->detail->info) : NULL;
}

int pn_condition_vformat(pn_condition_t *condition, const char *name, const char *fmt, va_list ap) {
  char description[DESCRIPTION_ROOM];
  struct pni_text text = pni_text(description, sizeof description);
  pni_text_vformat(&text, fmt, ap);
  char *copy = NULL; /* the name may be the old description */
  TRY(pni_keep_string(&copy, name));
  const int status = pn_condition_set_description(condition, description);
  if (status) {
    free(copy);
    return status;
  }
  free(condition->name);
  condition->name = copy;
  return PNI_OK;
}

int pn_condition_format(pn_condition_t *condition, const char *name, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  const int status = pn_condition_vformat(condition, name, fmt, ap);
  va_end(ap);
  return status;
}

bool pn_condition_is_redirect(pn_condition_t *condition) {
  const char *name = condition->name;
  return name && (strcmp(name, "amqp:connection:redirect") == 0 || strcmp(name, "amqp:link:redirect") == 0);
}

/* The info, with its place at the value of a key; NULL if there is no such key. */
static pn_data_t *look_up(pn_condition_t *condition, const char *key) {
  if (!condition->detail || pni_tree_empty(&condition->detail->info)) return NULL;
  pn_data_t *info = pni_tree_data(&condition->detail->info);
  if (!info) return NULL;
  pn_data_rewind(info);
  const bool found =
      pn_data_next(info) && pn_data_type(info) == PN_MAP && pn_data_enter(info) && pn_data_lookup(info, key);
  if (!found) pn_data_rewind(info);
  return found ? info : NULL;
}

const char *pn_condition_redirect_host(pn_condition_t *condition) {
  pn_data_t *info = look_up(condition, "network-host");
  if (!info) return NULL;
  const char *host = pn_data_get_bytes(info).start; /* a NUL follows it in the tree */
  pn_data_rewind(info);
  return host;
}

/* The standard's type is ushort; peers are known to send others. */
static int port_of(pn_data_t *info) {
  switch (pn_data_type(info)) {
  case PN_USHORT: return pn_data_get_ushort(info);
  case PN_UINT: return pn_data_get_uint(info) <= UINT16_MAX ? (int)pn_data_get_uint(info) : 0;
  case PN_INT: return pn_data_get_int(info);
  default: return 0;
  }
}

int pn_condition_redirect_port(pn_condition_t *condition) {
  pn_data_t *info = look_up(condition, "port");
  if (!info) return 0;
  const int port = port_of(info);
  pn_data_rewind(info);
  return port;
}

static pni_status copy_info(pn_condition_t *dest, pn_condition_t *src) {
  if (!src->detail || pni_tree_empty(&src->detail->info)) {
    if (dest->detail) pni_tree_empty_out(&dest->detail->info);
    return PNI_OK;
  }
  return detail_of(dest) ? pni_tree_copy(&dest->detail->info, &src->detail->info) : PNI_NO_MEMORY;
}

int pn_condition_copy(pn_condition_t *dest, pn_condition_t *src) {
  if (dest == src) return PNI_OK;
  int status = pni_keep_string(&dest->name, src->name);
  if (!status) status = pn_condition_set_description(dest, description_of(src));
  if (!status) status = copy_info(dest, src);
  if (status) pn_condition_clear(dest);
  return status;
}

static pni_status take_over(pn_condition_t *condition, const struct pni_error *error) {
  TRY(pni_keep_bytes(&condition->name, error->condition.start, error->condition.size));
  TRY(set_description(condition, error->description.start, error->description.size));
  if (!error->has.info) return PNI_OK;
  return detail_of(condition) ? pni_tree_keep(&condition->detail->info, error->info) : PNI_NO_MEMORY;
}

pni_status pni_condition_read(pn_condition_t *condition, pn_bytes_t encoded) {
  pn_condition_clear(condition);
  if (encoded.size == 0) return PNI_OK;
  struct pni_reader reader = pni_reader(encoded.start, encoded.size);
  struct pni_error error;
  uint64_t code;
  reader.pos++; /* the constructor of a described value */
  TRY(pni_read_descriptor(&reader, &code));
  TRY(pni_error_decode(&reader, &error));
  const pni_status status = take_over(condition, &error);
  if (status) pn_condition_clear(condition);
  return status;
}

void pni_condition_write(pn_condition_t *condition, struct pni_writer *writer) {
  if (!condition->name) return;
  const size_t at = writer->size;
  const char *description = description_of(condition);
  struct pni_error error = {.condition = pn_bytes(strlen(condition->name), condition->name),
      .has = {.condition = true, .description = description != NULL}};
  if (description) error.description = pn_bytes(strlen(description), description);
  if (condition->detail) error.info = pni_tree_put(&condition->detail->info, writer);
  error.has.info = error.info.size > 0;
  const size_t from = writer->size;
  pni_error_encode(writer, &error);
  pni_write_over(writer, at, from);
}
