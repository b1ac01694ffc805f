// SPDX-License-Identifier: GPL-2.0
/* The 16550A, as National's data sheet describes it. */
#include "serial.h"

#include <linux/serial_reg.h>

#include "bus.h"
#include "pic.h"
#include "term.h"
#include "wakeup.h"

#define SERIAL_PORT	0x3f8
#define SERIAL_IRQ	4
#define MSR_CONNECTED	(UART_MSR_DCD | UART_MSR_DSR | UART_MSR_CTS)

static bool fifo_enabled(const struct serial *serial)
{
	return serial->fcr & UART_FCR_ENABLE_FIFO;
}

/* The interrupt that comes first, or UART_IIR_NO_INT. */
static uint8_t interrupt_id(const struct serial *serial)
{
	static const uint8_t triggers[] = { 1, 4, 8, 14 };
	unsigned int trigger = fifo_enabled(serial) ?
		triggers[serial->fcr >> 6] : 1;

	if ((serial->ier & UART_IER_RLSI) && serial->errors)
		return UART_IIR_RLSI;
	/* The sender pauses after each byte: no wait for the time-out. */
	if ((serial->ier & UART_IER_RDI) && serial->count)
		return serial->count < trigger ? UART_IIR_RX_TIMEOUT :
			UART_IIR_RDI;
	if ((serial->ier & UART_IER_THRI) && serial->sent)
		return UART_IIR_THRI;
	return UART_IIR_NO_INT;
}

static void serial_update(struct serial *serial)
{
	/* On a PC, OUT2 connects the chip's interrupt to the bus. */
	bool raise = (serial->mcr & UART_MCR_OUT2) &&
		!(serial->mcr & UART_MCR_LOOP) &&
		interrupt_id(serial) != UART_IIR_NO_INT;

	pic_set_irq(serial->pic, SERIAL_IRQ, raise);
}

size_t serial_room(const struct serial *serial)
{
	return (fifo_enabled(serial) ? SERIAL_FIFO : 1) - serial->count;
}

static void receive_byte(struct serial *serial, uint8_t byte)
{
	if (!serial_room(serial)) {
		serial->errors |= UART_LSR_OE;
		return;
	}
	serial->fifo[(serial->first + serial->count++) % SERIAL_FIFO] = byte;
}

void serial_receive(struct serial *serial, const uint8_t *data, size_t len)
{
	for (; len; len--, data++)
		receive_byte(serial, *data);
	serial_update(serial);
}

static uint8_t read_data(struct serial *serial)
{
	uint8_t byte;

	if (!serial->count)
		return 0;
	byte = serial->fifo[serial->first];
	serial->first = (serial->first + 1) % SERIAL_FIFO;
	if (!--serial->count)
		wakeup_soon();	/* the user may have typed more */
	return byte;
}

static void write_data(struct serial *serial, uint8_t byte)
{
	serial->sent = true;
	if (serial->mcr & UART_MCR_LOOP) {
		receive_byte(serial, byte);
		return;
	}
	serial->talking = true;
	term_put(byte);
}

static uint8_t read_iir(struct serial *serial)
{
	uint8_t id = interrupt_id(serial);

	if (id == UART_IIR_THRI)
		serial->sent = false;
	return id | (fifo_enabled(serial) ? 0xc0 : 0);
}

static uint8_t read_lsr(struct serial *serial)
{
	uint8_t value = UART_LSR_THRE | UART_LSR_TEMT | serial->errors |
		(serial->count ? UART_LSR_DR : 0);

	/* A guest that asks twice waits for an answer: show the question. */
	if (!serial->talking)
		term_flush();
	serial->talking = false;
	serial->errors = 0;
	return value;
}

static uint8_t read_msr(const struct serial *serial)
{
	uint8_t mcr = serial->mcr;

	if (!(mcr & UART_MCR_LOOP))
		return MSR_CONNECTED;
	return ((mcr & UART_MCR_RTS) ? UART_MSR_CTS : 0) |
	       ((mcr & UART_MCR_DTR) ? UART_MSR_DSR : 0) |
	       ((mcr & UART_MCR_OUT1) ? UART_MSR_RI : 0) |
	       ((mcr & UART_MCR_OUT2) ? UART_MSR_DCD : 0);
}

static void write_fcr(struct serial *serial, uint8_t value)
{
	/* A byte that waits does not survive the switch, as on the chip. */
	if ((value & UART_FCR_CLEAR_RCVR) ||
	    ((value ^ serial->fcr) & UART_FCR_ENABLE_FIFO)) {
		serial->count = 0;
		wakeup_soon();
	}
	serial->fcr = value & (UART_FCR_ENABLE_FIFO | UART_FCR_TRIGGER_MASK);
}

static void write_ier(struct serial *serial, uint8_t value)
{
	/* An empty transmitter interrupts as soon as it is allowed to. */
	if (value & ~serial->ier & UART_IER_THRI)
		serial->sent = true;
	serial->ier = value & 0x0f;
}

static bool divisor_selected(const struct serial *serial)
{
	return serial->lcr & UART_LCR_DLAB;
}

static uint8_t serial_read(void *device, unsigned int offset)
{
	struct serial *serial = device;
	uint8_t value = 0;

	switch (offset) {
	case UART_RX:
		value = divisor_selected(serial) ? serial->divisor :
			read_data(serial);
		break;
	case UART_IER:
		value = divisor_selected(serial) ? serial->divisor >> 8 :
			serial->ier;
		break;
	case UART_IIR:
		value = read_iir(serial);
		break;
	case UART_LCR:
		return serial->lcr;
	case UART_MCR:
		return serial->mcr;
	case UART_LSR:
		value = read_lsr(serial);
		break;
	case UART_MSR:
		return read_msr(serial);
	case UART_SCR:
		return serial->scratch;
	}
	serial_update(serial);
	return value;
}

static void serial_write(void *device, unsigned int offset, uint8_t value)
{
	struct serial *serial = device;

	switch (offset) {
	case UART_TX:
		if (divisor_selected(serial))
			serial->divisor = (serial->divisor & 0xff00) | value;
		else
			write_data(serial, value);
		break;
	case UART_IER:
		if (divisor_selected(serial))
			serial->divisor = (serial->divisor & 0xff) | value << 8;
		else
			write_ier(serial, value);
		break;
	case UART_FCR:
		write_fcr(serial, value);
		break;
	case UART_LCR:
		serial->lcr = value;
		break;
	case UART_MCR:
		serial->mcr = value & 0x1f;
		break;
	case UART_SCR:
		serial->scratch = value;
		break;
	default:	/* LSR and MSR are the line's */
		break;
	}
	serial_update(serial);
}

void serial_init(struct serial *serial, struct bus *ports, struct pic *pic)
{
	*serial = (struct serial){ .pic = pic, .divisor = 12 };
	bus_attach(ports, &(struct bus_region){
		.base = SERIAL_PORT, .len = 8, .device = serial,
		.read = serial_read, .write = serial_write });
}
