#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: clients.py
#
# Clients of the web server on port 80: some get a page, some send a form, and one
# is slow.  Each says what it got.

import socket


def client(name, *pieces):
    with socket.create_connection(('127.0.0.1', 80)) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            answer = connection.recv(9999).split(b'\r\n')[0].decode() or 'nothing'
        except OSError as error:
            answer = error.strerror
    print(f'{name}: {answer}')


for _ in range(3):
    client('page', b'GET / HTTP/1.0\r\n\r\n')
for _ in range(2):
    client('form', b'POST / HTTP/1.0\r\nContent-Length: 8000\r\n\r\n' + b'x' * 8000)
client('slow', b'GET / HT')
