/* coach check --secrets: noninterference asked of a check that does not ask for it itself. */
#include <string.h>

#include "check/arena.h"
#include "check/parse.h"
#include "lib/buffer.h"
#include "result/result.h"

/* The VM's arguments with a secret among them, which only some guests take to heart. */
static void give_secret(struct check *check, struct scenario_vm *vm)
{
    struct buffer text = {0};
    if (vm->args && strstr(vm->args, SCENARIO_SECRET))
        return;
    buffer_printf(&text, "%s%ssecret=" SCENARIO_SECRET, vm->args ? vm->args : "",
                  vm->args && *vm->args ? " " : "");
    vm->args = arena_text(check->arena, text.data, text.length);
    buffer_free(&text);
}

void check_add_secrets(struct check *check)
{
    struct scenario *scenario = &check->scenario;
    struct property *property = arena_take(check->arena, sizeof *property);
    struct item *item = arena_take(check->arena, sizeof *item), **last = &check->items;
    if (check->watchers)
        return; /* it asks for it itself */
    for (unsigned i = 1; i < scenario->vms; i++)
        give_secret(check, &scenario->vm[i]);
    if (scenario->vm[0].args && strstr(scenario->vm[0].args, SCENARIO_SECRET))
        return;
    check->watchers = 1;
    property->kind = PROPERTY_SECRETS;
    property->text = "noninterference, by --secrets";
    item->id = "secrets";
    item->title = "What the other VMs keep to themselves, the first one does not see";
    item->properties = property;
    item->evidence = EVIDENCE_SEEN;
    item->place = property->place = (struct place){1, 1};
    while (*last)
        last = &(*last)->next;
    *last = item;
}
