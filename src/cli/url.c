/* url.c: taking URLs apart. [RFC 3986; AMQP gives the schemes no document of their own]
 *
 * An empty part is not an error where a default exists. The password is never printed, not even in an error. */
#include "cli/url.h"
#include "cli/option.h"
#include "cli/terminal.h"
#include <proton/proactor.h>
#include <stdlib.h>
#include <string.h>

static int hex(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

/* A part of the text, percent-decoded. @return  NULL if a '%' is not followed by two hexadecimal digits, or means a NUL */
static char *decoded(const char *from, const char *end) {
  char *const text = malloc((size_t)(end - from) + 1);
  if (!text) abort(); /* a few octets, before anything was begun */
  char *to = text;
  for (; from < end; from++) {
    if (*from != '%') {
      *to++ = *from;
      continue;
    }
    const int high = end - from > 2 ? hex(from[1]) : -1;
    const int low = high >= 0 ? hex(from[2]) : -1;
    if (low < 0 || (high == 0 && low == 0)) {
      free(text);
      return NULL;
    }
    *to++ = (char)(high * 16 + low);
    from += 2;
  }
  *to = 0;
  return text;
}

static int bad_escape(const char *part) {
  return usage_error(
      "URL: in the %s, '%%' has to be followed by two hexadecimal digits; write %%25 for '%%' itself", part);
}

static int parse_credentials(const char *from, const char *end, struct url *url) {
  const char *const colon = memchr(from, ':', (size_t)(end - from));
  url->user = decoded(from, colon ? colon : end);
  if (!url->user) return bad_escape("user");
  if (!colon) return EXIT_DONE;
  url->password = decoded(colon + 1, end);
  return url->password ? EXIT_DONE : bad_escape("password");
}

static int parse_host(const char *from, const char *end, struct url *url) {
  const char *host_end, *colon;
  if (from < end && *from == '[') {
    host_end = memchr(from, ']', (size_t)(end - from));
    if (!host_end) return usage_error("URL: '[' of the IPv6 address has no ']'");
    url->host = decoded(from + 1, host_end);
    colon = host_end + 1;
    if (colon < end && *colon != ':')
      return usage_error("URL: between ']' and the port stands '%c' instead of ':'", *colon);
  } else {
    colon = memchr(from, ':', (size_t)(end - from));
    host_end = colon ? colon : end;
    url->host = decoded(from, host_end);
    if (!colon) colon = end;
    if (colon < end && memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
      return usage_error("URL: an IPv6 address goes in brackets: amqp://[%.*s]", (int)(end - from), from);
    }
  }
  if (!url->host) return bad_escape("host");
  const char *const service = url->secure ? "amqps" : "amqp";
  url->port = colon + 1 < end ? decoded(colon + 1, end) : strdup(service);
  if (!url->port) return bad_escape("port");
  char *rest;
  const unsigned long number = strtoul(url->port, &rest, 10);
  if (!*rest && (number == 0 || number > 65535)) {
    return usage_error("URL: port %s is not between 1 and 65535", url->port);
  }
  return EXIT_DONE;
}

static int parse_parts(const char *text, struct url *url) {
  const char *const scheme_end = strstr(text, "://");
  if (scheme_end) {
    const size_t length = (size_t)(scheme_end - text);
    url->secure = length == 5 && strncmp(text, "amqps", 5) == 0;
    if (!url->secure && !(length == 4 && strncmp(text, "amqp", 4) == 0)) {
      return usage_error("URL: '%.*s' is not a scheme; amqp:// or amqps:// is", (int)length, text);
    }
    text = scheme_end + 3;
  }
  const char *const slash = strchr(text, '/');
  const char *const end = slash ? slash : text + strlen(text);
  const char *at = NULL;
  for (const char *c = text; c < end; c++) {
    if (*c == '@') at = c;
  }
  if (at) {
    const int result = parse_credentials(text, at, url);
    if (result != EXIT_DONE) return result;
  }
  const int result = parse_host(at ? at + 1 : text, end, url);
  if (result != EXIT_DONE) return result;
  if (slash && slash[1]) {
    url->address = decoded(slash + 1, slash + strlen(slash));
    if (!url->address) return bad_escape("address");
  }
  return EXIT_DONE;
}

int url_parse(const char *text, struct url *url) {
  *url = (struct url){0};
  const int result = parse_parts(text, url);
  if (result != EXIT_DONE) url_clear(url);
  return result;
}

void url_clear(struct url *url) {
  if (url->password) explicit_bzero(url->password, strlen(url->password));
  free(url->user);
  free(url->password);
  free(url->host);
  free(url->port);
  free(url->address);
  *url = (struct url){0};
}

void url_network_address(const struct url *url, char *text, unsigned size) {
  (void)pn_proactor_addr(text, size, url->host, url->port);
}
