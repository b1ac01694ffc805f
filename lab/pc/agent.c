// SPDX-License-Identifier: GPL-2.0
/*
 * The lab's agent inside the emulated PC.
 *
 *   agent say TEXT   send one line to lab/run
 *   agent run FILE   run the command in FILE, stream its output, report its
 *                    status, switch the PC off
 *   agent off        switch the PC off
 *
 * FILE holds the command's words, each ended by a NUL. "-t" and "ROWS COLUMNS"
 * before them ask for a terminal on ttyS1 instead of a stream.
 *
 * Output leaves by port 0xe9, which Bochs copies to its standard output: one
 * OUT per byte, nothing to wait for, every byte value allowed. Lines for
 * lab/run leave by the third serial port. Ports are driven from here because
 * no driver is then needed, and none can be broken by what is being tested.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define STREAM_PORT	0xe9
#define SHUTDOWN_PORT	0x8900
#define CONSOLE_UART	0x3f8
#define CONTROL_UART	0x3e8

#define UART_DLL	0
#define UART_DLM	1
#define UART_LCR	3
#define UART_LCR_8N1	0x03
#define UART_LCR_DLAB	0x80
#define UART_LSR	5
#define UART_LSR_THRE	0x20
#define UART_LSR_TEMT	0x40

/* Ends the emulator's own words on its standard output; lab/run knows it. */
#define STREAM_BEGIN	"=== output of the PC ===\n"

static void uart_wait(unsigned short uart, unsigned char bit)
{
	while (!(inb(uart + UART_LSR) & bit))
		;
}

/* The kernel's probing left the port at five bits a character. */
static void uart_setup(unsigned short uart)
{
	outb(UART_LCR_DLAB, uart + UART_LCR);
	outb(1, uart + UART_DLL);
	outb(0, uart + UART_DLM);
	outb(UART_LCR_8N1, uart + UART_LCR);
}

static void say(const char *line)
{
	for (; *line; line++) {
		uart_wait(CONTROL_UART, UART_LSR_THRE);
		outb(*line == '\n' ? ' ' : *line, CONTROL_UART);
	}
	uart_wait(CONTROL_UART, UART_LSR_THRE);
	outb('\n', CONTROL_UART);
	uart_wait(CONTROL_UART, UART_LSR_TEMT);
}

static void stream(const char *buf, size_t len)
{
	outsb(STREAM_PORT, buf, len);
}

/* Bochs ends at once when it reads this word on this port. */
static void switch_off(void)
{
	uart_wait(CONSOLE_UART, UART_LSR_TEMT);
	for (const char *p = "Shutdown"; *p; p++)
		outb(*p, SHUTDOWN_PORT);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void fail(const char *what)
{
	char line[256];

	snprintf(line, sizeof(line), "agent: %s: %s", what, strerror(errno));
	say(line);
	switch_off();
}

/* Cut the file's text into words; the last pointer is NULL. */
static char **read_command(const char *path)
{
	static char text[128 * 1024];
	static char *words[4096];
	size_t count = 0;
	ssize_t len;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0)
		fail(path);
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		fail(path);
	close(fd);
	for (char *p = text; p < text + len; p += strlen(p) + 1) {
		if (count == sizeof(words) / sizeof(words[0]) - 1) {
			errno = E2BIG;
			fail(path);
		}
		words[count++] = p;
	}
	return words;
}

/* The command gets neither the agent's ports nor its signal mask. */
static void exec_command(char **words)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (iopl(0))
		warn("iopl");
	execvp(words[0], words);
	warn("%s", words[0]);
	_exit(errno == ENOENT ? 127 : 126);
}

static pid_t start_on_pipe(char **words, int *output)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		fail("pipe");
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		setsid();
		dup2(null, STDIN_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		exec_command(words);
	}
	close(fds[1]);
	*output = fds[0];
	return pid;
}

/*
 * The terminal is the agent's own: at the end of the session that it controls
 * the kernel would throw away what is still to be sent.
 */
static pid_t start_on_terminal(char **words, const char *size, int *terminal)
{
	struct winsize winsize = {};
	pid_t pid;
	int tty;

	setsid();
	tty = open("/dev/ttyS1", O_RDWR | O_CLOEXEC);
	if (tty < 0)
		fail("/dev/ttyS1");
	ioctl(tty, TIOCSCTTY, 0);
	sscanf(size, "%hu %hu", &winsize.ws_row, &winsize.ws_col);
	ioctl(tty, TIOCSWINSZ, &winsize);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		dup2(tty, STDIN_FILENO);
		dup2(tty, STDOUT_FILENO);
		dup2(tty, STDERR_FILENO);
		exec_command(words);
	}
	*terminal = tty;
	return pid;
}

/* Copy what is there to the stream; false at the end of the pipe. */
static int copy_output(int fd)
{
	static char buf[64 * 1024];
	ssize_t len;

	len = read(fd, buf, sizeof(buf));
	if (len > 0)
		stream(buf, len);
	return len > 0 || (len < 0 && errno == EINTR);
}

static volatile sig_atomic_t child_ended;

static void on_child(int sig)
{
	(void)sig;
	child_ended = 1;
}

/*
 * Copy output until the command itself has ended; processes that it left
 * behind may hold the pipe open for ever, so then only what is already there.
 * SIGCHLD is blocked except in ppoll(), so none is missed before it sleeps.
 */
static int wait_for(pid_t command, int output)
{
	struct pollfd poll_fd = { .fd = output, .events = POLLIN };
	const struct timespec now = {};
	sigset_t unblocked;
	int status, done = 0;

	sigemptyset(&unblocked);
	while (!done) {
		int ready = ppoll(&poll_fd, 1, NULL, &unblocked);
		pid_t pid;

		if (ready > 0 && !copy_output(output))
			poll_fd.fd = -1;
		if (!child_ended)
			continue;
		child_ended = 0;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == command) {
				done = 1;
				break;
			}
	}
	while (ppoll(&poll_fd, 1, &now, NULL) > 0 && copy_output(output))
		;
	return status;
}

static void run(const char *path)
{
	struct sigaction action = { .sa_handler = on_child };
	char **words = read_command(path);
	sigset_t child_set;
	char line[64];
	int status, output = -1, terminal = -1;
	pid_t pid;

	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&child_set);
	sigaddset(&child_set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_set, NULL);
	if (!strcmp(words[0], "-t")) {
		pid = start_on_terminal(words + 2, words[1], &terminal);
	} else {
		stream(STREAM_BEGIN, strlen(STREAM_BEGIN));
		pid = start_on_pipe(words, &output);
	}
	status = wait_for(pid, output);
	if (terminal >= 0)
		tcdrain(terminal);
	snprintf(line, sizeof(line), "exit %d", WIFSIGNALED(status) ?
		 128 + WTERMSIG(status) : WEXITSTATUS(status));
	say(line);
}

int main(int argc, char **argv)
{
	if (iopl(3))
		err(1, "iopl");
	uart_setup(CONTROL_UART);
	if (argc == 3 && !strcmp(argv[1], "say")) {
		say(argv[2]);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "run"))
		run(argv[2]);
	else if (argc != 2 || strcmp(argv[1], "off"))
		errx(1, "usage: agent say TEXT | run FILE | off");
	switch_off();
}
