/* exec.c: a command of the shell as a filter: written to and read from as it is ready, so that neither side waits for the other. */
#include "cli/exec.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static pid_t start(const char *command, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  pid_t pid;
  char shell[] = "sh", option[] = "-c";
  char *const arguments[] = {shell, option, (char *)(uintptr_t)command, NULL}; /* nobody changes it */
  (void)posix_spawn_file_actions_init(&actions);
  (void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  (void)posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  (void)posix_spawnattr_init(&attributes);
  (void)sigemptyset(&defaults);
  (void)sigaddset(&defaults, SIGPIPE); /* which this program ignores */
  (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  (void)posix_spawnattr_destroy(&attributes);
  errno = error;
  return error ? -1 : pid;
}

/* Read what there is. @return  false: that was all, or too much, or there is no memory */
static bool take(int fd, char **output, size_t *size, size_t *room) {
  if (*room - *size < CHUNK) {
    const size_t larger_room = *room * 2 + CHUNK;
    char *const larger = *size < EXEC_OUTPUT_MOST ? realloc(*output, larger_room) : NULL;
    if (!larger) return false;
    *output = larger;
    *room = larger_room;
  }
  const ssize_t got = read(fd, *output + *size, CHUNK);
  if (got > 0) *size += (size_t)got;
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

static void converse(
    int to, int from, const char *input, size_t input_size, char **output, size_t *output_size) {
  size_t written = 0, room = 0;
  bool more = true;
  (void)fcntl(to, F_SETFL, O_NONBLOCK);
  while (more) {
    if (to >= 0 && written == input_size) {
      (void)close(to);
      to = -1;
    }
    struct pollfd fds[] = {{.fd = from, .events = POLLIN}, {.fd = to, .events = POLLOUT}};
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[1].revents) {
      const ssize_t wrote = write(to, input + written, input_size - written);
      if (wrote > 0) {
        written += (size_t)wrote;
      } else if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
        written = input_size; /* it does not want to know more */
      }
    }
    if (fds[0].revents) more = take(from, output, output_size, &room);
  }
  if (to >= 0) (void)close(to);
  (void)close(from);
}

int exec_filter(
    const char *command, const char *input, size_t input_size, char **output, size_t *output_size) {
  int in[2], out[2], status = 0;
  *output = NULL;
  *output_size = 0;
  if (pipe2(in, O_CLOEXEC) != 0) return -1;
  if (pipe2(out, O_CLOEXEC) != 0) {
    (void)close(in[0]);
    (void)close(in[1]);
    return -1;
  }
  const pid_t pid = start(command, in[0], out[1]);
  const int error = errno;
  (void)close(in[0]);
  (void)close(out[1]);
  if (pid < 0) {
    (void)close(in[1]);
    (void)close(out[0]);
    errno = error;
    return -1;
  }
  converse(in[1], out[0], input, input_size, output, output_size);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
