/* Address spaces: regions, and filling pages at the first access. */
#include "memory/space.h"

#include "boot/csr.h"
#include "lib/string.h"
#include "memory/kernel_map.h"

bool space_create(struct space *space)
{
    memset(space, 0, sizeof(*space));
    space->root = page_alloc();
    if (!space->root)
        return false;
    kernel_map_copy(space->root);
    return true;
}

void space_destroy(struct space *space)
{
    if (!space->root)
        return;
    sv39_free_below(space->root, USER_TOP);
    page_free(space->root);
    memset(space, 0, sizeof(*space));
}

static bool overlap(const struct region *a, const struct region *b)
{
    return PAGE_DOWN(a->start) < PAGE_UP(b->end) && PAGE_DOWN(b->start) < PAGE_UP(a->end);
}

bool space_add_region(struct space *space, const struct region *region)
{
    uint64_t permissions = region->permissions;
    if (region->start < PAGE_SIZE || region->start > region->end || region->end > USER_TOP)
        return false;
    if ((permissions & PTE_W) && ((permissions & PTE_X) || !(permissions & PTE_R)))
        return false;
    if (!permissions)
        return false;
    for (unsigned i = 0; i < space->region_count; i++) {
        if (overlap(&space->regions[i], region))
            return false;
    }
    if (space->region_count == SPACE_REGIONS)
        return false;
    space->regions[space->region_count++] = *region;
    return true;
}

struct region *space_region(struct space *space, uint64_t address)
{
    for (unsigned i = 0; i < space->region_count; i++) {
        struct region *region = &space->regions[i];
        if (address >= PAGE_DOWN(region->start) && address < PAGE_UP(region->end))
            return region;
    }
    return NULL;
}

/* Copies into page, which will be mapped at `address`, the bytes that the file has for it. */
static void fill_from_file(const struct region *region, uint64_t address, uint8_t *page)
{
    uint64_t file_end = region->file_start + region->file_bytes;
    uint64_t start = address > region->file_start ? address : region->file_start;
    uint64_t end = address + PAGE_SIZE < file_end ? address + PAGE_SIZE : file_end;
    if (start < end)
        memcpy(page + (start - address), region->file + (start - region->file_start), end - start);
}

/* Puts a new page where entry is empty. Returns it, or NULL. */
static void *fill_page(const struct region *region, uint64_t address, pte_t *entry)
{
    void *page = page_alloc();
    if (!page)
        return NULL;
    fill_from_file(region, address, page);
    if (region->permissions & PTE_X)
        fence_i(); /* the hart may hold instructions of the page's former life */
    *entry = pte_for(page) | region->permissions | PTE_U | PTE_A | PTE_D | PTE_V;
    return page;
}

/* Makes a shared page the space's own and writable. Returns it, or NULL. */
static void *unshare_page(pte_t *entry)
{
    void *shared = pte_page(*entry);
    void *page = shared;
    if (page_references(shared) > 1) {
        page = page_alloc();
        if (!page)
            return NULL;
        memcpy(page, shared, PAGE_SIZE);
        page_free(shared);
    }
    uint64_t bits = *entry & (PTE_PERMISSIONS | PTE_A | PTE_D | PTE_V);
    *entry = pte_for(page) | bits | PTE_W;
    return page;
}

void *space_page(struct space *space, uint64_t address, uint64_t access, bool *out_of_memory)
{
    struct region *region = space_region(space, address);
    if (!region || !(region->permissions & access))
        return NULL;

    void *page = NULL;
    pte_t *entry = sv39_entry(space->root, address, 0, true);
    if (entry && !(*entry & PTE_V))
        page = fill_page(region, PAGE_DOWN(address), entry);
    else if (entry && access == PTE_W && (*entry & PTE_COPY))
        page = unshare_page(entry);
    else if (entry)
        return pte_page(*entry);

    if (!page && out_of_memory)
        *out_of_memory = true;
    sfence_vma();
    return page;
}

/* Lets `to` have the page at address, if `from` has one. */
static bool share_page(struct space *to, struct space *from, uint64_t address)
{
    pte_t *theirs = sv39_entry(from->root, address, 0, false);
    if (!theirs || !(*theirs & PTE_V))
        return true;
    pte_t *ours = sv39_entry(to->root, address, 0, true);
    if (!ours)
        return false;
    if (*theirs & PTE_W)
        *theirs = (*theirs & ~PTE_W) | PTE_COPY;
    page_share(pte_page(*theirs));
    *ours = *theirs;
    return true;
}

bool space_clone(struct space *to, struct space *from)
{
    memcpy(to->regions, from->regions, sizeof(to->regions));
    to->region_count = from->region_count;
    to->heap = from->heap ? to->regions + (from->heap - from->regions) : NULL;

    bool done = true;
    for (unsigned i = 0; i < from->region_count && done; i++) {
        const struct region *region = &from->regions[i];
        uint64_t address = PAGE_DOWN(region->start);
        for (; address < region->end && done; address += PAGE_SIZE)
            done = share_page(to, from, address);
    }
    sfence_vma();
    return done;
}

void space_drop_pages(struct space *space, uint64_t start, uint64_t end)
{
    for (uint64_t address = start; address < end; address += PAGE_SIZE) {
        pte_t *entry = sv39_entry(space->root, address, 0, false);
        if (!entry || !(*entry & PTE_V))
            continue;
        page_free(pte_page(*entry));
        *entry = 0;
    }
    sfence_vma();
}

size_t space_resident(const struct space *space)
{
    size_t pages = 0;
    for (unsigned i = 0; i < space->region_count; i++) {
        const struct region *region = &space->regions[i];
        for (uint64_t at = PAGE_DOWN(region->start); at < region->end; at += PAGE_SIZE) {
            pte_t *entry = sv39_entry(space->root, at, 0, false);
            pages += entry && (*entry & PTE_V);
        }
    }
    return pages;
}
