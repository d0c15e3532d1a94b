/* proxied.c: see proxied.h. */
#include "proxied.h"

#include "process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t proxy;

static _Noreturn void be_proxy(const char *command, uint16_t target, int output) {
  char text[16];
  snprintf(text, sizeof text, "%u", target);
  setenv("TARGET", text, 1); /* NOLINT(concurrency-mt-unsafe): the child has one thread */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(output, STDOUT_FILENO);
  execl("/bin/sh", "sh", "-c", command, (char *)NULL);
  _exit(127);
}

uint16_t proxy_start(uint16_t target) {
  const char *command = getenv("BENCH_PROXY"); /* NOLINT(concurrency-mt-unsafe): nobody changes it */
  static const char listens[] = "listening on 127.0.0.1:";
  int output[2];
  char line[64];
  if (!command) die("the environment has no BENCH_PROXY");
  if (pipe(output) != 0) die_errno("pipe");
  proxy = fork();
  if (proxy == 0) be_proxy(command, target, output[1]);
  close(output[1]);
  FILE *file = fdopen(output[0], "r");
  if (!file || !fgets(line, sizeof line, file) || strncmp(line, listens, sizeof listens - 1) != 0)
    die("the proxy does not listen");
  return (uint16_t)strtoul(line + sizeof listens - 1, NULL, 10); /* its output stays open */
}

double proxy_cpu(void) {
  struct timespec now;
  clockid_t clock;
  if (clock_getcpuclockid(proxy, &clock) != 0 || clock_gettime(clock, &now) != 0) die("the proxy has ended");
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void proxy_stop(void) {
  kill(proxy, SIGKILL);
  waitpid(proxy, NULL, 0);
}
