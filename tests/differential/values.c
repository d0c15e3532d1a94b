/* values.c: generated values and messages as bytes and as text, to be compared between libraries by compare.py.
 *
 *   values emit SEED VALUES MESSAGES FILE    write encodings to FILE, what was encoded to standard output
 *   values read FILE                         decode FILE's records and write what they are to standard output
 *   values mutate SEED COUNT FROM FILE       write COUNT damaged copies of FROM's records to FILE
 *
 * A record is a kind (V value, M message), four bytes of length in network order, and the encoding. Reading happens in
 * child processes: where the library aborts or hangs, the record is reported as dead and the next child goes on after it. */
#include "canonical.h"
#include "generate.h"

#include <arpa/inet.h>
#include <proton/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGEST = 64 << 20, SECONDS = 20, PREFIX_LIMIT = 120 };

struct record {
  char kind;
  uint32_t size;
  char *bytes; /* exactly that long, so that reading beyond it shows under a sanitizer */
};

static void stop(const char *what) {
  perror(what);
  exit(2);
}

static FILE *open_file(const char *name, const char *mode) {
  FILE *file = fopen(name, mode);
  if (!file) stop(name);
  return file;
}

static void write_record(FILE *file, char kind, const char *bytes, size_t size) {
  uint32_t length = htonl((uint32_t)size);
  if (fputc(kind, file) == EOF || fwrite(&length, 4, 1, file) != 1 || fwrite(bytes, 1, size, file) != size)
    stop("write");
}

static struct record *read_records(const char *name, unsigned *count) {
  FILE *file = open_file(name, "rb");
  struct record *records = NULL;
  int kind;
  for (*count = 0; (kind = fgetc(file)) != EOF; ++*count) {
    uint32_t size;
    if (fread(&size, 4, 1, file) != 1 || (size = ntohl(size)) > LARGEST) stop(name);
    records = realloc(records, (*count + 1) * sizeof *records);
    char *bytes = malloc(size);
    if (!records || (size && !bytes) || fread(bytes, 1, size, file) != size) stop(name);
    records[*count] = (struct record){(char)kind, size, bytes};
  }
  fclose(file);
  return records;
}

static void free_records(struct record *records, unsigned count) {
  for (unsigned i = 0; i < count; i++) free(records[i].bytes);
  free(records);
}

/* The library's own text of a tree, in a buffer that grows until it fits. */
static void add_format(struct text *text, pn_data_t *data) {
  size_t room = 256;
  for (char *chars = NULL;; room *= 2) {
    chars = realloc(chars, room);
    if (!chars) stop("realloc");
    size_t size = room;
    int error = pn_data_format(data, chars, &size);
    if (error != PN_OVERFLOW) {
      if (error)
        text_add(text, "\nformat: error %d", error);
      else
        text_add(text, "\nformat: %.*s", (int)size, chars);
      free(chars);
      return;
    }
  }
}

static void emit_value(FILE *file, struct random *random, unsigned index, struct text *text) {
  pn_data_t *data = pn_data(0);
  int error = generate_value(random, data, index);
  if (error) text_add(text, "put failed %d\n", error);
  canonical_data(text, data);
  add_format(text, data);
  ssize_t size = pn_data_encoded_size(data);
  char *bytes = malloc(size > 0 ? (size_t)size : 1);
  if (!bytes) stop("malloc");
  if (size > 0 && pn_data_encode(data, bytes, (size_t)size - 1) != PN_OVERFLOW)
    text_add(text, "\nno overflow one byte short");
  if (size < 0 || pn_data_encode(data, bytes, (size_t)size) != size)
    text_add(text, "\ncannot encode: size %zd, error %d", size, pn_data_errno(data));
  else
    write_record(file, 'V', bytes, (size_t)size);
  free(bytes);
  pn_data_free(data);
}

static void emit_message(FILE *file, struct random *random, unsigned index, struct text *text) {
  pn_message_t *message = pn_message();
  int error = generate_message(random, message, index);
  /* Encoded before anybody looks: in Proton 0.37, rewinding the tree of an id loses the id. */
  pn_rwbytes_t growing = {0, NULL};
  ssize_t size = pn_message_encode2(message, &growing);
  size_t room = size > 0 ? (size_t)size : 0, less = room - 1;
  char *bytes = malloc(room ? room : 1);
  if (!bytes) stop("malloc");
  int short_error = room ? pn_message_encode(message, bytes, &less) : PN_OVERFLOW;
  pn_error_clear(pn_message_error(message));
  int exact_error = pn_message_encode(message, bytes, &room);
  canonical_message(text, message);
  if (error) text_add(text, "\nset failed %d", error);
  if (short_error != PN_OVERFLOW) text_add(text, "\none byte short: %d", short_error);
  if (size < 0 || exact_error || room != (size_t)size || memcmp(bytes, growing.start, room) != 0)
    text_add(text, "\ncannot encode: size %zd, exact %d, %zu, error %d", size, exact_error, room,
        pn_message_errno(message));
  else
    write_record(file, 'M', bytes, room);
  free(growing.start);
  free(bytes);
  pn_message_free(message);
}

static void print_block(unsigned index, char kind, struct text *text) {
  if (printf("#%u %c %s\n", index, kind, text->chars ? text->chars : "") < 0) stop("standard output");
  text_clear(text);
}

static int emit(uint64_t seed, unsigned values, unsigned messages, const char *name) {
  FILE *file = open_file(name, "wb");
  struct text text = {0};
  values += generate_fixed_count();
  for (unsigned i = 0; i < values + messages; i++) {
    struct random random = {seed * 1000003 + i};
    if (i < values)
      emit_value(file, &random, i, &text);
    else
      emit_message(file, &random, i - values, &text);
    print_block(i, i < values ? 'V' : 'M', &text);
  }
  text_free(&text);
  if (fclose(file)) stop(name);
  return 0;
}

static ssize_t decode(pn_data_t *data, pn_message_t *message, const struct record *record, size_t size) {
  char *copy = malloc(size ? size : 1);
  if (!copy) stop("malloc");
  memcpy(copy, record->bytes, size);
  ssize_t result = record->kind == 'V' ? pn_data_decode(data, copy, size)
                                       : (ssize_t)pn_message_decode(message, copy, size);
  memset(copy, 0xee, size); /* nothing may point here any more */
  free(copy);
  return result;
}

/* How every beginning of a short record is refused: code and count, in the order of their first appearance. */
static void add_prefixes(
    struct text *text, const struct record *record, pn_data_t *data, pn_message_t *message) {
  struct {
    ssize_t code;
    unsigned count;
  } seen[16];
  unsigned kinds = 0;
  for (size_t size = record->kind == 'M'; size < record->size;
       size++) { /* Proton asserts on an empty message */
    if (data) pn_data_clear(data);
    if (message) pn_message_clear(message);
    ssize_t code = decode(data, message, record, size);
    unsigned i = 0;
    while (i < kinds && seen[i].code != code) i++;
    if (i == kinds && kinds < 16) seen[kinds].code = code, seen[kinds++].count = 0;
    if (i < 16) seen[i].count++;
  }
  text_add(text, "\nprefixes:");
  for (unsigned i = 0; i < kinds; i++) text_add(text, " %zd x %u", seen[i].code, seen[i].count);
}

static void read_one(const struct record *record, struct text *text) {
  pn_data_t *data = record->kind == 'V' ? pn_data(0) : NULL;
  pn_message_t *message = record->kind == 'M' ? pn_message() : NULL;
  ssize_t result = decode(data, message, record, record->size);
  bool accepted = record->kind == 'V' ? result >= 0 : result == 0;
  text_add(text, accepted ? "ok " : "refused ");
  text_add(text, "%zd\n", result);
  if (accepted && record->kind == 'V') {
    canonical_data(text, data);
    add_format(text, data);
  } else if (accepted) {
    canonical_message(text, message);
  } else {
    const char *why = pn_error_text(record->kind == 'V' ? pn_data_error(data) : pn_message_error(message));
    text_add(text, "why: %s", why ? why : "(no text)");
  }
  if (accepted && record->size <= PREFIX_LIMIT) add_prefixes(text, record, data, message);
  if (data) pn_data_free(data);
  if (message) pn_message_free(message);
}

/* A sanitizer reserves more addresses than any limit would leave. GCC and clang say in different ways that there is one. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { SANITIZED = 1 };
#elif defined __has_feature
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1 };
#  else
enum { SANITIZED = 0 };
#  endif
#else
enum { SANITIZED = 0 };
#endif

static void limit_child(void) {
  struct rlimit none = {0, 0}, memory = {1 << 30, 1 << 30};
  setrlimit(RLIMIT_CORE, &none);
  if (!SANITIZED) setrlimit(RLIMIT_AS, &memory);
}

static int read_all(const char *name) {
  unsigned count;
  struct record *records = read_records(name, &count);
  volatile unsigned *done =
      mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (done == MAP_FAILED) stop("mmap");
  struct text text = {0};
  for (*done = 0; *done < count;) {
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) stop("fork");
    if (!child) {
      limit_child();
      for (unsigned i = *done; i < count; i++) {
        alarm(SECONDS);
        read_one(&records[i], &text);
        print_block(i, records[i].kind, &text);
        fflush(stdout);
        *done = i + 1;
      }
      exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child) stop("waitpid");
    if (!status) break;
    text_add(&text, "died of %s %d", WIFSIGNALED(status) ? "signal" : "status",
        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    print_block(*done, records[*done].kind, &text);
    ++*done;
  }
  text_free(&text);
  free_records(records, count);
  return 0;
}

/* One damage: a bit, a byte from a list of interesting ones, a length, a cut, a piece moved. */
static uint32_t damage(struct random *random, char *bytes, uint32_t size, uint32_t room) {
  static const unsigned char TELLING[] = {0, 1, 2, 0x40, 0x41, 0x43, 0x45, 0x50, 0x52, 0x53, 0x54, 0x56, 0x70,
      0x71, 0x73, 0x7f, 0x80, 0x98, 0xa0, 0xa1, 0xa3, 0xb0, 0xb1, 0xb3, 0xc0, 0xc1, 0xd0, 0xd1, 0xe0, 0xf0,
      0xfe, 0xff};
  if (!size) return size;
  uint32_t at = random_below(random, random_chance(random, 50) && size > 16 ? 16 : size);
  switch (random_below(random, 7)) {
  case 0: bytes[at] = (char)(bytes[at] ^ (1 << random_below(random, 8))); return size;
  case 1:
  case 2: bytes[at] = (char)TELLING[random_below(random, sizeof TELLING)]; return size;
  case 3: bytes[at] = (char)(bytes[at] + (int)random_below(random, 5) - 2); return size;
  case 4: return at;
  case 5:
    for (uint32_t i = at; i < at + 4 && i < size; i++) bytes[i] = random_chance(random, 50) ? (char)0xff : 0;
    return size;
  default: {
    uint32_t length = 1 + random_below(random, 8);
    if (at + length > size || size + length > room) return size;
    memmove(bytes + at + length, bytes + at, size - at); /* repeats the piece */
    return size + length;
  }
  }
}

static int mutate(uint64_t seed, unsigned wanted, const char *from, const char *name) {
  unsigned count;
  struct record *records = read_records(from, &count);
  FILE *file = open_file(name, "wb");
  struct random random = {seed};
  for (unsigned i = 0; count && i < wanted; i++) {
    const struct record *record = &records[random_below(&random, count)];
    if (record->size > 2000) continue;
    uint32_t room = record->size + 64, size = record->size;
    char *bytes = malloc(room);
    if (!bytes) stop("malloc");
    memcpy(bytes, record->bytes, size);
    for (unsigned times = 1 + random_below(&random, 3); times--;) size = damage(&random, bytes, size, room);
    if (size) write_record(file, record->kind, bytes, size);
    free(bytes);
  }
  free_records(records, count);
  if (fclose(file)) stop(name);
  return 0;
}

static unsigned number(const char *text) { return (unsigned)strtoul(text, NULL, 10); }

int main(int argc, char **argv) {
  if (argc == 6 && !strcmp(argv[1], "emit"))
    return emit(strtoull(argv[2], NULL, 10), number(argv[3]), number(argv[4]), argv[5]);
  if (argc == 3 && !strcmp(argv[1], "read")) return read_all(argv[2]);
  if (argc == 6 && !strcmp(argv[1], "mutate"))
    return mutate(strtoull(argv[2], NULL, 10), number(argv[3]), argv[4], argv[5]);
  fprintf(stderr, "usage: %s emit SEED VALUES MESSAGES FILE | read FILE | mutate SEED COUNT FROM FILE\n",
      argv[0]);
  return 2;
}
