/* replay.c: runs a fuzz target on the files of one folder, for tests and for looking at one input in a debugger.
 *
 *   replay_wire FOLDER|FILE...
 *
 * Each input is handed over in memory of just its size, so that a sanitizer sees a read beyond it. An empty corpus is a
 * failure. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static _Noreturn void fail(const char *path) {
  perror(path);
  exit(1);
}

static void replay_file(const char *path, const struct stat *info) {
  const size_t size = (size_t)info->st_size;
  uint8_t *bytes = malloc(size);
  FILE *file = fopen(path, "rb");
  if ((bytes == NULL && size > 0) || file == NULL || fread(bytes, 1, size, file) != size) fail(path);
  (void)fclose(file);
  (void)LLVMFuzzerTestOneInput(bytes, size);
  free(bytes);
}

/* How many files were run. */
static size_t replay(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) fail(path);
  if (!S_ISDIR(info.st_mode)) {
    replay_file(path, &info);
    return 1;
  }

  struct dirent **entries;
  const int entry_count = scandir(path, &entries, NULL, alphasort);
  size_t run = 0;
  if (entry_count < 0) fail(path);
  for (int i = 0; i < entry_count; i++) {
    char file[4096];
    const int length = snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
    if (length < 0 || (size_t)length >= sizeof(file) || stat(file, &info) != 0) fail(path);
    if (S_ISREG(info.st_mode)) {
      replay_file(file, &info);
      run++;
    }
    free(entries[i]);
  }
  free(entries);
  return run;
}

int main(int argc, char **argv) {
  size_t run = 0;
  for (int i = 1; i < argc; i++) run += replay(argv[i]);
  printf("%zu inputs\n", run);
  return run > 0 ? 0 : 1;
}
