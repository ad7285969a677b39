#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: scene.py COMMAND...
#
# What the first picture of the README shows: four connections of a client with a
# server on port 8080, which end in four ways. Then runs COMMAND, before the client
# is gone, too. Needs iproute2, and root.

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'interface'))
from scenes import Actor, HAS_DATA, HAS_FIN  # noqa: E402


def connect(client, server):
    # What has ended already is not closed: that would be one more record.
    client.do('kept.append(c)', 'c = socket.create_connection(("127.0.0.1", 8080))')
    server.do('s, _ = l.accept()')


def main():
    server, client = Actor(b'server'), Actor(b'client')
    client.do('kept, c = [], None')
    server.do('l = socket.create_server(("127.0.0.1", 8080))')

    # Closed with data unread.
    connect(client, server)
    client.do('c.send(b"request")')
    server.do(HAS_DATA, 's.close()')
    client.do('c.recv(9)')

    # Closed with all read, and written to.
    connect(client, server)
    client.do('c.send(b"request")')
    server.do(HAS_DATA, 's.recv(9)', 's.close()')
    client.do('s = c', HAS_FIN, 'c.send(b"more")', 'c.send(b"and more")')

    # Ended by the administrator.
    connect(client, server)
    subprocess.run(['ss', '-K', 'dst', '127.0.0.1', 'dport', '=', '8080'], check=True,
                   stdout=subprocess.DEVNULL)
    server.do('ended = s')

    # Open, and a byte unread, when the server is killed.
    connect(client, server)
    client.do('c.send(b"x")')
    server.do(HAS_DATA)
    os.kill(server.pid, signal.SIGKILL)
    os.waitpid(server.pid, 0)
    subprocess.run(sys.argv[1:], check=True)
    client.do('c.recv(9)')


main()
