/* The text side of the job: which files, where a cut may be, what a word is. Nothing here knows of workflows.
 *
 * words.py says the same in Python, rule for rule: a run may pass from one to the other at any chunk.
 * Functions that can fail answer NULL, or a sentence about what went wrong, to be freed by the caller. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>
#include <stdint.h>

/** A folder, and the sorted names of the regular files below it. */
struct file_list {
    char *folder;
    char **names;
    size_t count;
};

/** Lists a folder. A file is a folder of one. Links inside the folder are left out: they could lead in circles. */
char *list_files(const char *path, struct file_list *list);
void free_file_list(struct file_list *list);

/** The length and the CRC-32 of a file: enough to notice later that it is not the same any more. */
char *measure_file(const char *path, int64_t *length, uint32_t *checksum);

/** Goes on with a CRC-32; begin with 0. */
uint32_t crc32_of(uint32_t checksum, const char *bytes, size_t length);

/** `size` bytes from `offset` on, and the rest of the word that they end in: a cut never splits a word.
 *
 * The caller frees `*part`, which has room for one byte more than `*length`. */
char *read_part(const char *path, int64_t offset, size_t size, char **part, size_t *length);

/** The next maximal run of ASCII letters, made lower-case and NUL-terminated in place; NULL after the last one.
 *
 * `*cursor` moves on. `end` must be writable: the last word's NUL may land there. */
const char *next_word(char **cursor, char *end);

/** `folder/name`, to be freed by the caller. */
char *join_path(const char *folder, const char *name);

/** printf into memory that the caller frees. */
char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
