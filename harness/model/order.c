/* A line at the hypervisor's console; see order.h. */
#include "model/order.h"

#include <stdlib.h>
#include <string.h>

struct word {
    const char *at;
    size_t length;
};

static struct word next_word(const char **line)
{
    struct word word = {*line + strspn(*line, " "), 0};

    word.length = strcspn(word.at, " ");
    *line = word.at + word.length;
    return word;
}

static bool is(const struct word *word, const char *text)
{
    return word->length == strlen(text) && strncmp(word->at, text, word->length) == 0;
}

static bool is_number(const struct word *word, unsigned number)
{
    char *end;
    unsigned long value = strtoul(word->at, &end, 10);

    return word->length && end == word->at + word->length && value == number;
}

enum order order_of(const char *line, const char *name, unsigned index)
{
    static const struct {
        const char *word;
        enum order order;
    } orders[] = {{"pause", ORDER_PAUSE},  {"resume", ORDER_RUN},   {"kill", ORDER_END},
                  {"destroy", ORDER_END},  {"restart", ORDER_ANEW}, {"create", ORDER_ANEW},
                  {"console", ORDER_FOCUS}};
    struct word command = next_word(&line), vm = next_word(&line);

    if (is(&command, "quit"))
        return ORDER_END;
    if (!is(&vm, name) && !is_number(&vm, index))
        return ORDER_NONE;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        if (is(&command, orders[i].word))
            return orders[i].order;
    return ORDER_NONE;
}
