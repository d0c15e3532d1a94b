/* process.c: the pair of processes, the channel between them, and the clocks.
 *
 * The channel is a pair of local sockets that carries two numbers to the client, the port and the count, and at the
 * end a close to the server. The client reads the server's CPU clock itself, so that measuring costs the server
 * nothing. */
#include "process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_RUN = 120 }; /* seconds; a benchmark that hangs ends */

struct reading {
  double seconds, client_cpu, server_cpu;
};

static long client_cpu = -1, server_cpu = -1;
static pid_t server;
static int channel;
static struct reading started, stopped;

void die(const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "%s: %s\n", program_invocation_short_name, text);
  _exit(1); /* other threads may be at work: nothing is torn down under them */
}

void die_errno(const char *what) { die("%s: %s", what, strerrordesc_np(errno)); }

static void set_number(const struct option_number *number, const char *text) {
  char *end;
  errno = 0;
  const long value = strtol(text, &end, 10);
  if (errno || end == text || *end || value < number->least || value > number->most) {
    fprintf(stderr, "%s: --%s takes a number from %ld to %ld, not '%s'\n", program_invocation_short_name,
        number->name, number->least, number->most, text);
    exit(2);
  }
  *number->value = value;
}

static _Noreturn void usage(const struct option_number *const lists[], const int counts[]) {
  fprintf(stderr, "usage: %s [--name N]...\n", program_invocation_short_name);
  for (int list = 0; list < 2; list++) {
    for (int i = 0; i < counts[list]; i++) {
      const struct option_number *number = &lists[list][i];
      fprintf(stderr, "  --%-12s %s (%ld)\n", number->name, number->what, *number->value);
    }
  }
  exit(2);
}

void options_read(int argc, char **argv, const struct option_number *numbers, int count) {
  static const struct option_number common[] = {
      {"client-cpu", &client_cpu, -1, CPU_SETSIZE - 1, "CPU to bind the client to, -1: none"},
      {"server-cpu", &server_cpu, -1, CPU_SETSIZE - 1, "CPU to bind the server to, -1: none"},
  };
  const struct option_number *const lists[] = {numbers, common};
  const int counts[] = {count, sizeof common / sizeof *common};
  for (int arg = 1; arg < argc; arg += 2) {
    const struct option_number *found = NULL;
    for (int list = 0; list < 2 && strncmp(argv[arg], "--", 2) == 0; list++) {
      for (int i = 0; i < counts[list]; i++) {
        if (strcmp(argv[arg] + 2, lists[list][i].name) == 0) found = &lists[list][i];
      }
    }
    if (!found || arg + 1 == argc) {
      fprintf(stderr, found ? "%s: %s lacks its number\n" : "%s: there is no option %s\n",
          program_invocation_short_name, argv[arg]);
      usage(lists, counts);
    }
    set_number(found, argv[arg + 1]);
  }
}

static void bind_to_cpu(long cpu) {
  cpu_set_t set;
  if (cpu < 0) return;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die_errno("binding to a CPU");
}

static void tell(uint64_t number) {
  if (write(channel, &number, sizeof number) != sizeof number) die_errno("telling the client");
}

static uint64_t hear(const char *what) {
  uint64_t number;
  if (read(channel, &number, sizeof number) != sizeof number) die("the server ended before %s", what);
  return number;
}

uint16_t server_start(void (*serve)(void)) {
  const struct rlimit none = {0, 0};
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) die_errno("socketpair");
  signal(SIGPIPE, SIG_IGN);
  setrlimit(RLIMIT_CORE, &none);
  alarm(LONGEST_RUN);
  server = fork();
  if (server < 0) die_errno("fork");
  channel = ends[server ? 0 : 1];
  close(ends[server ? 1 : 0]);
  bind_to_cpu(server ? client_cpu : server_cpu);
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LONGEST_RUN); /* a child does not inherit it */
    serve();
    exit(0);
  }
  return (uint16_t)hear("it listened");
}

void server_ready(uint16_t port) { tell(port); }

void server_counted(uint64_t count) {
  char end;
  tell(count);
  if (read(channel, &end, 1) != 0) die_errno("waiting for the client");
}

void server_check(uint64_t expected) {
  const uint64_t count = hear("it had counted");
  if (count != expected) {
    die("%llu were sent, and %llu arrived", (unsigned long long)expected, (unsigned long long)count);
  }
}

void server_join(void) {
  int status;
  close(channel);
  if (waitpid(server, &status, 0) != server) die_errno("waitpid");
  if (!WIFEXITED(status) || WEXITSTATUS(status)) die("the server ended with status 0x%x", (unsigned)status);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) die_errno("clock_gettime");
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct reading read_clocks(void) {
  clockid_t clock;
  if (clock_getcpuclockid(server, &clock) != 0) die("the server has no CPU clock: it has ended");
  return (struct reading){seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID), seconds(clock)};
}

void meter_start(void) { started = read_clocks(); }

void meter_stop(void) { stopped = read_clocks(); }

void meter_print(long turns) {
  printf("turns %ld\nseconds %.9f\nclient_cpu_seconds %.9f\nserver_cpu_seconds %.9f\n", turns,
      stopped.seconds - started.seconds, stopped.client_cpu - started.client_cpu,
      stopped.server_cpu - started.server_cpu);
}

static int compare(const void *left, const void *right) {
  const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

void latency_print(uint32_t *latencies, long count) {
  qsort(latencies, (size_t)count, sizeof *latencies, compare);
  const uint32_t median = latencies[count / 2], high = latencies[count * 99 / 100];
  printf("median_seconds %.9f\npercentile_99_seconds %.9f\n", median * 1e-9, high * 1e-9);
}

static long resident_of(pid_t pid) {
  char name[64], line[128], *rest = line;
  snprintf(name, sizeof name, "/proc/%ld/statm", (long)pid);
  FILE *file = fopen(name, "re");
  if (!file || !fgets(line, sizeof line, file)) die_errno(name);
  fclose(file);
  strtol(line, &rest, 10); /* pages in all; the second number is those that are resident */
  return strtol(rest, NULL, 10) * sysconf(_SC_PAGESIZE);
}

void resident_octets(long *client_octets, long *server_octets) {
  *client_octets = resident_of(getpid());
  *server_octets = resident_of(server);
}

uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}
