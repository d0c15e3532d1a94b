/* exec.c: a command of the shell as a filter: written to and read from as it is ready, so that neither side waits for the other,
 * and not beyond its time. */
#include "cli/exec.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <proton/proactor.h>
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
  (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
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

static uint64_t now(void) { return (uint64_t)pn_proactor_now_64(); }

/* Milliseconds until then, for poll(); -1: for ever. */
static int left(uint64_t deadline) {
  const uint64_t time = deadline ? now() : 0;
  if (!deadline) return -1;
  return deadline <= time ? 0 : deadline - time > INT_MAX ? INT_MAX : (int)(deadline - time);
}

/* @return  false: the time was over before it had written all */
static bool converse(int to, int from, uint64_t deadline, const char *input, size_t input_size, char **output,
    size_t *output_size) {
  size_t written = 0, room = 0;
  bool more = true, late = false;
  (void)fcntl(to, F_SETFL, O_NONBLOCK);
  while (more && !(late = left(deadline) == 0)) {
    if (to >= 0 && written == input_size) {
      (void)close(to);
      to = -1;
    }
    struct pollfd fds[] = {{.fd = from, .events = POLLIN}, {.fd = to, .events = POLLOUT}};
    if (poll(fds, 2, left(deadline)) < 0) continue;
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
  return !late;
}

/* Until it has ended; if that takes too long, it is killed. @return  false: it was */
static bool await(pid_t pid, uint64_t deadline, bool late, int *status) {
  enum { PAUSE = 5 };
  pid_t ended = 0;
  while (!late && ended != pid) {
    ended = waitpid(pid, status, deadline ? WNOHANG : 0);
    if (ended == pid || (ended < 0 && errno != EINTR)) return true;
    late = left(deadline) == 0;
    if (deadline && !late) (void)poll(NULL, 0, PAUSE); /* it has closed its output, and is still there */
  }
  (void)kill(-pid, SIGKILL);
  while (waitpid(pid, status, 0) < 0 && errno == EINTR) continue;
  return false;
}

int exec_filter(const char *command, uint64_t most, const char *input, size_t input_size, char **output,
    size_t *output_size) {
  const uint64_t deadline = most ? now() + most : 0;
  int in[2], out[2], status = 0;
  *output = NULL;
  *output_size = 0;
  if (pipe2(in, O_CLOEXEC) != 0) return EXEC_IMPOSSIBLE;
  if (pipe2(out, O_CLOEXEC) != 0) {
    (void)close(in[0]);
    (void)close(in[1]);
    return EXEC_IMPOSSIBLE;
  }
  const pid_t pid = start(command, in[0], out[1]);
  const int error = errno;
  (void)close(in[0]);
  (void)close(out[1]);
  if (pid < 0) {
    (void)close(in[1]);
    (void)close(out[0]);
    errno = error;
    return EXEC_IMPOSSIBLE;
  }
  const bool in_time = converse(in[1], out[0], deadline, input, input_size, output, output_size);
  if (!await(pid, deadline, !in_time, &status)) return EXEC_LATE;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
