/* The channel to the model of a VM's contract, which the watch plugin holds the machine against. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "machine/observer_parts.h"

int observer_model_prepare(struct observer *observer, const struct qemu_options *machine,
                           struct error *error)
{
    struct stat bundle = {0};
    uint64_t text[2];
    struct model_channel *channel;
    int fd = file_nameless("model", error);

    if (fd < 0)
        return -1;
    if (ftruncate(fd, sizeof(*channel)) != 0 ||
        (channel = mmap(NULL, sizeof(*channel), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) ==
            MAP_FAILED) {
        close(fd);
        return error_fault(error, "the model's channel: %s", strerror(errno));
    }
    if (machine->bundle_fd >= 0)
        fstat(machine->bundle_fd, &bundle);
    symbols_text(observer->seen->hypervisor, &text[0], &text[1]);
    *channel = (struct model_channel){
        .magic = MODEL_CHANNEL_MAGIC,
        .firmware = {QEMU_RAM_BASE, observer->image_from},
        .image = {observer->image_from, observer->image_to},
        .text = {text[0], text[1]},
        .bundle_bytes = (uint64_t)bundle.st_size,
        .bundle_fd = machine->bundle_fd,
        .record_fd = observer->options->record_fd,
        .console_fd = observer->options->console_fd,
        .fill_seed = machine->fill_seed,
        .harts = machine->harts,
        .sstc = !strstr(machine->cpu, "sstc=off"),
    };
    for (size_t i = 0; i < observer->options->command_count && i < MODEL_CHANNEL_COMMANDS; i++)
        channel->command[channel->commands++] = observer->options->commands[i];
    for (size_t i = 0; i < observer->options->input_count && i < MODEL_CHANNEL_INPUTS; i++)
        channel->input[channel->inputs++] = observer->options->inputs[i];
    if (observer->options->guest_text)
        memcpy(channel->guest_text, observer->options->guest_text, sizeof(channel->guest_text));
    observer->model_fd = fd;
    observer->seen->model = channel;
    return 0;
}

void observer_model_free(struct observation *seen)
{
    if (seen->model)
        munmap(seen->model, sizeof(*seen->model));
    seen->model = NULL;
}
