/* Put in front of each file of csrc/ (-include), so that its memory comes from an allocator that can
   be told to refuse: spec/sanitize/starve.c. */
#ifndef MWL_STARVE_H
#define MWL_STARVE_H

#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *starve_malloc(size_t size);
void *starve_calloc(size_t count, size_t size);
void *starve_realloc(void *memory, size_t size);
void starve_free(void *memory);
char *starve_strdup(const char *text);
char *starve_strndup(const char *text, size_t length);
int starve_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *starve_mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset);

#define malloc starve_malloc
#define calloc starve_calloc
#define realloc starve_realloc
#define free starve_free
#undef strdup
#define strdup starve_strdup
#undef strndup
#define strndup starve_strndup
#undef asprintf
#define asprintf starve_asprintf
#define mmap starve_mmap

#endif
