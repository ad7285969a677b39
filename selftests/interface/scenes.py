#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: scenes.py DIR
#
# Ends connections in many ways, on lo and with another network namespace, while
# tcpdump writes captures of them to DIR:
#
#	lo.pcap		of lo, Ethernet
#	any.pcap	of all devices, cooked (SLL2)
#	sll.pcap	the same in the older cooked format (SLL)
#	short.pcap	of lo, 64 bytes of each packet
#	vlan.pcap	of a veth device with a VLAN on it, Ethernet
#
# Some sockets are left open, DIR/open says when, until there is a DIR/seen.
#
# There are processes "client", "server" and "far server", and one with a hostile
# name.  Run by unshare -n, as root; needs iproute2 and tcpdump.  Other programs
# have Actor from here.

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

HOSTILE = b'<b>"&\x1b[31m\xff\\'
MARKER = b'this is the end of the scenes'
PATIENCE = 60
PORTS = '/proc/sys/net/ipv4/ip_local_port_range'

# What was sent need not have come.
HAS_DATA = 's.recv(1, socket.MSG_PEEK)'
HAS_FIN = 'p = select.poll(); p.register(s, select.POLLRDHUP); p.poll()'


class Actor:
    """A process that does what it is told, one line of Python after another."""

    def __init__(self, name):
        self.mine, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            return
        self.mine.close()
        with open('/proc/self/comm', 'wb') as comm:
            comm.write(name)
        known = {'os': os, 'select': select, 'socket': socket, 'struct': struct, 'kept': []}
        file = theirs.makefile('rw')
        for line in file:
            try:
                exec(line, known)
                file.write('ok\n')
            except OSError as error:
                file.write(f'{error}\n')
            file.flush()
        os._exit(0)

    def do(self, *lines):
        for line in lines:
            self.mine.sendall(line.encode() + b'\n')
            answer = b''
            while not answer.endswith(b'\n'):
                answer += self.mine.recv(4096)
        return answer.decode().strip()


def run(*words):
    subprocess.run(words, check=True)


def devices():
    run('ip', 'link', 'set', 'lo', 'up')
    far = f'scenes{os.getpid()}'
    run('ip', 'netns', 'add', far)
    run('ip', 'link', 'add', 'veth0', 'type', 'veth', 'peer', 'name', 'veth0', 'netns', far)
    for prefix in [], ['ip', 'netns', 'exec', far]:
        last = '2' if prefix else '1'
        run(*prefix, 'ip', 'link', 'set', 'lo', 'up')
        run(*prefix, 'ip', 'link', 'set', 'veth0', 'up')
        run(*prefix, 'ip', 'link', 'add', 'link', 'veth0', 'name', 'veth0.5', 'type', 'vlan', 'id', '5')
        run(*prefix, 'ip', 'addr', 'add', f'192.0.2.{last}/24', 'dev', 'veth0.5')
        run(*prefix, 'ip', 'link', 'set', 'veth0.5', 'up')
    return far


def wait_until(what, ready):
    end = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > end:
            sys.exit(f'{what} in vain')
        time.sleep(0.05)


def contents(path):
    with open(path, 'rb') as file:
        return file.read()


def capture(path, *options):
    log = path + '.log'
    process = subprocess.Popen(['tcpdump', '-U', '--immediate-mode', '-n', '-Z', 'root', '-s', '2000', '-w', path,
                                *options], stderr=open(log, 'wb'))
    wait_until(f'tcpdump {path}', lambda: b'istening on' in contents(log))
    return process, path



def pair(client, server, address, port, family='AF_INET'):
    """A connection: c of the client, s of the server, and its listener l."""
    server.do(f'l = socket.create_server(("{address}", {port}), family=socket.{family})')
    client.do(f'c = socket.socket(socket.{family})', f'c.connect(("{address}", {port}))')
    server.do('s, _ = l.accept()')


def scenes(client, server, hostile):
    # R1: close with unread data
    pair(client, server, '127.0.0.1', 8001)
    client.do('c.send(b"hello")')
    server.do(HAS_DATA, 's.close()')
    client.do('c.recv(9)', 'c.close()')

    # R3: both sides shut down, then close with unread data
    pair(client, server, '127.0.0.1', 8003)
    client.do('c.send(b"hello")', 'c.shutdown(socket.SHUT_RDWR)')
    server.do(HAS_FIN, 's.shutdown(socket.SHUT_RDWR)')
    client.do('c.close()')
    server.do('s.close()')

    # data to what close() left behind, then a broken pipe
    pair(client, server, '127.0.0.1', 8004)
    server.do('s.close()')
    client.do('c.send(b"too late")', 'c.send(b"and more")', 'c.close()')

    # SO_LINGER 0, over IPv6
    pair(client, server, '::1', 8005, 'AF_INET6')
    client.do('c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))',
              'c.close()')
    server.do('s.close()')

    # nobody listens
    client.do('c = socket.socket()', 'c.connect(("127.0.0.1", 8006))', 'c.close()')

    # the listener goes, and with it who was not yet accepted
    server.do('l = socket.create_server(("127.0.0.1", 8007))')
    client.do('c = socket.socket()', 'c.connect(("127.0.0.1", 8007))')
    server.do('l.close()')
    client.do('c.close()')

    # data after both sides were shut down, twice: the second meets nobody
    pair(client, server, '127.0.0.1', 8008)
    server.do('s.shutdown(socket.SHUT_RDWR)')
    client.do('c.send(b"x")', 'c.send(b"y")', 'c.close()')
    server.do('s.close()')

    # a hostile name
    pair(client, hostile, '127.0.0.1', 8009)
    client.do('c.send(b"hello")')
    hostile.do(HAS_DATA, 's.close()')
    client.do('c.recv(9)', 'c.close()')


def far_scenes(client, far):
    pair(client, far, '192.0.2.2', 8010)
    client.do('c.send(b"hello")')
    far.do(HAS_DATA, 's.close()')
    client.do('c.recv(9)', 'c.close()')
    pair(client, far, '192.0.2.2', 8011)
    client.do('c.close()')
    far.do('s.recv(1)', 's.close()')


def no_port_left(client, server):
    with open(PORTS, encoding='ascii') as file:
        ports = file.read()
    with open(PORTS, 'w', encoding='ascii') as file:
        file.write('60000 60000')
    pair(client, server, '127.0.0.1', 8017)
    client.do('d = socket.socket()', 'kept += [c, d]', 'd.connect(("127.0.0.1", 8017))')
    server.do('kept += [l, s]')
    with open(PORTS, 'w', encoding='ascii') as file:
        file.write(ports)


def left_open(client, server):
    """What has ended, or half so, and is still there."""
    pair(client, server, '127.0.0.1', 8012)
    client.do('kept += [c]', 'c.shutdown(socket.SHUT_WR)')
    server.do('kept += [l, s]', HAS_FIN, 's.shutdown(socket.SHUT_RD)')

    pair(client, server, '127.0.0.1', 8013)
    client.do('kept += [c]', 'c.send(b"hello")')
    server.do('kept += [l]', HAS_DATA, 's.close()')
    client.do('c.recv(9)')

    client.do('c = socket.socket()', 'kept += [c]', 'c.connect(("127.0.0.1", 8014))')
    client.do('c = socket.socket()', 'kept += [c]', 'c.setblocking(False)',
              'c.connect(("192.0.2.99", 8015))', 'c.shutdown(socket.SHUT_WR)')
    server.do('l = socket.create_server(("127.0.0.1", 8016))', 'kept += [l]',
              'l.shutdown(socket.SHUT_RD)')
    no_port_left(client, server)


def wait_for_reader(out, *actors):
    with open(f'{out}/open', 'wb'):
        pass
    wait_until('that the reader has seen what is open', lambda: os.path.exists(f'{out}/seen'))
    for actor in actors:
        actor.do('for k in kept: k.close()')


def main():
    out = sys.argv[1]
    namespace = devices()
    captures = [capture(f'{out}/{name}.pcap', *more) for name, more in (
        ('lo', ('-i', 'lo')), ('any', ('-i', 'any')), ('sll', ('-i', 'any', '-y', 'LINUX_SLL')),
        ('short', ('-i', 'lo', '-s', '64')), ('vlan', ('-i', 'veth0')))]
    scenes(Actor(b'client'), Actor(b'server'), Actor(HOSTILE))
    far_actor = Actor(b'far server')
    far_actor.do(f'f = os.open("/run/netns/{namespace}", os.O_RDONLY)',
                 'import ctypes; ctypes.CDLL(None).setns(f, 0)')
    far_scenes(Actor(b'client'), far_actor)
    keepers = Actor(b'client'), Actor(b'server')
    left_open(*keepers)
    wait_for_reader(out, *keepers)

    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for process, path in captures:
        end.sendto(MARKER, ('192.0.2.2' if 'vlan' in path else '127.0.0.1', 9))
    for process, path in captures:
        seen = MARKER[:64 - 42] if 'short' in path else MARKER
        wait_until(f'the end of {path}', lambda: seen in contents(path))
        process.send_signal(signal.SIGINT)
        process.wait()
    run('ip', 'netns', 'del', namespace)


if __name__ == '__main__':
    main()
