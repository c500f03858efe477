/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a JSON-RPC round trip costs beyond the socket itself: rpc.ping at a running daemon against a
 * process that sends every byte straight back, in alternating rounds of one run.
 * usage: bench-ping CONTROL-SOCKET
 * prints: {"pingUs": median, "echoUs": median, "ratio": …} */

#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS    40
#define PER_ROUND 500
#define REQUEST   "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}\n"

static void
die (const char *what)
{
  perror (what);
  exit (EXIT_FAILURE);
}

static int
connect_to (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    die (path);
  return fd;
}

/* The floor: a process that does nothing but read and write. */
static int
start_echo (void)
{
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, pair) < 0)
    die ("socketpair");
  if (fork () == 0) {
    char buffer[4096];
    ssize_t length;

    close (pair[0]);
    while ((length = read (pair[1], buffer, sizeof buffer)) > 0) {
      if (write (pair[1], buffer, length) != length)
        break;
    }
    _exit (0);
  }
  close (pair[1]);
  return pair[0];
}

static double
round_trip_us (int fd)
{
  gint64 before = g_get_monotonic_time ();
  char buffer[4096];
  ssize_t length;

  for (int i = 0; i < PER_ROUND; i++) {
    if (write (fd, REQUEST, strlen (REQUEST)) < 0)
      die ("write");
    do {
      length = read (fd, buffer, sizeof buffer);
      if (length <= 0)
        die ("read");
    } while (buffer[length - 1] != '\n');
  }
  return (double) (g_get_monotonic_time () - before) / PER_ROUND;
}

static int
compare (const void *a, const void *b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return left < right ? -1 : left > right;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

int
main (int argc, char **argv)
{
  double ping_us[ROUNDS];
  double echo_us[ROUNDS];
  int daemon_fd;
  int echo_fd;

  if (argc != 2) {
    fprintf (stderr, "usage: bench-ping CONTROL-SOCKET\n");
    return EXIT_FAILURE;
  }
  daemon_fd = connect_to (argv[1]);
  echo_fd = start_echo ();
  round_trip_us (daemon_fd); /* not counted: both warm up */
  round_trip_us (echo_fd);
  for (int i = 0; i < ROUNDS; i++) {
    ping_us[i] = round_trip_us (daemon_fd);
    echo_us[i] = round_trip_us (echo_fd);
  }
  printf ("{\"pingUs\": %.1f, \"echoUs\": %.1f, \"ratio\": %.2f}\n", median (ping_us),
          median (echo_us), median (ping_us) / median (echo_us));
  close (echo_fd);
  wait (NULL);
  return EXIT_SUCCESS;
}
