/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* tests/unit/server_process.c: what a child inherits, becoming an ordinary user, what systemd is told. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/server/process.h"

static char folder[] = "/tmp/switchhook-process-XXXXXX";

static int
status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
never(int signal)
{
	(void)signal;
	_exit(9);
}

static void
test_a_child_is_clean(void **unused)
{
	int keep = dup(2), other = dup(2), death = 0;
	sigset_t blocked;
	pid_t pid;

	(void)unused;
	signal(SIGUSR1, never);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	pid = sh_process_fork("child", SIGKILL, &keep, 1);
	if (pid == 0) {
		struct sigaction now;
		sigset_t mask;
		sigprocmask(SIG_SETMASK, NULL, &mask);
		sigaction(SIGUSR1, NULL, &now);
		prctl(PR_GET_PDEATHSIG, &death);
		_exit(fcntl(keep, F_GETFD) < 0      ? 1
		      : fcntl(other, F_GETFD) >= 0  ? 2
		      : sigismember(&mask, SIGTERM) ? 3
		      : now.sa_handler != SIG_DFL   ? 4
		      : death != SIGKILL            ? 5
						    : 0);
	}
	assert_int_equal(status_of(pid), 0);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	assert_true(sigismember(&blocked, SIGTERM));
	signal(SIGUSR1, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	close(keep);
	close(other);
}

/* As root: who it becomes, what belongs to whom, and that there is no way back. */
static int
drop_in_child(const char *user, const char *state)
{
	pid_t pid = fork();
	struct sh_error e;
	struct stat st;

	if (pid == 0) {
		if (sh_process_drop(user, state, &e) != SH_OK)
			_exit(e.status == SH_EABSENT ? 20 : e.status == SH_EDENIED ? 21 : 22);
		if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0 || setgid(0) == 0)
			_exit(1);
		_exit(stat(state, &st) != 0 || st.st_uid != getuid() || (st.st_mode & 07777) != 0700);
	}
	return status_of(pid);
}

static void
test_root_becomes_a_user(void **unused)
{
	char state[64], theirs[64], link[64];

	(void)unused;
	if (geteuid() != 0) {
		print_message("# only root can become a user\n"); /* cmocka's skip() is "not ok" in TAP */
		return;
	}
	snprintf(state, sizeof(state), "%s/a/state", folder);
	snprintf(theirs, sizeof(theirs), "%s/theirs", folder);
	assert_int_equal(mkdir(theirs, 0700), 0);
	assert_int_equal(chown(theirs, 12345, 12345), 0);
	assert_int_equal(drop_in_child("nobody", state), 0);
	assert_int_equal(drop_in_child("nobody", state), 0);
	assert_int_equal(drop_in_child("no-such-user", state), 20);
	assert_int_equal(drop_in_child("root", state), 21);
	assert_int_equal(drop_in_child("nobody", theirs), 21);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(symlink("/etc", link), 0);
	assert_int_equal(drop_in_child("nobody", link), 22);
	unlink(link);
	rmdir(state);
	snprintf(state, sizeof(state), "%s/a", folder);
	rmdir(state);
	rmdir(theirs);
}

static void
test_a_user_stays_one(void **unused)
{
	char state[64];
	struct sh_error e;
	pid_t pid;

	(void)unused;
	snprintf(state, sizeof(state), "%s/mine", folder);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (chown(folder, 65534, 65534) != 0 || setgid(65534) != 0 || setuid(65534) != 0))
			_exit(1);
		_exit(sh_process_drop("no-such-user", state, &e) != SH_OK || access(state, W_OK) != 0 || rmdir(state) != 0);
	}
	assert_int_equal(status_of(pid), 0);
}

static void
test_systemd_is_told(void **unused)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char got[32] = "";

	(void)unused;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	sh_process_notify("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT), 7);
	assert_string_equal(got, "READY=1");
	unlink(at.sun_path);
	unsetenv("NOTIFY_SOCKET");
	sh_process_notify("READY=1");
	close(fd);
}

static void
test_endings_in_words(void **unused)
{
	char how[64];

	(void)unused;
	sh_process_ending(SIGSEGV, how, sizeof(how));
	assert_string_equal(how, "signal 11 (Segmentation fault)");
	sh_process_ending(3 << 8, how, sizeof(how));
	assert_string_equal(how, "status 3");
}

static int
setup(void **unused)
{
	(void)unused;
	return mkdtemp(folder) && chmod(folder, 0755) == 0 ? 0 : -1;
}

static int
teardown(void **unused)
{
	(void)unused;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_child_is_clean),
		cmocka_unit_test(test_root_becomes_a_user),
		cmocka_unit_test(test_a_user_stays_one),
		cmocka_unit_test(test_systemd_is_told),
		cmocka_unit_test(test_endings_in_words),
	};

	return cmocka_run_group_tests_name("server_process", tests, setup, teardown);
}
