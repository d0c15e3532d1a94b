/* lines.c: a reader in a thread, and a queue of bounded size between it and whoever takes the lines.
 *
 * The reader waits for input and for being stopped by poll, so that a terminal that nobody types at does not keep the
 * command from ending. Everything but the pipe and the file is under the lock. */
#include "cli/lines.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUEUE = 1024, CHUNK = 65536, MOST_OCTETS = 16 << 20 };

struct line {
  char *text;
  size_t size;
};

struct lines {
  int fd;
  int stop[2]; /* a pipe: whoever stops closes the second end */
  void (*notify)(void *context);
  void *context;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t room;
  struct line queue[QUEUE];
  size_t first, count, octets;
  bool waited;  /* somebody has found it empty */
  bool stopped; /* nobody takes lines any more */
  bool ended;
  int error; /* why it ended, 0 for the end of the file */
};

/* One more line. @return  false: stopped */
static bool push(struct lines *lines, const char *text, size_t size) {
  char *const copy = malloc(size + 1);
  bool notify = false, pushed = false;
  pthread_mutex_lock(&lines->mutex);
  while (!lines->stopped && (lines->count == QUEUE || (lines->count && lines->octets + size > MOST_OCTETS))) {
    pthread_cond_wait(&lines->room, &lines->mutex);
  }
  if (!copy) {
    lines->error = ENOMEM;
  } else if (!lines->stopped) {
    if (size) memcpy(copy, text, size);
    copy[size] = 0;
    lines->queue[(lines->first + lines->count++) % QUEUE] = (struct line){copy, size};
    lines->octets += size;
    notify = lines->waited;
    lines->waited = false;
    pushed = true;
  }
  pthread_mutex_unlock(&lines->mutex);
  if (!pushed) free(copy);
  if (notify) lines->notify(lines->context);
  return pushed;
}

static bool readable(struct lines *lines) {
  struct pollfd fds[] = {{.fd = lines->fd, .events = POLLIN}, {.fd = lines->stop[0], .events = POLLIN}};
  while (poll(fds, 2, -1) < 0) {
    if (errno != EINTR) return true; /* read will say what is wrong */
  }
  return !fds[1].revents;
}

/* Lines that are complete go out; what is left moves to the front. @return  false: stopped */
static bool split(struct lines *lines, char *text, size_t *size, size_t fresh) {
  char *from = text;
  char *end = memchr(text + *size - fresh, '\n', fresh);
  while (end) {
    if (!push(lines, from, (size_t)(end - from))) return false;
    from = end + 1;
    end = memchr(from, '\n', *size - (size_t)(from - text));
  }
  *size -= (size_t)(from - text);
  memmove(text, from, *size);
  return true;
}

static int read_all(struct lines *lines) {
  char *text = NULL;
  size_t size = 0, room = 0;
  int error = 0;
  while (readable(lines)) {
    if (room - size < CHUNK) {
      char *const larger = realloc(text, room + CHUNK + room / 2);
      if (!larger) {
        error = ENOMEM;
        break;
      }
      text = larger;
      room += CHUNK + room / 2;
    }
    const ssize_t got = read(lines->fd, text + size, CHUNK);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) error = errno;
    if (got == 0 && size > 0) (void)push(lines, text, size); /* the last line needs no end */
    if (got <= 0) break;
    size += (size_t)got;
    if (!split(lines, text, &size, (size_t)got)) break;
  }
  free(text);
  return error;
}

static void *run(void *context) {
  struct lines *const lines = context;
  const int error = read_all(lines);
  pthread_mutex_lock(&lines->mutex);
  lines->ended = true;
  if (error) lines->error = error;
  const bool notify = !lines->stopped;
  pthread_mutex_unlock(&lines->mutex);
  if (notify) lines->notify(lines->context);
  return NULL;
}

struct lines *lines_begin(int fd, void (*notify)(void *context), void *context) {
  struct lines *const lines = calloc(1, sizeof *lines);
  if (!lines) return NULL;
  lines->fd = fd;
  lines->notify = notify;
  lines->context = context;
  if (pipe(lines->stop) != 0) { /* NOLINT: no program is started while this one sends */
    free(lines);
    return NULL;
  }
  (void)pthread_mutex_init(&lines->mutex, NULL);
  (void)pthread_cond_init(&lines->room, NULL);
  const int error = pthread_create(&lines->thread, NULL, run, lines);
  if (error == 0) return lines;
  (void)close(lines->stop[0]);
  (void)close(lines->stop[1]);
  free(lines);
  errno = error;
  return NULL;
}

enum lines_result lines_next(struct lines *lines, char **text, size_t *size) {
  enum lines_result result = LINES_ONE;
  pthread_mutex_lock(&lines->mutex);
  if (lines->count) {
    const struct line line = lines->queue[lines->first];
    lines->first = (lines->first + 1) % QUEUE;
    lines->count--;
    lines->octets -= line.size;
    *text = line.text;
    *size = line.size;
    pthread_cond_signal(&lines->room);
  } else if (lines->ended) {
    result = lines->error ? LINES_FAILED : LINES_END;
    errno = lines->error;
  } else {
    lines->waited = true;
    result = LINES_WAIT;
  }
  pthread_mutex_unlock(&lines->mutex);
  return result;
}

void lines_end(struct lines *lines) {
  if (!lines) return;
  pthread_mutex_lock(&lines->mutex);
  lines->stopped = true;
  pthread_cond_signal(&lines->room);
  pthread_mutex_unlock(&lines->mutex);
  (void)close(lines->stop[1]);
  (void)pthread_join(lines->thread, NULL);
  (void)close(lines->stop[0]);
  for (; lines->count; lines->count--) {
    free(lines->queue[lines->first].text);
    lines->first = (lines->first + 1) % QUEUE;
  }
  (void)pthread_cond_destroy(&lines->room);
  (void)pthread_mutex_destroy(&lines->mutex);
  free(lines);
}
