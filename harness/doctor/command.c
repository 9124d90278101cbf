/* `coach doctor`: what is installed, in which version, and what to do about what is not. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "command.h"
#include "doctor/findings.h"
#include "lib/buffer.h"
#include "lib/terminal.h"

static const char *const level_names[] = {"ok", "lacking", "wrong"};
static const enum colour level_colours[] = {COLOUR_GREEN, COLOUR_YELLOW, COLOUR_RED};

void finding_add(struct findings *findings, const struct finding *finding)
{
    size_t bytes = (findings->count + 1) * sizeof(*findings->list);
    findings->list = reallocate(findings->list, bytes);
    struct finding *added = &findings->list[findings->count++];
    *added = *finding;
    if (added->found == NULL)
        added->found = copy_string("");
    if (added->advice == NULL)
        added->advice = copy_string("");
}

void examine_terminal(struct findings *findings)
{
    const char *no_colour = getenv("NO_COLOR");
    bool off = no_colour != NULL && *no_colour != '\0';
    const char *found = "on a terminal";
    if (off)
        found = "off: NO_COLOR is set";
    else if (!terminal_colour(stdout))
        found = "off: the output is no terminal that takes colour";
    finding_add(findings, &(struct finding){.group = "terminal",
                                            .name = "colour",
                                            .found = copy_string(found),
                                            .needed = ""});
}

static void print_finding(const struct finding *finding)
{
    printf("  %s%-7s%s %-28s %s", colour_begin(stdout, level_colours[finding->level]),
           level_names[finding->level], colour_end(stdout), finding->name, finding->found);
    if (*finding->needed != '\0')
        printf("  (needed: %s)", finding->needed);
    putchar('\n');
    if (*finding->advice != '\0')
        printf("          → %s\n", finding->advice);
}

static void print_text(const struct findings *findings, size_t wrong)
{
    const char *group = "";
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (strcmp(group, finding->group) != 0)
            printf("%s%s%s\n", colour_begin(stdout, COLOUR_BOLD), finding->group,
                   colour_end(stdout));
        group = finding->group;
        print_finding(finding);
    }
    if (wrong == 0)
        puts("Everything that is needed is there.");
    else
        printf("%zu of the things above must be put right first.\n", wrong);
}

static void print_json(const struct findings *findings, size_t wrong)
{
    json_t *root = json_object(), *list = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "group", finding->group, "name",
                            finding->name, "level", level_names[finding->level], "found",
                            finding->found, "needed", finding->needed, "advice", finding->advice));
    }
    json_object_set_new(root, "schema", json_string("stagecoach/doctor/v1"));
    json_object_set_new(root, "well", json_boolean(wrong == 0));
    json_object_set_new(root, "findings", list);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static size_t count_wrong(const struct findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->list[i].level == FINDING_WRONG;
    return count;
}

static void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].found);
        free(findings->list[i].advice);
    }
    free(findings->list);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    if (key == 'j')
        *(bool *)state->input = true;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "\"%s\": no argument was expected", value);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static int doctor_command(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"json", 'j', 0, 0, "Print a JSON object instead of lines", 0}, {0}};
    static const struct argp parser = {
        options,
        parse_option,
        "",
        "Says what is installed, in which version, and what to do about what is not.\v"
        "Exit status: 0 everything needed is there, 1 something needed is not.",
        0,
        0,
        0};
    bool json = false;
    struct findings findings = {0};
    argp_parse(&parser, argc, argv, 0, NULL, &json);
    examine_machine(&findings);
    examine_toolchain(&findings);
    examine_libraries(&findings);
    examine_sandbox(&findings);
    examine_terminal(&findings);
    size_t wrong = count_wrong(&findings);
    if (json)
        print_json(&findings, wrong);
    else
        print_text(&findings, wrong);
    findings_free(&findings);
    return wrong == 0 ? COACH_OK : COACH_FAILED;
}

COACH_COMMAND(doctor, doctor_command, "say what is installed and what is missing");
