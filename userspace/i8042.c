// SPDX-License-Identifier: GPL-2.0
/*
 * The 8042 keyboard controller. It answers all commands at once: a guest's
 * driver would wait for half a second, busily, for each that is not answered.
 */
#include "i8042.h"

#include "bus.h"
#include "power.h"

#define I8042_DATA_PORT		0x60
#define I8042_COMMAND_PORT	0x64

#define I8042_ANSWERED		0x01
#define I8042_SELF_TESTED	0x04
#define I8042_UNLOCKED		0x10
#define I8042_FROM_AUX		0x20

enum {
	READ_CONFIG = 0x20, WRITE_CONFIG = 0x60,
	DISABLE_AUX = 0xa7, ENABLE_AUX, TEST_AUX, SELF_TEST, TEST_KEYBOARD,
	DISABLE_KEYBOARD = 0xad, ENABLE_KEYBOARD,
	READ_OUTPUT = 0xd0, WRITE_OUTPUT, LOOP_KEYBOARD, LOOP_AUX, WRITE_AUX,
	PULSE_RESET = 0xfe,
};

#define CONFIG_KEYBOARD_OFF	0x10
#define CONFIG_AUX_OFF		0x20
#define OUTPUT_NOT_RESET	0x01
#define OUTPUT_A20		0x02
#define SELF_TEST_PASSED	0x55
#define PORT_TEST_PASSED	0x00

static void answer(struct i8042 *i8042, uint8_t value, bool from_aux)
{
	i8042->answer = value;
	i8042->answered = true;
	i8042->from_aux = from_aux;
}

static void write_command(struct i8042 *i8042, uint8_t command)
{
	i8042->command = 0;
	switch (command) {
	case READ_CONFIG:
		answer(i8042, i8042->config, false);
		break;
	case DISABLE_AUX:
		i8042->config |= CONFIG_AUX_OFF;
		break;
	case ENABLE_AUX:
		i8042->config &= ~CONFIG_AUX_OFF;
		break;
	case SELF_TEST:
		answer(i8042, SELF_TEST_PASSED, false);
		break;
	case TEST_AUX:
	case TEST_KEYBOARD:
		answer(i8042, PORT_TEST_PASSED, false);
		break;
	case DISABLE_KEYBOARD:
		i8042->config |= CONFIG_KEYBOARD_OFF;
		break;
	case ENABLE_KEYBOARD:
		i8042->config &= ~CONFIG_KEYBOARD_OFF;
		break;
	case READ_OUTPUT:
		answer(i8042, i8042->output, false);
		break;
	case WRITE_CONFIG:
	case WRITE_OUTPUT:
	case LOOP_KEYBOARD:
	case LOOP_AUX:
	case WRITE_AUX:
		i8042->command = command;
		break;
	case PULSE_RESET:
		power_off(i8042->power, STATUS_OK, "the guest reset the PC");
		break;
	}
}

static void write_data(struct i8042 *i8042, uint8_t value)
{
	switch (i8042->command) {
	case WRITE_CONFIG:
		i8042->config = value;
		break;
	case WRITE_OUTPUT:
		i8042->output = value;
		if (!(value & OUTPUT_NOT_RESET))
			power_off(i8042->power, STATUS_OK,
				  "the guest reset the PC");
		break;
	case LOOP_KEYBOARD:
	case LOOP_AUX:
		answer(i8042, value, i8042->command == LOOP_AUX);
		break;
	default:	/* goes to the keyboard or mouse that isn't there */
		break;
	}
	i8042->command = 0;
}

static uint8_t data_read(void *device, unsigned int offset)
{
	struct i8042 *i8042 = device;

	(void)offset;
	i8042->answered = false;
	return i8042->answer;
}

static void data_write(void *device, unsigned int offset, uint8_t value)
{
	(void)offset;
	write_data(device, value);
}

static uint8_t status_read(void *device, unsigned int offset)
{
	const struct i8042 *i8042 = device;
	uint8_t status = I8042_SELF_TESTED | I8042_UNLOCKED;

	(void)offset;
	if (i8042->answered)
		status |= I8042_ANSWERED;
	if (i8042->answered && i8042->from_aux)
		status |= I8042_FROM_AUX;
	return status;
}

static void command_write(void *device, unsigned int offset, uint8_t value)
{
	(void)offset;
	write_command(device, value);
}

void i8042_init(struct i8042 *i8042, struct bus *ports, struct power *power)
{
	*i8042 = (struct i8042){
		.power = power,
		.config = CONFIG_KEYBOARD_OFF | CONFIG_AUX_OFF,
		.output = OUTPUT_NOT_RESET | OUTPUT_A20,
	};
	bus_attach(ports, &(struct bus_region){
		.base = I8042_DATA_PORT, .len = 1, .device = i8042,
		.read = data_read, .write = data_write });
	bus_attach(ports, &(struct bus_region){
		.base = I8042_COMMAND_PORT, .len = 1, .device = i8042,
		.read = status_read, .write = command_write });
}
