/* capture.c: which form a capture has, and bytes out of its lines.
 *
 * Forms are told by the first line that has one. In those that other output stands between (packets, logs), lines without the
 * form are passed over; in the others they are errors, so that nothing is left out without a word. */
#include "cli/capture.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form { FORM_NONE, FORM_TRACE, FORM_PACKETS, FORM_XXD, FORM_HEXDUMP, FORM_PLAIN };
enum { TRACE_OCTETS = 16, PACKET_MOST = 1 << 18 };

struct capture {
  capture_piece *piece;
  void *context;
  enum direction direction; /* of FORM_PLAIN, until it is switched */
  unsigned char *packet;    /* of FORM_PACKETS: PACKET_MOST octets */
  size_t packet_size;
  unsigned char from[18]; /* address and port that the first packet came from */
  size_t from_size;
  bool stopped;
};

struct line {
  const char *text;
  const char *end;
};

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* How many hexadecimal digits stand there. */
static size_t digits(const char *text, const char *end) {
  size_t count = 0;
  while (text + count < end && digit(text[count]) >= 0) count++;
  return count;
}

static const char *spaces(const char *text, const char *end) {
  while (text < end && isspace((unsigned char)*text)) text++;
  return text;
}

static void hand_out(
    struct capture *capture, enum direction direction, const unsigned char *bytes, size_t size) {
  if (size > 0 && !capture->stopped)
    capture->stopped = !capture->piece(capture->context, direction, bytes, size);
}

/* "->0010/0020: " somewhere in the line; what follows it. */
static const char *after_trace_mark(struct line line, enum direction *direction, size_t *left) {
  for (const char *c = line.text; c + 6 < line.end; c++) {
    const bool out = c[0] == '-' && c[1] == '>', in = c[0] == '<' && c[1] == '-';
    if (!out && !in) continue;
    const size_t at = digits(c + 2, line.end);
    const char *const slash = c + 2 + at;
    const size_t all = at >= 4 && *slash == '/' ? digits(slash + 1, line.end) : 0;
    const char *const colon = slash + 1 + all;
    if (all < 4 || line.end - colon < 2 || colon[0] != ':' || colon[1] != ' ') continue;
    *direction = out ? DIRECTION_OUT : DIRECTION_IN;
    *left = strtoul(slash + 1, NULL, 16) - strtoul(c + 2, NULL, 16);
    return colon + 2;
  }
  return NULL;
}

/* "0x0010: " behind white space. */
static const char *after_packet_mark(struct line line, bool *first) {
  const char *const text = spaces(line.text, line.end);
  if (text == line.text || line.end - text < 8 || text[0] != '0' || text[1] != 'x') return NULL;
  const size_t count = digits(text + 2, line.end);
  if (count != 4 && count != 5) return NULL;
  *first = strtoul(text + 2, NULL, 16) == 0;
  return text[2 + count] == ':' ? text + 3 + count : NULL;
}

/* The end of what is octets, of a line whose letters stand behind two spaces. */
static const char *before_letters(const char *text, const char *end) {
  text = spaces(text, end);
  for (const char *c = text; c + 1 < end; c++) {
    if (c[0] == ' ' && c[1] == ' ') return c;
  }
  return end;
}

/* Pairs of digits, with white space, commas, "0x" and "\x" between, put to `to` unless it is NULL.
 *
 * @return  false: something else is among them */
static bool octets(const char *text, const char *end, unsigned char *to, size_t most, size_t *count) {
  *count = 0;
  while (text < end && *count < most) {
    if (isspace((unsigned char)*text) || *text == ',') {
      text++;
    } else if (end - text > 3 && (memcmp(text, "0x", 2) == 0 || memcmp(text, "\\x", 2) == 0)) {
      text += 2;
    } else {
      const int high = digit(text[0]), low = end - text > 1 ? digit(text[1]) : -1;
      if (high < 0 || low < 0) return false;
      if (to) to[*count] = (unsigned char)(high * 16 + low);
      ++*count;
      text += 2;
    }
  }
  return true;
}

static enum form form_of(struct line line) {
  enum direction direction;
  size_t left;
  bool first;
  if (after_trace_mark(line, &direction, &left)) return FORM_TRACE;
  if (after_packet_mark(line, &first)) return FORM_PACKETS;
  const size_t count = digits(line.text, line.end);
  const char *const behind = line.text + count;
  if (count >= 4 && behind < line.end && *behind == ':') return FORM_XXD;
  if (count >= 7 && count <= 16 && line.end - behind > 2 && behind[0] == ' ' && behind[1] == ' ')
    return FORM_HEXDUMP;
  const char *text = spaces(line.text, line.end);
  if (line.end - text >= 2 && (memcmp(text, "->", 2) == 0 || memcmp(text, "<-", 2) == 0)) return FORM_PLAIN;
  const char *const comment = memchr(text, '#', (size_t)(line.end - text));
  return octets(text, comment ? comment : line.end, NULL, SIZE_MAX, &left) && left > 0 ? FORM_PLAIN
                                                                                       : FORM_NONE;
}

/* IP and TCP headers off, and which side it came from. [RFC 791, 8200, 9293] */
static void hand_out_packet(struct capture *capture) {
  const unsigned char *const p = capture->packet;
  size_t size = capture->packet_size, ip, length, address;
  capture->packet_size = 0;
  if (size >= 20 && p[0] >> 4 == 4 && p[9] == 6) {
    ip = (p[0] & 15U) * 4;
    length = (size_t)p[2] << 8 | p[3];
    address = 4;
  } else if (size >= 40 && p[0] >> 4 == 6 && p[6] == 6) {
    ip = 40;
    length = 40 + ((size_t)p[4] << 8 | p[5]);
    address = 16;
  } else {
    return;
  }
  if (length < size && length > 40) size = length; /* what is behind it is padding; 0 where hardware cut it */
  if (size < ip + 20) return;
  const size_t headers = ip + (p[ip + 12] >> 4) * 4U;
  unsigned char from[18];
  memcpy(from, p + (address == 4 ? 12 : 8), address);
  memcpy(from + address, p + ip, 2);
  if (!capture->from_size) {
    capture->from_size = address + 2;
    memcpy(capture->from, from, capture->from_size);
  }
  const bool first = address + 2 == capture->from_size && memcmp(from, capture->from, address + 2) == 0;
  if (headers < size) hand_out(capture, first ? DIRECTION_OUT : DIRECTION_IN, p + headers, size - headers);
}

static void packet_line(struct capture *capture, struct line line) {
  bool first;
  size_t count;
  const char *const text = after_packet_mark(line, &first);
  if (!text) return;
  if (first) hand_out_packet(capture);
  if (capture->packet_size + 16 > PACKET_MOST) return;
  (void)octets(text, before_letters(text, line.end), capture->packet + capture->packet_size, 16, &count);
  capture->packet_size += count;
}

static void trace_line(struct capture *capture, struct line line) {
  unsigned char bytes[TRACE_OCTETS];
  enum direction direction;
  size_t left, count;
  const char *const text = after_trace_mark(line, &direction, &left);
  if (!text || !octets(text, line.end, bytes, left < TRACE_OCTETS ? left : TRACE_OCTETS, &count)) return;
  hand_out(capture, direction, bytes, count);
}

/* Octets between two places in a line. */
static bool text_line(struct capture *capture, const char *text, const char *end) {
  size_t count;
  unsigned char *const bytes = malloc((size_t)(end - text) / 2 + 1);
  const bool good = bytes && octets(text, end, bytes, (size_t)(end - text) / 2 + 1, &count);
  if (good) hand_out(capture, capture->direction, bytes, count);
  free(bytes);
  return good;
}

static bool plain_line(struct capture *capture, struct line line) {
  const char *const comment = memchr(line.text, '#', (size_t)(line.end - line.text));
  const char *const end = comment ? comment : line.end;
  const char *text = spaces(line.text, end);
  if (end - text >= 2 && (memcmp(text, "->", 2) == 0 || memcmp(text, "<-", 2) == 0)) {
    capture->direction = *text == '-' ? DIRECTION_OUT : DIRECTION_IN;
    text += 2;
  }
  return text_line(capture, text, end);
}

static bool dump_line(struct capture *capture, enum form form, struct line line) {
  const size_t count = digits(line.text, line.end);
  const char *text = line.text + count, *end;
  if (text == line.end) return true; /* hexdump's last: the size */
  if (count == 0) return spaces(line.text, line.end) == line.end;
  if (form == FORM_XXD) {
    text++;
    end = before_letters(text, line.end);
  } else {
    end = memchr(text, '|', (size_t)(line.end - text));
    if (!end) end = line.end;
  }
  return text_line(capture, text, end);
}

static bool form_line(struct capture *capture, enum form form, struct line line) {
  switch (form) {
  case FORM_TRACE: trace_line(capture, line); return true;
  case FORM_PACKETS: packet_line(capture, line); return true;
  case FORM_PLAIN: return plain_line(capture, line);
  case FORM_XXD:
  case FORM_HEXDUMP: return dump_line(capture, form, line);
  default: return true;
  }
}

static bool is_text(const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const unsigned char c = (unsigned char)bytes[i];
    if (c >= 0x80 || (c < ' ' && c != '\n' && c != '\r' && c != '\t')) return false;
  }
  return true;
}

static struct line next_line(const char **text, const char *end) {
  const char *const newline = memchr(*text, '\n', (size_t)(end - *text));
  struct line line = {*text, newline ? newline : end};
  *text = newline ? newline + 1 : end;
  while (line.end > line.text && line.end[-1] == '\r') line.end--;
  return line;
}

static int read_text(struct capture *capture, const char *text, const char *end) {
  enum form form = FORM_NONE;
  const char *rest = text;
  while (form == FORM_NONE && rest < end) form = form_of(next_line(&rest, end));
  if (form == FORM_NONE) {
    complain("this is neither bytes that begin with AMQP nor a form of hexadecimal that is known");
    return EXIT_FAILED;
  }
  for (unsigned long number = 1; text < end && !capture->stopped; number++) {
    if (form_line(capture, form, next_line(&text, end))) continue;
    complain("line %lu: this is not hexadecimal", number);
    return EXIT_FAILED;
  }
  if (form == FORM_PACKETS) hand_out_packet(capture);
  return EXIT_DONE;
}

int capture_read(const char *bytes, size_t size, capture_piece *piece, void *context) {
  static const char *const pcap[] = {
      "\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\x0a\x0d\x0d\x0a"};
  struct capture capture = {.piece = piece, .context = context, .direction = DIRECTION_ONE};
  for (size_t i = 0; size >= 4 && i < sizeof pcap / sizeof *pcap; i++) {
    if (memcmp(bytes, pcap[i], 4) == 0) {
      complain("this is a file of packets: tcpdump -r FILE -x 'tcp port 5672' | baryon trace -");
      return EXIT_FAILED;
    }
  }
  if (!is_text(bytes, size)) {
    hand_out(&capture, DIRECTION_ONE, (const unsigned char *)bytes, size);
    return EXIT_DONE;
  }
  capture.packet = malloc(PACKET_MOST);
  if (!capture.packet) {
    complain("out of memory");
    return EXIT_FAILED;
  }
  const int result = read_text(&capture, bytes, bytes + size);
  free(capture.packet);
  return result;
}
