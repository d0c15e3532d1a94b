/* data.c: fuzz target of value trees: any octets decoded, one value after the other, into one tree. A tree takes what the
 * reader takes, however it comes to it, and refuses the rest with the same status, unless it has no room. */
#include "check.h"
#include "tree.h"
#include "wire/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* All values up to the first that is refused, which leaves the tree as it was. */
static void decode(pn_data_t *tree, const char *bytes, size_t size) {
  while (size > 0) {
    const size_t values = pn_data_size(tree);
    const ssize_t taken = pn_data_decode(tree, bytes, size);
    struct pni_reader reader = pni_reader(bytes, size);
    pn_bytes_t value;
    const pni_status status = pni_read_value(&reader, &value);
    CHECK(taken == PN_OUT_OF_MEMORY || taken == (status ? (ssize_t)status : (ssize_t)value.size));
    if (taken < 0) {
      CHECK(taken == PN_UNDERFLOW || taken == PN_ARG_ERR || taken == PN_OUT_OF_MEMORY);
      CHECK(pn_data_errno(tree) == taken && pn_error_text(pn_data_error(tree))[0] != '\0');
      CHECK(pn_data_size(tree) == values);
      return;
    }
    CHECK(taken > 0 && (size_t)taken <= size && pn_data_size(tree) > values);
    bytes += taken;
    size -= (size_t)taken;
  }
}

/* A tree with limits takes less, and works with what it took. */
static void decode_limited(const char *bytes, size_t size) {
  enum { NODES = 5, OCTETS = 16 };
  pn_data_t *const tree = pn_data(0);
  CHECK(tree);
  pn_data_set_decode_limits(tree, NODES, OCTETS);
  decode(tree, bytes, size);
  CHECK(pn_data_size(tree) <= NODES);
  tree_check(tree);
  pn_data_free(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  pn_data_t *const tree = pn_data(0);
  CHECK(tree);
  decode(tree, (const char *)bytes, size);
  tree_check(tree);
  pn_data_free(tree);
  decode_limited((const char *)bytes, size);
  return 0;
}
