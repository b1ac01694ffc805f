// SPDX-License-Identifier: GPL-2.0
/* The 8259A pair, as Intel's data sheet describes it. */
#include "pic.h"

#include "bus.h"

#define PIC_MASTER_PORT	0x20
#define PIC_SLAVE_PORT	0xa0
#define PIC_ELCR_PORT	0x4d0
#define PIC_CASCADE	2

#define ICW1		0x10
#define ICW1_NEEDS_ICW4	0x01
#define ICW1_SINGLE	0x02
#define ICW4_AUTO_EOI	0x02
#define ICW4_NESTED	0x10

#define OCW2_EOI	0x20
#define OCW2_SPECIFIC	0x40
#define OCW2_ROTATE	0x80

#define OCW3		0x08
#define OCW3_READ_ISR	0x01
#define OCW3_READ	0x02
#define OCW3_POLL	0x04
#define OCW3_MASK_ON	0x20
#define OCW3_MASK_SET	0x40

#define NO_INPUT	8

/* The highest-priority member of a set of inputs, or NO_INPUT. */
static unsigned int first_input(const struct pic_chip *chip, uint8_t set)
{
	unsigned int i;

	for (i = 1; set && i <= 8; i++) {
		unsigned int input = (chip->lowest + i) & 7;

		if (set & (1 << input))
			return input;
	}
	return NO_INPUT;
}

/* How soon an input is served: 0 is first, 7 last. */
static unsigned int rank(const struct pic_chip *chip, unsigned int input)
{
	return input == NO_INPUT ? 8 : (input - chip->lowest - 1) & 7;
}

/* The input that the chip asks its CPU (or master) to serve, or NO_INPUT. */
static unsigned int requested_input(const struct pic_chip *chip)
{
	unsigned int input = first_input(chip, chip->irr & ~chip->imr);
	uint8_t in_service = chip->isr;

	/* Special mask mode lets everything through that is not masked. */
	if (chip->special_mask)
		in_service &= ~chip->imr;
	/* A slave may ask again while the master serves it. */
	if (chip->nested)
		in_service &= ~(1 << PIC_CASCADE);
	if (rank(chip, input) < rank(chip, first_input(chip, in_service)))
		return input;
	return NO_INPUT;
}

static void drive_input(struct pic_chip *chip, unsigned int input, bool level)
{
	uint8_t bit = 1 << input;

	if (chip->level & bit)
		chip->irr = level ? chip->irr | bit : chip->irr & ~bit;
	else if (level && !(chip->lines & bit))
		chip->irr |= bit;
	else if (!level)
		chip->irr &= ~bit;	/* the request must last until served */
	chip->lines = level ? chip->lines | bit : chip->lines & ~bit;
}

static void pic_update(struct pic *pic)
{
	/* The slave's output is never edge-latched: it drops when served. */
	bool asks = requested_input(&pic->slave) != NO_INPUT;
	uint8_t cascade = 1 << PIC_CASCADE;

	if (asks)
		pic->master.irr |= cascade;
	else
		pic->master.irr &= ~cascade;
	pic->pending = requested_input(&pic->master) != NO_INPUT;
}

void pic_set_irq(struct pic *pic, unsigned int irq, bool level)
{
	drive_input(irq < 8 ? &pic->master : &pic->slave, irq & 7, level);
	pic_update(pic);
}

/* The chip's half of the acknowledge cycle: the input served, or NO_INPUT. */
static unsigned int chip_acknowledge(struct pic_chip *chip)
{
	unsigned int input = requested_input(chip);
	uint8_t bit = 1 << input;

	if (input == NO_INPUT)
		return NO_INPUT;
	if (!(chip->level & bit))
		chip->irr &= ~bit;
	if (!chip->auto_eoi)
		chip->isr |= bit;
	else if (chip->rotate_auto_eoi)
		chip->lowest = input;
	return input;
}

uint8_t pic_acknowledge(struct pic *pic)
{
	unsigned int input = chip_acknowledge(&pic->master);
	struct pic_chip *chip = &pic->master;

	if (input == PIC_CASCADE) {
		chip = &pic->slave;
		input = chip_acknowledge(chip);
	}
	pic_update(pic);
	/* A request that has gone is spurious: input 7, not in service. */
	return chip->vector + (input == NO_INPUT ? 7 : input);
}

static void write_ocw2(struct pic_chip *chip, uint8_t value)
{
	unsigned int input = value & 7;

	if (!(value & OCW2_EOI)) {
		if ((value & OCW2_ROTATE) && (value & OCW2_SPECIFIC))
			chip->lowest = input;
		else if (!(value & OCW2_SPECIFIC))
			chip->rotate_auto_eoi = value & OCW2_ROTATE;
		return;
	}
	if (!(value & OCW2_SPECIFIC))
		input = first_input(chip, chip->special_mask ?
				    chip->isr & ~chip->imr : chip->isr);
	if (input == NO_INPUT)
		return;
	chip->isr &= ~(1 << input);
	if (value & OCW2_ROTATE)
		chip->lowest = input;
}

static void write_command(struct pic_chip *chip, uint8_t value)
{
	if (value & ICW1) {
		uint8_t lines = chip->lines, level = chip->level;

		*chip = (struct pic_chip){
			.lines = lines,
			.level = level,
			.irr = lines & level,
			.lowest = 7,
			.init = 2,
			.single = value & ICW1_SINGLE,
			.needs_icw4 = value & ICW1_NEEDS_ICW4,
		};
		return;
	}
	if (!(value & OCW3)) {
		write_ocw2(chip, value);
		return;
	}
	chip->poll = value & OCW3_POLL;
	if (value & OCW3_READ)
		chip->read_isr = value & OCW3_READ_ISR;
	if (value & OCW3_MASK_SET)
		chip->special_mask = value & OCW3_MASK_ON;
}

static uint8_t after_icw3(const struct pic_chip *chip)
{
	return chip->needs_icw4 ? 4 : 0;
}

static void write_data(struct pic_chip *chip, uint8_t value)
{
	switch (chip->init) {
	case 2:
		chip->vector = value & 0xf8;
		chip->init = chip->single ? after_icw3(chip) : 3;
		break;
	case 3:		/* the cascade's wiring, which a PC has fixed */
		chip->init = after_icw3(chip);
		break;
	case 4:
		chip->auto_eoi = value & ICW4_AUTO_EOI;
		chip->nested = value & ICW4_NESTED;
		chip->init = 0;
		break;
	default:
		chip->imr = value;
	}
}

static uint8_t chip_read(struct pic_chip *chip, unsigned int offset)
{
	if (chip->poll) {
		unsigned int input = chip_acknowledge(chip);

		chip->poll = false;
		return input == NO_INPUT ? 0 : 0x80 | input;
	}
	if (offset)
		return chip->imr;
	return chip->read_isr ? chip->isr : chip->irr;
}

static void chip_write(struct pic_chip *chip, unsigned int offset, uint8_t value)
{
	if (offset)
		write_data(chip, value);
	else
		write_command(chip, value);
}

static uint8_t master_read(void *device, unsigned int offset)
{
	struct pic *pic = device;
	uint8_t value = chip_read(&pic->master, offset);

	pic_update(pic);
	return value;
}

static void master_write(void *device, unsigned int offset, uint8_t value)
{
	struct pic *pic = device;

	chip_write(&pic->master, offset, value);
	pic_update(pic);
}

static uint8_t slave_read(void *device, unsigned int offset)
{
	struct pic *pic = device;
	uint8_t value = chip_read(&pic->slave, offset);

	pic_update(pic);
	return value;
}

static void slave_write(void *device, unsigned int offset, uint8_t value)
{
	struct pic *pic = device;

	chip_write(&pic->slave, offset, value);
	pic_update(pic);
}

static uint8_t elcr_read(void *device, unsigned int offset)
{
	struct pic *pic = device;

	return offset ? pic->slave.level : pic->master.level;
}

static void set_level_triggered(struct pic_chip *chip, uint8_t inputs)
{
	chip->level = inputs;
	chip->irr |= chip->lines & inputs;
}

static void elcr_write(void *device, unsigned int offset, uint8_t value)
{
	struct pic *pic = device;

	/* The timer, keyboard, cascade, RTC and FPU lines are edge-triggered. */
	if (offset)
		set_level_triggered(&pic->slave, value & 0xde);
	else
		set_level_triggered(&pic->master, value & 0xf8);
	pic_update(pic);
}

void pic_init(struct pic *pic, struct bus *ports)
{
	*pic = (struct pic){
		.master = { .lowest = 7, .imr = 0xff },
		.slave = { .lowest = 7, .imr = 0xff },
	};
	bus_attach(ports, &(struct bus_region){
		.base = PIC_MASTER_PORT, .len = 2, .device = pic,
		.read = master_read, .write = master_write });
	bus_attach(ports, &(struct bus_region){
		.base = PIC_SLAVE_PORT, .len = 2, .device = pic,
		.read = slave_read, .write = slave_write });
	bus_attach(ports, &(struct bus_region){
		.base = PIC_ELCR_PORT, .len = 2, .device = pic,
		.read = elcr_read, .write = elcr_write });
}
