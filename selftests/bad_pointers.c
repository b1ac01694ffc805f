// SPDX-License-Identifier: GPL-2.0
/*
 * Each ioctl that takes a structure, with a pointer to what is none, or to
 * where only a part of it is.
 */
#include "test.h"
#include "trial.h"

#define ROOM	0x4000	/* more than the largest structure needs */
#define FILL	1	/* every byte of the structures: no slot is deleted */

/* One page at @end is missing; the ones before it are there. */
static uint8_t *end, *unwritable, *unreadable;

struct request {
	const char *name;
	unsigned long request;
};

#define REQUEST(name) { #name, name }

static const struct request of_the_device[] = {
	REQUEST(KVM_GET_SUPPORTED_CPUID),
	REQUEST(KVM_GET_EMULATED_CPUID),
	REQUEST(KVM_GET_MSR_INDEX_LIST),
	REQUEST(KVM_GET_MSR_FEATURE_INDEX_LIST),
	REQUEST(KVM_GET_MSRS),
	REQUEST(KVM_X86_GET_MCE_CAP_SUPPORTED),
};

static const struct request of_a_vm[] = {
	REQUEST(KVM_SET_USER_MEMORY_REGION),
	REQUEST(KVM_GET_DIRTY_LOG),
	REQUEST(KVM_CLEAR_DIRTY_LOG),
	REQUEST(KVM_SET_IDENTITY_MAP_ADDR),
	REQUEST(KVM_ENABLE_CAP),
	REQUEST(KVM_SET_GSI_ROUTING),
	REQUEST(KVM_SIGNAL_MSI),
	REQUEST(KVM_GET_CLOCK),
	REQUEST(KVM_SET_CLOCK),
	REQUEST(KVM_X86_SET_MSR_FILTER),
};

static const struct request of_a_vcpu[] = {
	REQUEST(KVM_GET_REGS),
	REQUEST(KVM_GET_SREGS),
	REQUEST(KVM_GET_SREGS2),
	REQUEST(KVM_GET_DEBUGREGS),
	REQUEST(KVM_GET_XCRS),
	REQUEST(KVM_GET_FPU),
	REQUEST(KVM_GET_XSAVE),
	REQUEST(KVM_GET_XSAVE2),
	REQUEST(KVM_GET_MSRS),
	REQUEST(KVM_GET_CPUID2),
	REQUEST(KVM_GET_VCPU_EVENTS),
	REQUEST(KVM_GET_MP_STATE),
};

static const struct request to_a_vcpu[] = {
	REQUEST(KVM_SET_SIGNAL_MASK),
	REQUEST(KVM_SET_REGS),
	REQUEST(KVM_SET_SREGS),
	REQUEST(KVM_SET_SREGS2),
	REQUEST(KVM_SET_DEBUGREGS),
	REQUEST(KVM_SET_XCRS),
	REQUEST(KVM_SET_FPU),
	REQUEST(KVM_SET_XSAVE),
	REQUEST(KVM_SET_MSRS),
	REQUEST(KVM_SET_CPUID2),
	REQUEST(KVM_SET_VCPU_EVENTS),
	REQUEST(KVM_INTERRUPT),
	REQUEST(KVM_SET_MP_STATE),
	REQUEST(KVM_SET_GUEST_DEBUG),
	REQUEST(KVM_X86_SETUP_MCE),
	REQUEST(KVM_X86_SET_MCE),
	REQUEST(KVM_ENABLE_CAP),
};

static void make_pages(void)
{
	end = anonymous_memory(ROOM + PAGE_SIZE) + ROOM;
	unwritable = anonymous_memory(ROOM);
	unreadable = anonymous_memory(ROOM);
	memset(unwritable, FILL, ROOM);
	if (munmap(end, PAGE_SIZE) ||
	    mprotect(unwritable, ROOM, PROT_READ) ||
	    mprotect(unreadable, ROOM, PROT_NONE))
		die("pages");
}

static size_t size_of(const struct request *request)
{
	return _IOC_SIZE(request->request);
}

static int try_all_pointers(struct trials *trials, enum file file,
			    const struct request *request)
{
	const struct { const char *what; uint64_t pointer; } pointers[] = {
		{ "a null pointer", 0 },
		{ "no memory", (uint64_t)end },
		{ "all but the last byte", (uint64_t)end - size_of(request) + 1 },
		{ "the first byte alone", (uint64_t)end - 1 },
		{ "memory that cannot be written", (uint64_t)unwritable },
		{ "memory that cannot be read", (uint64_t)unreadable },
		{ "the end of user space", LAST_USER - 4 },
		{ "the kernel", KERNEL },
		{ "not canonical", NOT_CANONICAL },
		{ "the last byte of all", -1ull },
	};
	struct trial trial[ARRAY_SIZE(pointers)];
	char what[ARRAY_SIZE(pointers)][96];

	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		snprintf(what[i], sizeof(what[i]), "%s: %s", request->name,
			 pointers[i].what);
		trial[i] = (struct trial) {
			.what = what[i],
			.file = file,
			.request = request->request,
			.number = pointers[i].pointer,
		};
	}
	memset(end - ROOM, FILL, ROOM);
	return trials_run_fast(trials, trial, ARRAY_SIZE(trial));
}

static void try_all(struct __test_metadata *_metadata, const char *name,
		    enum file file, const struct request *requests, size_t count)
{
	static struct trials trials;
	int traces = 0;

	make_pages();
	trials_start(&trials, name);
	for (size_t i = 0; i < count; i++)
		traces += try_all_pointers(&trials, file, &requests[i]);
	EXPECT_EQ(0, traces);
	trials_end(&trials);
	EXPECT_FIRST_DEVICES(&trials.answers);
}

#define TRY_REQUESTS(file, requests) \
	try_all(_metadata, "bad_pointers." #requests, file, requests,	\
		ARRAY_SIZE(requests))

TEST(device)
{
	TRY_REQUESTS(DEVICE, of_the_device);
}

TEST(vm)
{
	TRY_REQUESTS(VM, of_a_vm);
}

TEST(vcpu_read)
{
	TRY_REQUESTS(VCPU, of_a_vcpu);
}

TEST(vcpu_written)
{
	TRY_REQUESTS(VCPU, to_a_vcpu);
}

TEST_HARNESS_MAIN
