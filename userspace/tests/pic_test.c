// SPDX-License-Identifier: GPL-2.0
/* The 8259 pair, driven as the CPU and the devices do. */
#include <stdio.h>
#include <string.h>

#include "../bus.h"
#include "../pic.h"

#define MASTER	0x20
#define SLAVE	0xa0
#define ELCR	0x4d0
#define NONE	(-1)

static unsigned int passed, failed;
static struct bus bus;
static struct pic pic;

static void out(uint16_t port, uint8_t value)
{
	bus_write(&bus, port, &value, 1);
}

static uint8_t in(uint16_t port)
{
	uint8_t value;

	bus_read(&bus, port, &value, 1);
	return value;
}

static void expect(const char *what, int expected, int got)
{
	if (expected == got) {
		passed++;
		return;
	}
	failed++;
	printf("not ok %s: %d instead of %d\n", what, got, expected);
}

/* The vector that the CPU gets, or NONE. */
static int vector(void)
{
	return pic.pending ? pic_acknowledge(&pic) : NONE;
}

static void pulse(unsigned int irq)
{
	pic_set_irq(&pic, irq, false);
	pic_set_irq(&pic, irq, true);
}

/* As a PC's firmware does it, with nothing masked. */
static void start(uint8_t icw4)
{
	memset(&bus, 0, sizeof(bus));
	pic_init(&pic, &bus);
	out(MASTER, 0x11);
	out(MASTER + 1, 0x08);
	out(MASTER + 1, 0x04);
	out(MASTER + 1, icw4);
	out(SLAVE, 0x11);
	out(SLAVE + 1, 0x70);
	out(SLAVE + 1, 0x02);
	out(SLAVE + 1, icw4);
	out(MASTER + 1, 0);
	out(SLAVE + 1, 0);
}

static void test_priority(void)
{
	start(0x01);
	pulse(4);
	pulse(1);
	expect("the higher priority comes first", 0x09, vector());
	expect("the lower has to wait", NONE, vector());
	pulse(0);
	expect("a higher one interrupts", 0x08, vector());
	out(MASTER, 0x20);
	expect("EOI ends the higher", NONE, vector());
	out(MASTER, 0x20);
	expect("EOI lets the lower through", 0x0c, vector());
	expect("an edge counts once", 0, in(MASTER));
}

static void test_cascade(void)
{
	start(0x01);
	pulse(12);
	pulse(8);
	expect("the slave's vector", 0x70, vector());
	out(SLAVE, 0x20);
	expect("the master waits for its EOI too", NONE, vector());
	out(MASTER, 0x20);
	expect("the slave's next", 0x74, vector());
	pulse(3);
	expect("the slave comes before the master's later inputs", NONE,
	       vector());
	out(SLAVE, 0x60 | 4);
	out(MASTER, 0x60 | 2);
	expect("specific EOIs end both", 0x0b, vector());
}

static void test_mask(void)
{
	start(0x01);
	out(MASTER + 1, 0x10);
	pulse(4);
	expect("masked", NONE, vector());
	expect("the mask can be read", 0x10, in(MASTER + 1));
	expect("the request can be read", 0x10, in(MASTER));
	out(MASTER + 1, 0);
	expect("it waited", 0x0c, vector());
	out(MASTER, 0x0b);
	expect("what is in service can be read", 0x10, in(MASTER));
	pulse(6);
	out(MASTER, 0x68);
	out(MASTER + 1, 0x10);
	expect("special mask mode lets lower ones through", 0x0e, vector());
}

static void test_spurious(void)
{
	start(0x01);
	pulse(5);
	pic_set_irq(&pic, 5, false);
	expect("a request that goes is not pending", NONE, vector());
	expect("it is spurious if the CPU asks", 0x0f, pic_acknowledge(&pic));
	out(MASTER, 0x0b);
	expect("spurious is not in service", 0, in(MASTER));
}

static void test_modes(void)
{
	start(0x03);
	pulse(1);
	expect("with automatic EOI", 0x09, vector());
	pulse(1);
	expect("nothing stays in service", 0x09, vector());

	start(0x01);
	out(MASTER, 0xc0 | 4);
	pulse(0);
	pulse(5);
	expect("input 5 is first when 4 is last", 0x0d, vector());
	out(MASTER, 0xa0);
	expect("rotated to the end", 0x08, vector());

	start(0x01);
	out(ELCR, 0x20);
	pic_set_irq(&pic, 5, true);
	expect("level-triggered", 0x0d, vector());
	out(MASTER, 0x20);
	expect("still there", 0x0d, vector());
	pic_set_irq(&pic, 5, false);
	out(MASTER, 0x20);
	expect("gone", NONE, vector());

	start(0x01);
	pulse(3);
	out(MASTER, 0x0c);
	expect("a poll acknowledges", 0x83, in(MASTER));
	out(MASTER, 0x0c);
	expect("nothing to poll", 0, in(MASTER));
}

int main(void)
{
	test_priority();
	test_cascade();
	test_mask();
	test_spurious();
	test_modes();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
