/* Prints what lists, maps, hashes, iterators and strings of the older interface do: contents, sizes, order, references
 * taken and dropped, and texts. */
#include <proton/object.h>
#include <stdio.h>
#include <string.h>

static pn_string_t *text;

static const char *shown(void *object) {
  pn_string_set(text, "");
  pn_inspect(object, text);
  return pn_string_get(text);
}

static void strings(void) {
  pn_string_t *s = pn_string("hello");
  printf("string: '%s' %zu", pn_string_get(s), pn_string_size(s));
  printf(" %s", shown(s));
  printf(
      " class %s id %d refcount %d\n", pn_class_name(pn_class(s)), pn_class_id(pn_class(s)), pn_refcount(s));
  printf(" format %d", pn_string_format(s, "%s-%d", "x", 42));
  printf(" '%s'", pn_string_get(s));
  printf(" addf %d", pn_string_addf(s, "/%060d", 7));
  printf(" size %zu '%s'\n", pn_string_size(s), pn_string_get(s));
  printf(" capacity holds the size %d", pn_string_capacity(s) >= pn_string_size(s));
  printf(" grow %d", pn_string_grow(s, 500));
  printf(" capacity %d size %zu\n", pn_string_capacity(s) >= 500, pn_string_size(s));
  printf(" setn %d", pn_string_setn(s, "a\0b\x7f\"\\\n\xc3\xa9", 9));
  printf(" size %zu", pn_string_size(s));
  printf(" %s\n", shown(s));
  printf(" resize %d", pn_string_resize(s, 3));
  printf(" size %zu byte %d", pn_string_size(s), pn_string_get(s)[2]);
  char out[10] = "zzzzzzzzz";
  printf(" put %zd", pn_string_put(s, out));
  printf(" %d%d%d%d\n", out[0], out[1], out[2], out[3]);
  pn_string_buffer(s)[1] = 'Q';
  printf(" buffer is the text %d %s\n", pn_string_buffer(s) == pn_string_get(s), pn_string_get(s));
  printf(" addf after bytes %d", pn_string_addf(s, "!"));
  printf(" size %zu\n", pn_string_size(s));
  pn_string_clear(s);
  printf(" cleared %d size %zu %s", pn_string_get(s) == NULL, pn_string_size(s), shown(s));
  printf(" put %zd", pn_string_put(s, out));
  printf(" addf %d", pn_string_addf(s, "x"));
  printf(" still nothing %d", pn_string_get(s) == NULL);
  printf(" format %d", pn_string_format(s, "y"));
  printf(" %s\n", shown(s));
  pn_string_t *t = pn_stringn("hello", 2);
  printf(" stringn %s", shown(t));
  printf(" copy %d", pn_string_copy(s, t));
  printf(" equal %d hash equal %d\n", pn_equals(s, t), pn_hashcode(s) == pn_hashcode(t));
  pn_string_set(s, "hf");
  printf(" less %d greater %d", pn_compare(t, s) < 0, pn_compare(s, t) > 0);
  pn_string_set(s, "a longer one");
  printf(" longer greater %d", pn_compare(t, s) > 0);
  pn_string_set(s, NULL);
  printf(" null: size %zu hash %d greater %d less %d\n", pn_string_size(s), (int)pn_hashcode(s),
      pn_compare(s, t) > 0, pn_compare(t, s) < 0);
  pn_string_t *empty = pn_string("");
  printf(" empty: less than null %d equals %d hash %d\n", pn_compare(empty, s) < 0, pn_equals(empty, s),
      (int)pn_hashcode(empty));
  pn_free(empty);
  pn_free(s);
  pn_free(t);
}

enum { WORDS = 5 };

static void list_of(pn_list_t *list, pn_string_t **words) {
  static const char *const texts[WORDS] = {"delta", "alpha", "echo", "bravo", "charlie"};
  for (int i = 0; i < WORDS; i++) {
    words[i] = pn_string(texts[i]);
    printf(" add %d", pn_list_add(list, words[i]));
    printf(" refcount %d\n", pn_refcount(words[i]));
  }
  printf(" %s size %zu\n", shown(list), pn_list_size(list));
}

static void list_positions(pn_list_t *list, pn_string_t **words) {
  printf(" get 2 %s", pn_string_get(pn_list_get(list, 2)));
  printf(" get 7 %s", pn_string_get(pn_list_get(list, 7)));
  printf(" index %d %d\n", (int)pn_list_index(list, words[3]), (int)pn_list_index(list, list));
  pn_string_t *same = pn_string("echo");
  printf(" index of an equal one %d", (int)pn_list_index(list, same));
  pn_list_set(list, 0, same);
  printf(" set: %s", shown(list));
  printf(" refcounts %d %d\n", pn_refcount(same), pn_refcount(words[0]));
  printf(" remove %d", pn_list_remove(list, words[2]));
  printf(" %s", shown(list));
  printf(" refcounts %d %d", pn_refcount(same), pn_refcount(words[2]));
  printf(" remove again %d", pn_list_remove(list, words[2]));
  printf(" and again %d\n", pn_list_remove(list, words[2]));
  printf(" %s\n", shown(list));
  pn_free(same);
}

static void list_walk(pn_list_t *list) {
  pn_iterator_t *iterator = pn_iterator();
  pn_list_iterator(list, iterator);
  for (void *value; (value = pn_iterator_next(iterator));) printf(" next %s", pn_string_get(value));
  printf(" end %d\n", pn_iterator_next(iterator) == NULL);
  pn_free(iterator);
}

static void list_order(pn_list_t *list) {
  pn_list_t *other = pn_list(PN_OBJECT, 10);
  pn_list_add(other, pn_list_get(list, 0));
  for (int round = 0; round < 2; round++) {
    printf(" less %d equals %d hash equal %d\n", pn_compare(list, other) < 0, pn_equals(list, other),
        pn_hashcode(list) == pn_hashcode(other));
    while (pn_list_size(list) > 1) pn_decref(pn_list_pop(list));
  }
  pn_free(other);
}

static void list_heap(pn_list_t *list, pn_string_t **words) {
  for (int i = 0; i < WORDS; i++) pn_list_minpush(list, words[i]);
  printf(" heap:");
  while (pn_list_size(list) > 0) {
    void *value = pn_list_minpop(list);
    printf(" %s(%d)", pn_string_get(value), pn_refcount(value));
    pn_decref(value);
  }
  printf("\n");
}

static void lists(void) {
  pn_list_t *list = pn_list(PN_OBJECT, 0);
  pn_string_t *words[WORDS];
  printf("list: %s class %s\n", shown(list), pn_class_name(pn_class(list)));
  list_of(list, words);
  list_positions(list, words);
  list_walk(list);
  void *popped = pn_list_pop(list);
  printf(" pop %s refcount %d\n", pn_string_get(popped), pn_refcount(popped));
  pn_decref(popped);
  pn_list_add(list, words[0]);
  pn_list_add(list, words[4]);
  printf(" %s del 1,2", shown(list));
  pn_list_del(list, 1, 2);
  printf(" %s\n", shown(list));
  list_order(list);
  pn_list_clear(list);
  printf(" cleared %s size %zu\n", shown(list), pn_list_size(list));
  list_heap(list, words);
  pn_free(list);
  for (int i = 0; i < WORDS; i++) {
    printf(" %d", pn_refcount(words[i]));
    pn_free(words[i]);
  }
  list = pn_list(PN_VOID, 1);
  pn_list_add(list, NULL);
  printf(" voids %s %zu\n", shown(list), pn_list_size(list));
  pn_free(list);
}

static void maps(void) {
  pn_map_t *map = pn_map(PN_OBJECT, PN_OBJECT, 0, 0.75);
  pn_string_t *k = pn_string("key"), *v = pn_string("value"), *k2 = pn_string("key"),
              *v2 = pn_string("other");
  printf("map: %s class %s", shown(map), pn_class_name(pn_class(map)));
  printf(" put %d", pn_map_put(map, k, v));
  printf(" %s refcounts %d %d\n", shown(map), pn_refcount(k), pn_refcount(v));
  printf(" get by an equal key %s", pn_string_get(pn_map_get(map, k2)));
  printf(" missing %d\n", pn_map_get(map, v) == NULL);
  printf(" put again %d", pn_map_put(map, k2, v2));
  printf(" %s size %zu refcounts %d %d %d %d\n", shown(map), pn_map_size(map), pn_refcount(k), pn_refcount(v),
      pn_refcount(k2), pn_refcount(v2));
  pn_handle_t entry = pn_map_head(map);
  printf(" key %s value %s next %d\n", pn_string_get(pn_map_key(map, entry)),
      pn_string_get(pn_map_value(map, entry)), pn_map_next(map, entry) == 0);
  pn_map_del(map, v);
  printf(" del of none %zu", pn_map_size(map));
  pn_map_del(map, k);
  printf(" del %zu head %d refcounts %d %d %d %d\n", pn_map_size(map), pn_map_head(map) == 0, pn_refcount(k),
      pn_refcount(v), pn_refcount(k2), pn_refcount(v2));
  pn_map_put(map, k, v);
  pn_free(map);
  printf(" freed: refcounts %d %d\n", pn_refcount(k), pn_refcount(v));
  pn_free(k);
  pn_free(v);
  pn_free(k2);
  pn_free(v2);
}

static void hashes(void) {
  pn_hash_t *hash = pn_hash(PN_OBJECT, 0, 0.75);
  printf("hash: class %s size %zu\n", pn_class_name(pn_class(hash)), pn_hash_size(hash));
  pn_string_t *v = pn_string("v");
  unsigned long long sum = 0, count = 0;
  for (uintptr_t i = 0; i < 1000; i++) pn_hash_put(hash, i * 7919 % 1009, v);
  printf(" size %zu refcount %d", pn_hash_size(hash), pn_refcount(v));
  for (pn_handle_t e = pn_hash_head(hash); e; e = pn_hash_next(hash, e)) {
    sum += pn_hash_key(hash, e);
    count += pn_hash_value(hash, e) == v;
  }
  printf(" keys add up to %llu in %llu entries\n", sum, count);
  for (uintptr_t i = 0; i < 1009; i += 2) pn_hash_del(hash, i);
  printf(" size %zu refcount %d", pn_hash_size(hash), pn_refcount(v));
  int wrong = 0;
  for (uintptr_t i = 0; i < 1000; i++) {
    uintptr_t key = i * 7919 % 1009;
    if ((pn_hash_get(hash, key) != NULL) != (key % 2 == 1)) wrong++;
  }
  printf(" wrong %d missing %d\n", wrong, pn_hash_get(hash, 5000) == NULL);
  printf(" put of nothing %d", pn_hash_put(hash, 5000, NULL));
  printf(" size %zu get %d\n", pn_hash_size(hash), pn_hash_get(hash, 5000) == NULL);
  pn_free(hash);
  printf(" freed: refcount %d\n", pn_refcount(v));
  pn_free(v);
}

struct countdown {
  int left;
  char value[10];
};
static void *countdown_next(void *state) {
  struct countdown *countdown = state;
  return countdown->left > 0 ? &countdown->value[--countdown->left] : NULL;
}

static void iterators(void) {
  pn_iterator_t *it = pn_iterator();
  printf("iterator: class %s id %d next of nothing %d", pn_class_name(pn_class(it)),
      pn_class_id(pn_class(it)), pn_iterator_next(it) == NULL);
  struct countdown *state = pn_iterator_start(it, countdown_next, sizeof *state);
  state->left = 3;
  int n = 0;
  while (pn_iterator_next(it)) n++;
  printf(" counted %d\n", n);
  pn_free(it);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  text = pn_string("");
  strings();
  lists();
  maps();
  hashes();
  iterators();
  pn_free(text);
  return 0;
}
