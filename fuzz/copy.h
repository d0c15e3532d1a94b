/* copy.h: encoded values taken apart by the walker and written again, for fuzz targets and mutators. */
#ifndef BARYON_FUZZ_COPY_H
#define BARYON_FUZZ_COPY_H

#include "wire/reader.h"
#include "wire/writer.h"
#include <stdbool.h>

/* A scalar to be written in the place of another. */
struct fuzz_swap {
  size_t place;   /* how many scalars come before it; counts down */
  pn_atom_t atom; /* of any type; in an array it is written in the elements' encoding */
};

/* Write the value that the reader is at once more, in the smallest encoding, with a scalar swapped unless `swap` is NULL.
 * Elements of arrays keep their constructor. The reader is behind the value then. False if it is malformed. */
bool fuzz_copy(struct pni_reader *reader, struct pni_writer *writer, struct fuzz_swap *swap);

/* Whether two well-formed values are the same, whatever their encodings. */
bool fuzz_same(pn_bytes_t one, pn_bytes_t other);

#endif
