/* Parses a line in one pass: words are copied, without their quotes, into the line's text. */
#include "user/sh/sh.h"

struct parser {
    const char *next;
    struct line *line;
    const char *error; /* the first that was found */
};

static struct pipeline *pipeline_of(struct parser *parser)
{
    return &parser->line->pipelines[parser->line->count];
}

static struct command *command_of(struct parser *parser)
{
    struct pipeline *pipeline = pipeline_of(parser);
    return &pipeline->commands[pipeline->count];
}

static void complain(struct parser *parser, const char *error)
{
    if (!parser->error)
        parser->error = error;
}

static void keep(struct parser *parser, char character)
{
    struct line *line = parser->line;
    if (line->used == sizeof(line->text))
        complain(parser, "the line is too long");
    else
        line->text[line->used++] = character;
}

/* Takes "$?" if it stands here. */
static bool take_status(struct parser *parser)
{
    if (strncmp(parser->next, "$?", 2))
        return false;
    keep(parser, STATUS_MARK);
    parser->next += 2;
    return true;
}

/* Takes what a quote encloses. next stands on the opening quote, and after the closing one. */
static void take_quoted(struct parser *parser)
{
    char quote = *parser->next++;
    while (*parser->next && *parser->next != quote) {
        bool escaped = quote == '"' && *parser->next == '\\' && parser->next[1];
        if (quote == '"' && take_status(parser))
            continue;
        parser->next += escaped;
        keep(parser, *parser->next++);
    }
    if (!*parser->next)
        complain(parser, "a quote is not closed");
    else
        parser->next++;
}

static bool ends_word(char character)
{
    return !character || strchr(" \t;&|<>", character);
}

/* Takes one word. Returns it, or NULL if there is none here. */
static char *take_word(struct parser *parser)
{
    if (ends_word(*parser->next))
        return NULL;
    char *word = parser->line->text + parser->line->used;
    while (!ends_word(*parser->next)) {
        if (*parser->next == '\'' || *parser->next == '"') {
            take_quoted(parser);
        } else if (!take_status(parser)) {
            parser->next += *parser->next == '\\' && parser->next[1];
            keep(parser, *parser->next++);
        }
    }
    keep(parser, 0);
    return word;
}

static void skip_blanks(struct parser *parser)
{
    while (*parser->next == ' ' || *parser->next == '\t')
        parser->next++;
}

/* Takes '<', '>' or '>>' and the name of the file. */
static void take_redirection(struct parser *parser)
{
    struct command *command = command_of(parser);
    bool input = *parser->next++ == '<';
    bool append = !input && *parser->next == '>';
    parser->next += append;
    skip_blanks(parser);
    char *name = take_word(parser);
    if (!name)
        complain(parser, "a redirection names no file");
    if (input)
        command->input = name;
    else
        command->output = name;
    command->append = append;
}

/* Takes words and redirections up to the next operator. Returns false if there is nothing. */
static bool take_command(struct parser *parser)
{
    struct command *command = command_of(parser);
    for (;;) {
        skip_blanks(parser);
        if (*parser->next == '<' || *parser->next == '>') {
            take_redirection(parser);
            continue;
        }
        char *word = take_word(parser);
        if (!word)
            break;
        if (command->count == MAX_WORDS) {
            complain(parser, "a command has too many words");
            break;
        }
        command->words[command->count++] = word;
    }
    if (!command->count && (command->input || command->output))
        complain(parser, "a redirection has no command");
    return command->count;
}

/* Takes commands and the '|' between them. Returns false if there is nothing. */
static bool take_pipeline(struct parser *parser)
{
    struct pipeline *pipeline = pipeline_of(parser);
    while (take_command(parser)) {
        pipeline->count++;
        if (*parser->next != '|' || parser->next[1] == '|')
            return true;
        parser->next++;
        if (pipeline->count == MAX_COMMANDS) {
            complain(parser, "a pipeline has too many commands");
            return true;
        }
    }
    if (pipeline->count)
        complain(parser, "no command stands after '|'");
    return false;
}

/* Takes the operator after a pipeline, if there is one. */
static enum connector take_connector(struct parser *parser)
{
    static const struct {
        const char *text;
        enum connector connector;
    } operators[] = {
        {"&&", CONNECT_AND},
        {"||", CONNECT_OR},
        {"&", CONNECT_BACKGROUND},
        {";", CONNECT_THEN},
    };
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(parser->next, operators[i].text, length))
            continue;
        parser->next += length;
        return operators[i].connector;
    }
    return CONNECT_THEN;
}

/* A line that begins with '#' is a comment. */
static bool is_over(struct parser *parser)
{
    skip_blanks(parser);
    return !*parser->next || *parser->next == '#' || parser->error;
}

const char *parse_line(struct line *line, const char *text)
{
    struct parser parser = {.next = text, .line = line};
    memset(line, 0, sizeof(*line));
    while (!is_over(&parser)) {
        if (line->count == MAX_PIPELINES) {
            complain(&parser, "the line has too many commands");
            break;
        }
        if (!take_pipeline(&parser)) {
            complain(&parser, "a command is missing before an operator");
            break;
        }
        struct pipeline *pipeline = pipeline_of(&parser);
        pipeline->connector = take_connector(&parser);
        line->count++;
        if (pipeline->connector >= CONNECT_AND && is_over(&parser))
            complain(&parser, "a command is missing after '&&' or '||'");
    }
    return parser.error;
}
