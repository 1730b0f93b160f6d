// libedit for Swift: its setters take variable arguments, which Swift cannot call, and it wants C's own standard streams,
// which Swift's strict concurrency does not let one touch.
#pragma once
#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

typedef wchar_t *(*gnb_edit_prompt)(EditLine *);
typedef unsigned char (*gnb_edit_function)(EditLine *, wint_t);

/// Character types as the environment has them; UTF-8 if it has none, since notebooks are UTF-8.
static inline void gnb_edit_locale(void) {
  if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX < 2) setlocale(LC_CTYPE, "C.UTF-8");
}
static inline EditLine *gnb_edit_open(void) { return el_init("gnb", stdin, stdout, stderr); }
static inline void gnb_edit_client(EditLine *e, void *client) { el_wset(e, EL_CLIENTDATA, client); }
static inline void *gnb_edit_client_of(EditLine *e) {
  void *client = NULL;
  el_wget(e, EL_CLIENTDATA, &client);
  return client;
}
static inline void gnb_edit_set_prompt(EditLine *e, gnb_edit_prompt prompt, int escape) {
  el_wset(e, EL_PROMPT_ESC, prompt, escape);
}
static inline void gnb_edit_emacs(EditLine *e) { el_wset(e, EL_EDITOR, L"emacs"); }
static inline void gnb_edit_reader(EditLine *e, el_rfunc_t reader) { el_wset(e, EL_GETCFN, reader); }
static inline void gnb_edit_add(EditLine *e, const wchar_t *name, const wchar_t *help, gnb_edit_function f) {
  // libedit keeps the pointers.
  el_wset(e, EL_ADDFN, wcsdup(name), wcsdup(help), f);
}
static inline void gnb_edit_bind(EditLine *e, const wchar_t *key, const wchar_t *function) {
  el_wset(e, EL_BIND, key, function, NULL);
}
static inline void gnb_edit_refresh(EditLine *e) { el_wset(e, EL_REFRESH); }
static inline void gnb_edit_raw(EditLine *e, int raw) { el_wset(e, EL_PREP_TERM, raw); }
static inline void gnb_edit_use(EditLine *e, HistoryW *h) { el_wset(e, EL_HIST, history_w, h); }

static inline HistoryW *gnb_history_open(int size) {
  HistEventW event;
  HistoryW *h = history_winit();
  if (h) {
    history_w(h, &event, H_SETSIZE, size);
    history_w(h, &event, H_SETUNIQUE, 1);
  }
  return h;
}
static inline int gnb_history_load(HistoryW *h, const char *path) {
  HistEventW event;
  return history_w(h, &event, H_LOAD, path);
}
static inline int gnb_history_save(HistoryW *h, const char *path) {
  HistEventW event;
  return history_w(h, &event, H_SAVE, path);
}
static inline void gnb_history_enter(HistoryW *h, const wchar_t *line) {
  HistEventW event;
  history_w(h, &event, H_ENTER, line);
}
/// Writes one entry to the end of the file, whatever other sessions have written there meanwhile.
static inline void gnb_history_append(const char *path, const wchar_t *line) {
  HistEventW event;
  HistoryW *one = gnb_history_open(1);
  FILE *file = fopen(path, "a");
  if (one && file && fseek(file, 0, SEEK_END) == 0) {
    history_w(one, &event, H_ENTER, line);
    history_w(one, &event, H_SAVE_FP, file);
  }
  if (file) fclose(file);
  if (one) history_wend(one);
}
