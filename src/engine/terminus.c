/* terminus.c: source, target and coordinator: the API, and both directions of the wire. [3.5.3, 3.5.4, 4.5.1]
 *
 * What an address does not need is allocated when somebody asks for it or the peer sends it. */
#include "engine/terminus.h"
#include "base/memory.h"
#include "wire/performative.h"

#include <stdlib.h>

void pni_terminus_init(pn_terminus_t *terminus, pn_terminus_type_t type) {
  *terminus = (pn_terminus_t){.type = (uint8_t)type, .expiry_policy = PN_EXPIRE_WITH_SESSION};
}

void pni_terminus_reset(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus->trees;
  free(terminus->address);
  pni_terminus_init(terminus, PN_UNSPECIFIED);
  terminus->trees = trees;
  if (!trees) return;
  pni_tree_empty_out(&trees->properties);
  pni_tree_empty_out(&trees->capabilities);
  pni_tree_empty_out(&trees->outcomes);
  pni_tree_empty_out(&trees->filter);
  pni_tree_empty_out(&trees->default_outcome);
}

void pni_terminus_clear(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus->trees;
  if (trees) {
    pni_tree_clear(&trees->properties);
    pni_tree_clear(&trees->capabilities);
    pni_tree_clear(&trees->outcomes);
    pni_tree_clear(&trees->filter);
    pni_tree_clear(&trees->default_outcome);
    free(trees);
  }
  free(terminus->address);
  pni_terminus_init(terminus, PN_UNSPECIFIED);
}

/* The API. */

pn_terminus_type_t pn_terminus_get_type(pn_terminus_t *terminus) {
  return terminus ? (pn_terminus_type_t)terminus->type : PN_UNSPECIFIED;
}

int pn_terminus_set_type(pn_terminus_t *terminus, pn_terminus_type_t type) {
  if (!terminus || (unsigned)type > PN_COORDINATOR) return PN_ARG_ERR;
  terminus->type = (uint8_t)type;
  return PN_OK;
}

const char *pn_terminus_get_address(pn_terminus_t *terminus) { return terminus ? terminus->address : NULL; }

int pn_terminus_set_address(pn_terminus_t *terminus, const char *address) {
  return terminus ? (int)pni_keep_string(&terminus->address, address) : PN_ARG_ERR;
}

pn_distribution_mode_t pn_terminus_get_distribution_mode(const pn_terminus_t *terminus) {
  return terminus ? (pn_distribution_mode_t)terminus->distribution_mode : PN_DIST_MODE_UNSPECIFIED;
}

int pn_terminus_set_distribution_mode(pn_terminus_t *terminus, pn_distribution_mode_t mode) {
  if (!terminus || (unsigned)mode > PN_DIST_MODE_MOVE) return PN_ARG_ERR;
  terminus->distribution_mode = (uint8_t)mode;
  return PN_OK;
}

pn_durability_t pn_terminus_get_durability(pn_terminus_t *terminus) {
  return terminus ? (pn_durability_t)terminus->durability : PN_NONDURABLE;
}

int pn_terminus_set_durability(pn_terminus_t *terminus, pn_durability_t durability) {
  if (!terminus || (unsigned)durability > PN_DELIVERIES) return PN_ARG_ERR;
  terminus->durability = (uint8_t)durability;
  return PN_OK;
}

pn_expiry_policy_t pn_terminus_get_expiry_policy(pn_terminus_t *terminus) {
  return terminus ? (pn_expiry_policy_t)terminus->expiry_policy : PN_EXPIRE_WITH_SESSION;
}

bool pn_terminus_has_expiry_policy(const pn_terminus_t *terminus) {
  return terminus && terminus->has_expiry_policy;
}

int pn_terminus_set_expiry_policy(pn_terminus_t *terminus, pn_expiry_policy_t policy) {
  if (!terminus || (unsigned)policy > PN_EXPIRE_NEVER) return PN_ARG_ERR;
  terminus->expiry_policy = (uint8_t)policy;
  terminus->has_expiry_policy = true;
  return PN_OK;
}

pn_seconds_t pn_terminus_get_timeout(pn_terminus_t *terminus) { return terminus ? terminus->timeout : 0; }

int pn_terminus_set_timeout(pn_terminus_t *terminus, pn_seconds_t timeout) {
  if (!terminus) return PN_ARG_ERR;
  terminus->timeout = timeout;
  return PN_OK;
}

bool pn_terminus_is_dynamic(pn_terminus_t *terminus) { return terminus && terminus->dynamic; }

int pn_terminus_set_dynamic(pn_terminus_t *terminus, bool dynamic) {
  if (!terminus) return PN_ARG_ERR;
  terminus->dynamic = dynamic;
  return PN_OK;
}

static struct pni_terminus_trees *trees_of(pn_terminus_t *terminus) {
  if (!terminus->trees) terminus->trees = calloc(1, sizeof *terminus->trees);
  return terminus->trees;
}

pn_data_t *pn_terminus_properties(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus ? trees_of(terminus) : NULL;
  return trees ? pni_tree_data(&trees->properties) : NULL;
}

pn_data_t *pn_terminus_capabilities(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus ? trees_of(terminus) : NULL;
  return trees ? pni_tree_data(&trees->capabilities) : NULL;
}

pn_data_t *pn_terminus_outcomes(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus ? trees_of(terminus) : NULL;
  return trees ? pni_tree_data(&trees->outcomes) : NULL;
}

pn_data_t *pn_terminus_filter(pn_terminus_t *terminus) {
  struct pni_terminus_trees *trees = terminus ? trees_of(terminus) : NULL;
  return trees ? pni_tree_data(&trees->filter) : NULL;
}

static pni_status copy_trees(struct pni_terminus_trees *to, struct pni_terminus_trees *from) {
  TRY(pni_tree_copy(&to->properties, &from->properties));
  TRY(pni_tree_copy(&to->capabilities, &from->capabilities));
  TRY(pni_tree_copy(&to->outcomes, &from->outcomes));
  TRY(pni_tree_copy(&to->filter, &from->filter));
  return pni_tree_copy(&to->default_outcome, &from->default_outcome);
}

int pn_terminus_copy(pn_terminus_t *terminus, pn_terminus_t *src) {
  if (!terminus || !src) return PN_ARG_ERR;
  if (terminus == src) return PN_OK;
  pni_terminus_reset(terminus);
  struct pni_terminus_trees *trees = terminus->trees;
  *terminus = *src;
  terminus->address = NULL;
  terminus->trees = trees;
  TRY(pni_keep_string(&terminus->address, src->address));
  if (!src->trees) return PN_OK;
  return trees_of(terminus) ? (int)copy_trees(terminus->trees, src->trees) : PN_OUT_OF_MEMORY;
}

/* The wire. Policies and modes are symbols there. */

struct symbol {
  const char *name;
  uint8_t value;
};

static const struct symbol policies[] = {{"link-detach", PN_EXPIRE_WITH_LINK},
    {"session-end", PN_EXPIRE_WITH_SESSION}, {"connection-close", PN_EXPIRE_WITH_CONNECTION},
    {"never", PN_EXPIRE_NEVER}};

static const struct symbol modes[] = {{"copy", PN_DIST_MODE_COPY}, {"move", PN_DIST_MODE_MOVE}};

enum { POLICIES = sizeof policies / sizeof policies[0], MODES = sizeof modes / sizeof modes[0] };

static const struct symbol *symbol_named(const struct symbol *symbols, size_t count, pn_bytes_t name) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(symbols[i].name) == name.size && memcmp(symbols[i].name, name.start, name.size) == 0)
      return &symbols[i];
  }
  return NULL;
}

static pn_bytes_t name_of(const struct symbol *symbols, size_t count, uint8_t value) {
  for (size_t i = 0; i < count; i++) {
    if (symbols[i].value == value) return pn_bytes(strlen(symbols[i].name), symbols[i].name);
  }
  return pn_bytes(0, NULL);
}

static pni_status fail_field(struct pni_reader *reader, const char *type, const char *field) {
  reader->fault = (struct pni_fault){.what = "not one of the type's values", .type = type, .field = field};
  return PNI_BAD_ARGUMENT;
}

static pni_status out_of_memory(struct pni_reader *reader, pni_status status) {
  return status ? pni_reader_fail(reader, status, "no memory for it") : PNI_OK;
}

static pni_status keep_tree(pn_terminus_t *terminus, size_t which, pn_bytes_t encoded) {
  if (encoded.size == 0) return PNI_OK;
  if (!trees_of(terminus)) return PNI_NO_MEMORY;
  struct pni_tree *tree = (struct pni_tree *)(void *)((char *)terminus->trees + which);
  return pni_tree_keep(tree, encoded);
}

#define TREE(name) offsetof(struct pni_terminus_trees, name)

static pni_status keep_source(pn_terminus_t *terminus, const struct pni_source *source) {
  TRY(pni_keep_bytes(&terminus->address, source->address.start, source->address.size));
  TRY(keep_tree(terminus, TREE(properties), source->dynamic_node_properties));
  TRY(keep_tree(terminus, TREE(filter), source->filter));
  TRY(keep_tree(terminus, TREE(default_outcome), source->default_outcome));
  TRY(keep_tree(terminus, TREE(outcomes), source->outcomes));
  return keep_tree(terminus, TREE(capabilities), source->capabilities);
}

static pni_status read_source(pn_terminus_t *terminus, struct pni_reader *reader) {
  struct pni_source source;
  TRY(pni_source_decode(reader, &source));
  const struct symbol *policy = symbol_named(policies, POLICIES, source.expiry_policy);
  if (!policy) return fail_field(reader, "source", "expiry-policy");
  /* Other specifications may define more modes, which are no business of ours. [3.5.7] */
  const struct symbol *mode = symbol_named(modes, MODES, source.distribution_mode);
  terminus->type = PN_SOURCE;
  terminus->durability = (uint8_t)source.durable;
  terminus->expiry_policy = policy->value;
  terminus->has_expiry_policy = source.has.expiry_policy;
  terminus->timeout = source.timeout;
  terminus->dynamic = source.dynamic;
  terminus->distribution_mode = mode ? mode->value : PN_DIST_MODE_UNSPECIFIED;
  return out_of_memory(reader, keep_source(terminus, &source));
}

static pni_status keep_target(pn_terminus_t *terminus, const struct pni_target *target) {
  TRY(pni_keep_bytes(&terminus->address, target->address.start, target->address.size));
  TRY(keep_tree(terminus, TREE(properties), target->dynamic_node_properties));
  return keep_tree(terminus, TREE(capabilities), target->capabilities);
}

static pni_status read_target(pn_terminus_t *terminus, struct pni_reader *reader) {
  struct pni_target target;
  TRY(pni_target_decode(reader, &target));
  const struct symbol *policy = symbol_named(policies, POLICIES, target.expiry_policy);
  if (!policy) return fail_field(reader, "target", "expiry-policy");
  terminus->type = PN_TARGET;
  terminus->durability = (uint8_t)target.durable;
  terminus->expiry_policy = policy->value;
  terminus->has_expiry_policy = target.has.expiry_policy;
  terminus->timeout = target.timeout;
  terminus->dynamic = target.dynamic;
  return out_of_memory(reader, keep_target(terminus, &target));
}

static pni_status read_coordinator(pn_terminus_t *terminus, struct pni_reader *reader) {
  struct pni_coordinator coordinator;
  TRY(pni_coordinator_decode(reader, &coordinator));
  terminus->type = PN_COORDINATOR;
  return out_of_memory(reader, keep_tree(terminus, TREE(capabilities), coordinator.capabilities));
}

pni_status pni_terminus_read(pn_terminus_t *terminus, struct pni_reader *reader) {
  uint64_t code;
  pni_terminus_reset(terminus);
  if (pni_reader_left(reader) == 0) return PNI_OK;
  const uint8_t constructor = *reader->pos++;
  if (constructor == PNI_NULL) return PNI_OK;
  if (constructor != PNI_DESCRIPTOR) return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a terminus");
  TRY(pni_read_descriptor(reader, &code));
  switch (code) {
  case PNI_CODE_source: return read_source(terminus, reader);
  case PNI_CODE_target: return read_target(terminus, reader);
  case PNI_CODE_coordinator: return read_coordinator(terminus, reader);
  default: return pni_reader_fail(reader, PNI_BAD_ARGUMENT, "not a terminus");
  }
}

static pn_bytes_t address_of(const pn_terminus_t *terminus) {
  return terminus->address ? pn_bytes(strlen(terminus->address), terminus->address) : pn_bytes(0, NULL);
}

/* What has the default of its type is left out, as is what nobody has set. */
static void write_source(pn_terminus_t *terminus, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_terminus_trees *trees = terminus->trees;
  struct pni_source source = {.address = address_of(terminus),
      .durable = terminus->durability,
      .expiry_policy = name_of(policies, POLICIES, terminus->expiry_policy),
      .timeout = terminus->timeout,
      .dynamic = terminus->dynamic,
      .distribution_mode = name_of(modes, MODES, terminus->distribution_mode),
      .has = {.address = terminus->address != NULL,
          .durable = terminus->durability != PN_NONDURABLE,
          .expiry_policy = terminus->has_expiry_policy,
          .timeout = terminus->timeout != 0,
          .dynamic = terminus->dynamic,
          .distribution_mode = terminus->distribution_mode != PN_DIST_MODE_UNSPECIFIED}};
  if (trees) {
    source.dynamic_node_properties = pni_tree_put(&trees->properties, writer);
    source.filter = pni_tree_put(&trees->filter, writer);
    source.default_outcome = pni_tree_put(&trees->default_outcome, writer);
    source.outcomes = pni_tree_put_symbols(&trees->outcomes, writer);
    source.capabilities = pni_tree_put_symbols(&trees->capabilities, writer);
    source.has.dynamic_node_properties = source.dynamic_node_properties.size > 0;
    source.has.filter = source.filter.size > 0;
    source.has.default_outcome = source.default_outcome.size > 0;
    source.has.outcomes = source.outcomes.size > 0;
    source.has.capabilities = source.capabilities.size > 0;
  }
  const size_t from = writer->size;
  pni_source_encode(writer, &source);
  pni_write_over(writer, at, from);
}

static void write_target(pn_terminus_t *terminus, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_terminus_trees *trees = terminus->trees;
  struct pni_target target = {.address = address_of(terminus),
      .durable = terminus->durability,
      .expiry_policy = name_of(policies, POLICIES, terminus->expiry_policy),
      .timeout = terminus->timeout,
      .dynamic = terminus->dynamic,
      .has = {.address = terminus->address != NULL,
          .durable = terminus->durability != PN_NONDURABLE,
          .expiry_policy = terminus->has_expiry_policy,
          .timeout = terminus->timeout != 0,
          .dynamic = terminus->dynamic}};
  if (trees) {
    target.dynamic_node_properties = pni_tree_put(&trees->properties, writer);
    target.capabilities = pni_tree_put_symbols(&trees->capabilities, writer);
    target.has.dynamic_node_properties = target.dynamic_node_properties.size > 0;
    target.has.capabilities = target.capabilities.size > 0;
  }
  const size_t from = writer->size;
  pni_target_encode(writer, &target);
  pni_write_over(writer, at, from);
}

static void write_coordinator(pn_terminus_t *terminus, struct pni_writer *writer) {
  const size_t at = writer->size;
  struct pni_coordinator coordinator = {.has.capabilities = false};
  if (terminus->trees) {
    coordinator.capabilities = pni_tree_put_symbols(&terminus->trees->capabilities, writer);
    coordinator.has.capabilities = coordinator.capabilities.size > 0;
  }
  const size_t from = writer->size;
  pni_coordinator_encode(writer, &coordinator);
  pni_write_over(writer, at, from);
}

void pni_terminus_write(pn_terminus_t *terminus, struct pni_writer *writer) {
  switch (terminus->type) {
  case PN_SOURCE: write_source(terminus, writer); break;
  case PN_TARGET: write_target(terminus, writer); break;
  case PN_COORDINATOR: write_coordinator(terminus, writer); break;
  default: pni_write_null(writer);
  }
}
