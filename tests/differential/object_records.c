/* Prints what records do: places, values, references taken and dropped and in which order, and errors with their codes. */
#include <proton/error.h>
#include <proton/object.h>
#include <stdio.h>
#include <string.h>

PN_HANDLE(KEY_A)
PN_HANDLE(KEY_B)
PN_HANDLE(KEY_C)

/* A class that counts for itself, as a binding's does. */
struct foreign {
  const char *name;
  int count;
};
static pn_record_t *record;
static struct foreign one = {"one", 1}, two = {"two", 1};

static const char *stored(void) {
  struct foreign *now = pn_record_get(record, KEY_B);
  return now ? now->name : "nothing";
}
static void foreign_incref(void *object) {
  struct foreign *foreign = object;
  printf(" incref(%s, stored is %s)", foreign->name, stored());
  foreign->count++;
}
static void foreign_decref(void *object) {
  struct foreign *foreign = object;
  printf(" decref(%s)", foreign->name);
  foreign->count--;
}
static int foreign_refcount(void *object) { return ((struct foreign *)object)->count; }
static const pn_class_t *foreign_reify(void *object);
#define foreign_new        NULL
#define foreign_initialize NULL
#define foreign_finalize   NULL
#define foreign_free       NULL
#define foreign_hashcode   pn_void_hashcode
#define foreign_compare    pn_void_compare
#define foreign_inspect    pn_void_inspect
#define CID_foreign        CID_pn_void
static const pn_class_t foreign_class = PN_METACLASS(foreign);
static const pn_class_t *foreign_reify(void *object) {
  (void)object;
  return &foreign_class;
}

static void records(void) {
  record = pn_record();
  printf("record: class %s id %d refcount %d\n", pn_class_name(pn_class(record)),
      pn_class_id(pn_class(record)), pn_refcount(record));
  printf(
      " legacy key %d value %d", pn_record_has(record, PN_LEGCTX), pn_record_get(record, PN_LEGCTX) == NULL);
  pn_record_set(record, PN_LEGCTX, &one);
  printf(" set %d\n", pn_record_get(record, PN_LEGCTX) == &one);
  pn_record_set(record, KEY_A, &one);
  printf(" undefined: has %d value %d\n", pn_record_has(record, KEY_A), pn_record_get(record, KEY_A) == NULL);
  pn_string_t *s = pn_string("s"), *t = pn_string("t");
  pn_record_def(record, KEY_A, PN_OBJECT);
  printf(" defined: has %d value %d", pn_record_has(record, KEY_A), pn_record_get(record, KEY_A) == NULL);
  pn_record_set(record, KEY_A, s);
  printf(" set %d refcount %d", pn_record_get(record, KEY_A) == s, pn_refcount(s));
  pn_record_def(record, KEY_A, PN_OBJECT);
  printf(" defined again %d refcount %d\n", pn_record_get(record, KEY_A) == s, pn_refcount(s));
  pn_record_set(record, KEY_A, t);
  printf(" replaced: %d %d", pn_refcount(s), pn_refcount(t));
  pn_record_set(record, KEY_A, t);
  printf(" by itself %d", pn_refcount(t));
  pn_record_set(record, KEY_A, NULL);
  printf(" by nothing %d has %d\n", pn_refcount(t), pn_record_has(record, KEY_A));

  pn_record_def(record, KEY_B, &foreign_class);
  printf(" foreign:");
  pn_record_set(record, KEY_B, &one);
  printf(" then");
  pn_record_set(record, KEY_B, &two);
  printf(" then");
  pn_record_set(record, KEY_B, NULL);
  printf(" counts %d %d\n", one.count, two.count);

  pn_record_def(record, KEY_C, PN_WEAKREF);
  pn_record_set(record, KEY_C, s);
  printf(" weak: %d refcount %d\n", pn_record_get(record, KEY_C) == s, pn_refcount(s));
  for (char *key = NULL; key < (char *)100; key++) pn_record_def(record, key, PN_VOID);
  int wrong = 0;
  for (char *key = NULL; key < (char *)100; key++) pn_record_set(record, key, key + 1);
  for (char *key = NULL; key < (char *)100; key++) wrong += pn_record_get(record, key) != key + 1;
  printf(" many: wrong %d\n", wrong);
  pn_record_set(record, KEY_A, s);
  pn_record_set(record, KEY_B, &two);
  printf(" clear:");
  pn_record_clear(record);
  printf(" has %d %d %d legacy %d value %d refcount %d\n", pn_record_has(record, KEY_A),
      pn_record_has(record, KEY_B), pn_record_has(record, (char *)5), pn_record_has(record, PN_LEGCTX),
      pn_record_get(record, PN_LEGCTX) == NULL, pn_refcount(s));
  pn_record_def(record, KEY_A, PN_OBJECT);
  pn_record_def(record, KEY_B, &foreign_class);
  pn_record_set(record, KEY_A, s);
  pn_record_set(record, KEY_B, &one);
  printf(" free:");
  pn_record_t *gone = record;
  pn_free(gone);
  printf(" refcount %d count %d\n", pn_refcount(s), one.count);
  pn_free(s);
  pn_free(t);
}

static const char *text_of(pn_error_t *error) {
  return pn_error_text(error) ? pn_error_text(error) : "no text";
}

static void errors(void) {
  pn_error_t *error = pn_error(), *other = pn_error();
  printf("error: %d %s\n", pn_error_code(error), text_of(error));
  printf(" set %d: ", pn_error_set(error, PN_STATE_ERR, "not now"));
  printf("%d %s\n", pn_error_code(error), text_of(error));
  printf(" without text %d: ", pn_error_set(error, PN_ARG_ERR, NULL));
  printf("%d %s\n", pn_error_code(error), text_of(error));
  printf(" format %d: ", pn_error_format(error, PN_OVERFLOW, "%d of %s", 3, "them"));
  printf("%d %s\n", pn_error_code(error), text_of(error));
  char big[3000];
  memset(big, 'x', sizeof big - 1);
  big[sizeof big - 1] = '\0';
  printf(" format much %d: ", pn_error_format(error, PN_OVERFLOW, "%s", big));
  printf("%d %zu\n", pn_error_code(error), strlen(text_of(error)));
  printf(" set much %d: ", pn_error_set(error, PN_OVERFLOW, big));
  printf("%d %zu\n", pn_error_code(error), strlen(text_of(error)));
  printf(" positive %d: ", pn_error_set(error, 5, "five"));
  printf("%d %s\n", pn_error_code(error), text_of(error));
  printf(" copy %d: ", pn_error_copy(other, error));
  printf("%d %s\n", pn_error_code(other), text_of(other));
  printf(" clean: set %d ", pn_error_set(error, PN_OK, "fine"));
  printf("%d %s\n", pn_error_code(error), text_of(error));
  printf(" copy of a clean one %d: ", pn_error_copy(other, error));
  printf("%d %s\n", pn_error_code(other), text_of(other));
  pn_error_set(other, PN_EOS, "end");
  printf(" copy of nothing %d: ", pn_error_copy(other, NULL));
  printf("%d %s\n", pn_error_code(other), text_of(other));
  pn_error_set(other, PN_EOS, "end");
  pn_error_clear(other);
  printf(" cleared: %d %s\n", pn_error_code(other), text_of(other));
  pn_error_clear(NULL);
  pn_error_free(NULL);
  pn_error_free(error);
  pn_error_free(other);
  for (int code = 1; code >= -12; code--) printf(" %s", pn_code(code));
  printf("\n");
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  records();
  errors();
  printf("bytes: %zu %d %zu %d\n", pn_bytes(3, "abc").size, pn_bytes_null.start == NULL,
      pn_rwbytes(1, NULL).size, pn_rwbytes_null.size == 0);
  return 0;
}
