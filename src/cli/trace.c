/* trace.c: `baryon trace`: captured bytes as frames with the names of their fields. */
#include "cli/capture.h"
#include "cli/command.h"
#include "cli/compose.h"
#include "cli/terminal.h"
#include <baryon/frame.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct trace_settings {
  const char *file;
  uint64_t width;
};

/* What one side has sent, from the first frame that is not whole. */
struct stream {
  char *bytes;
  size_t size, room;
  uint64_t offset; /* of bytes in all that it has sent */
  bool lost;       /* it cannot be told where frames begin */
};

struct trace {
  struct stream streams[DIRECTION_COUNT];
  char *text;
  size_t width;
  bool damaged;
};

static const char *const arrows[] = {"", "-> ", "<- "};
static const enum colour colours[] = {COLOUR_NONE, COLOUR_GREEN, COLOUR_BLUE};

static void print_frame(const struct trace *trace, enum direction direction, uint64_t offset) {
  printf("%08" PRIx64 "  %s%s%s%s\n", offset, terminal_colour(stdout, colours[direction]), arrows[direction],
      trace->text, terminal_colour(stdout, COLOUR_NONE));
}

static void print_damage(struct trace *trace, enum direction direction, uint64_t frame, size_t fault) {
  trace->damaged = true;
  printf("%08" PRIx64 "  %s%s!! damaged: %s%s\n", frame, terminal_colour(stdout, COLOUR_RED),
      arrows[direction], trace->text, terminal_colour(stdout, COLOUR_NONE));
  (void)fflush(stdout);
  complain("%soctet %" PRIx64 ", in the frame at %" PRIx64 ": %s", arrows[direction], frame + fault, frame,
      trace->text);
}

/* TLS's records begin with a type and a version. [RFC 8446, 5.1] */
static bool is_tls(const struct stream *stream) {
  const unsigned char *const bytes = (const unsigned char *)stream->bytes;
  return stream->size >= 3 && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] == 3 && bytes[2] <= 4;
}

/* Print what is whole. */
static void print_frames(struct trace *trace, enum direction direction) {
  struct stream *const stream = &trace->streams[direction];
  size_t at = 0, fault;
  if (is_tls(stream)) {
    complain("%soctet %" PRIx64 ": from here on it is TLS, which cannot be read", arrows[direction],
        stream->offset);
    trace->damaged = stream->lost = true;
  }
  while (!stream->lost && at < stream->size) {
    const ssize_t taken =
        pn_frame_describe(stream->bytes + at, stream->size - at, trace->text, trace->width, &fault);
    if (taken == 0) break;
    if (fault) {
      print_damage(trace, direction, stream->offset + at, fault);
    } else {
      print_frame(trace, direction, stream->offset + at);
    }
    stream->lost = taken < 0;
    if (taken > 0) at += (size_t)taken;
  }
  stream->offset += at;
  stream->size -= at;
  memmove(stream->bytes, stream->bytes + at, stream->size);
}

static bool add_piece(void *context, enum direction direction, const unsigned char *bytes, size_t size) {
  struct trace *const trace = context;
  struct stream *const stream = &trace->streams[direction];
  if (stream->lost) return true;
  if (stream->room - stream->size < size) {
    const size_t room = stream->room * 2 + size;
    char *const larger = realloc(stream->bytes, room);
    if (!larger) {
      complain("out of memory");
      trace->damaged = true;
      return false;
    }
    stream->bytes = larger;
    stream->room = room;
  }
  memcpy(stream->bytes + stream->size, bytes, size);
  stream->size += size;
  print_frames(trace, direction);
  return true;
}

/* Octets behind the last whole frame. */
static void check_end(struct trace *trace, enum direction direction) {
  const struct stream *const stream = &trace->streams[direction];
  if (stream->size == 0 || stream->lost) return;
  trace->damaged = true;
  (void)fflush(stdout);
  const unsigned char *const p = (const unsigned char *)stream->bytes;
  if (stream->size >= 8) {
    complain("%soctet %" PRIx64 ": the bytes end within a frame: %zu of its %" PRIu32 " octets are there",
        arrows[direction], stream->offset, stream->size,
        (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
  } else {
    complain(
        "%soctet %" PRIx64 ": the bytes end within the header of a frame", arrows[direction], stream->offset);
  }
}

static int run(void *context) {
  const struct trace_settings *const settings = context;
  struct trace trace = {.width = settings->width, .text = malloc(settings->width)};
  char *bytes = NULL;
  size_t size = 0;
  int result = EXIT_FAILED;
  if (!trace.text) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  result = read_file(settings->file, &bytes, &size);
  if (result == EXIT_DONE && size == 0) {
    complain("%s is empty", settings->file);
    result = EXIT_FAILED;
  }
  if (result == EXIT_DONE) result = capture_read(bytes, size, add_piece, &trace);
  for (enum direction direction = DIRECTION_ONE; direction < DIRECTION_COUNT; direction++) {
    if (result == EXIT_DONE) check_end(&trace, direction);
    free(trace.streams[direction].bytes);
  }
  free(bytes);
  free(trace.text);
  return trace.damaged ? EXIT_FAILED : result;
}

#define SETTING(name) offsetof(struct trace_settings, name)
static const struct option options[] = {{"width", 'w', OPTION_SIZE, SETTING(width), "OCTETS",
                                            "how long a line may be; what is longer is cut", 80, 1 << 24},
    {NULL}};

static const struct trace_settings defaults = {.width = 1024};

const struct command command_trace = {
    .name = "trace",
    .summary = "print captured bytes as frames",
    .description = "Prints the protocol headers and frames that are in the bytes of a connection, one a "
                   "line: the offset in what that side has sent "
                   "(hexadecimal), the direction if it is known, the channel, the performative with its "
                   "code, its fields by the standard's names, and the "
                   "size and beginning of the payload. What is damaged is printed with the reason, and where "
                   "it is; the exit code is 1 then. "
                   "Passwords are not shown.\n\n"
                   "The file may hold the bytes of one direction as they are, or hexadecimal as it is "
                   "printed by xxd, by hexdump -C, by tcpdump -x "
                   "or -X (both directions; the side whose packet is first is '->'; packets have to be "
                   "complete and in order), by a program with "
                   "PN_TRACE_RAW=1, or plain, where '->' and '<-' at the beginning of a line say the "
                   "direction and '#' begins a comment.",
    .operands =
        (const struct operand[]){{"FILE", "what was captured; '-' is standard input", SETTING(file), false},
            {NULL, NULL, 0, false}},
    .groups = (const struct option_group[]){{"Options", options, 0}, {NULL, NULL, 0}},
    .examples = (const struct example[]){{"baryon trace captured.bin", "the bytes that one side has sent"},
        {"tcpdump -i lo -x -l 'tcp port 5672' | baryon trace -",
            "a conversation, once tcpdump has been ended"},
        {"echo 414d5150 00010000 0000000c 02000000 | baryon trace -", "what is the matter with this?"},
        {NULL, NULL}},
    .defaults = &defaults,
    .settings_size = sizeof defaults,
    .run = run,
};
