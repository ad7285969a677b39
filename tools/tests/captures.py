#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: captures.py make KIND IN OUT	a capture of loopback, as one of another kind
#	 captures.py kinds		the kinds
#	 captures.py cut LENGTH IN OUT	the same, with so much of each packet
#	 captures.py offset SECONDS IN OUT	the same, with an if_tsoffset
#	 captures.py three_resets CAPTURE RECORDS
#	 captures.py two_acks CAPTURE RECORDS
#	 captures.py same KIND COUNT MS CAPTURE RECORDS
#					FINs or RSTs on the same ends, with every second record
#	 captures.py late KIND CAPTURE RECORDS
#					a FIN, three seconds behind its record
#	 captures.py packets FILE	time and bytes of each packet, of pcap and pcapng
#	 captures.py comments FILE	number and comment of each packet that has one
#	 captures.py mutate SEED IN OUT	some bytes of it changed
#
# A reader and a writer of captures that know nothing of those that are tested.

import random
import struct
import sys

ETHERNET, RAW, LOOP, NULL, SLL, SLL2, WIFI = 1, 101, 108, 0, 113, 276, 105


def read_pcap(path):
    """Packets as (nanoseconds, bytes, length on the wire)."""
    with open(path, 'rb') as file:
        data = file.read()
    order = '<' if data[0] in (0xd4, 0x4d) else '>'
    scale = 1 if b'\x4d\x3c' in (data[0:2], data[2:4][::-1]) else 1000
    at, packets = 24, []
    while at + 16 <= len(data):
        sec, frac, length, wire = struct.unpack_from(order + '4I', data, at)
        packets.append((sec * 10**9 + frac * scale, data[at + 16:at + 16 + length], wire))
        at += 16 + length
    return packets


def pcap(packets, link, order='<', magic=0xa1b2c3d4, snaplen=262144):
    scale = 1 if magic == 0xa1b23c4d else 1000
    out = bytearray(struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, snaplen, link))
    for when, data, wire in packets:
        out += struct.pack(order + '4I', when // 10**9, when % 10**9 // scale, len(data), wire)
        out += data
    return out


def option(order, code, value):
    return struct.pack(order + 'HH', code, len(value)) + value + b'\0' * (-len(value) % 4)


def block(order, kind, body):
    size = struct.pack(order + 'I', len(body) + 12)
    return struct.pack(order + 'I', kind) + size + body + size


def section(order, length=-1):
    return block(order, 0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, length) +
                 option(order, 1, b'a comment of the section') + option(order, 0, b''))


def interface(order, link, options=b''):
    return block(order, 1, struct.pack(order + 'HHI', link, 0, 0) + options)


def packet(order, iface, units, when, data, wire, options=b''):
    ticks = when * units // 10**9
    body = struct.pack(order + '5I', iface, ticks >> 32, ticks & 0xffffffff, len(data), wire)
    return block(order, 6, body + data + b'\0' * (-len(data) % 4) + options)


def unknown(order):
    return block(order, 0x80000bad, b'what a newer program writes.')


def pcapng(packets, order):
    """Two interfaces with different units, comments, and blocks of other kinds."""
    out = section(order)
    out += interface(order, ETHERNET, option(order, 2, b'lo') + option(order, 9, b'\x09') +
                     option(order, 0, b''))
    out += interface(order, RAW)
    out += unknown(order)
    for i, (when, data, wire) in enumerate(packets):
        options = option(order, 1, b'was here before') + option(order, 0, b'') if i % 3 else b''
        if i % 2:
            out += packet(order, 0, 10**9, when, data, wire, options)
        else:
            out += packet(order, 1, 10**6, when, data[14:], wire - 14, options)
    return out


def with_wifi(packets):
    """The same, with three packets of a device that is none of Ethernet."""
    return (pcapng(packets, '<') + interface('<', WIFI) +
            3 * packet('<', 2, 10**6, packets[-1][0], bytes(40), 40))


def under(header, link, snaplen=262144):
    return lambda packets: pcap([(when, (header + data[14:])[:snaplen], wire - 14 + len(header))
                                 for when, data, wire in packets], link, snaplen=snaplen)


def with_length(order, data):
    """The same, of one section, which says how long it is."""
    begin = len(section(order))
    return section(order, len(data) - begin) + data[begin:]


def two_sections(packets):
    half = len(packets) // 2
    return pcapng(packets[:half], '<') + with_length('>', pcapng(packets[half:], '>'))


def obsolete(order, iface, when, data, wire, options=b''):
    ticks = when // 1000
    body = struct.pack(order + '2H4I', iface, 0xffff, ticks >> 32, ticks & 0xffffffff, len(data), wire)
    return block(order, 2, body + data + b'\0' * (-len(data) % 4) + options)


def simple(order, data, wire):
    return block(order, 3, struct.pack(order + 'I', wire) + data + b'\0' * (-len(data) % 4))


def with_obsolete(order):
    """All packets in blocks that nobody writes any more, every second with a comment."""
    def make_it(packets):
        out = section(order) + interface(order, ETHERNET) + unknown(order)
        for i, p in enumerate(packets):
            out += obsolete(order, 0, *p, i % 2 * (option(order, 1, b'was here before') +
                                                   option(order, 0, b'')))
        return out
    return make_it


def with_simple(packets):
    """Between the others, and in front of all, packets without a time; and a custom block."""
    out = section('<') + interface('<', ETHERNET) + unknown('<')
    out += block('<', 0xbad, struct.pack('<I', 32473) + b'whatever')
    for p in packets:
        out += simple('<', bytes(60), 60) + packet('<', 0, 10**6, *p)
    return out


def cut(length, source, target):
    with open(target, 'wb') as file:
        file.write(pcap([(when, data[:int(length)], wire) for when, data, wire in read_pcap(source)],
                        ETHERNET, snaplen=int(length)))


def with_offset(seconds, source, target):
    packets = read_pcap(source)
    out = section('<') + interface('<', ETHERNET, option('<', 14, struct.pack('<q', int(seconds))))
    with open(target, 'wb') as file:
        file.write(out + b''.join(packet('<', 0, 10**6, *p) for p in packets))


MAC = bytes(12)
IP4 = b'\x08\x00'
VLAN = MAC + b'\x81\x00\x00\x05' + IP4
COOKED = b'\0\0\x03\x04\0\6' + bytes(8) + IP4
COOKED2 = IP4 + b'\0\0\0\0\0\1\x03\x04\0\6' + bytes(8)
KINDS = {
    'ethernet_vlan': under(VLAN, ETHERNET),
    'ethernet_two_vlans': under(MAC + b'\x88\xa8\x00\x07\x81\x00\x00\x05' + IP4, ETHERNET),
    'raw': under(b'', RAW),
    'null': under(struct.pack('<I', 2), NULL),
    'loop': under(struct.pack('>I', 2), LOOP),
    'sll': under(COOKED, SLL),
    'sll2': under(COOKED2, SLL2),
    'sll2_vlan': under(b'\x81\x00\0\0\0\0\0\1\x03\x04\0\6' + bytes(8) + b'\0\5' + IP4, SLL2),
    'big_endian': lambda packets: pcap(packets, ETHERNET, '>'),
    'nanoseconds': lambda packets: pcap(packets, ETHERNET, magic=0xa1b23c4d),
    'snaplen_64': lambda packets: pcap([(when, data[:64], wire)
                                        for when, data, wire in packets], ETHERNET),
    'ethernet_vlan_snaplen_64': under(VLAN, ETHERNET, 64),
    'raw_snaplen_64': under(b'', RAW, 64),
    'sll_snaplen_64': under(COOKED, SLL, 64),
    'sll2_snaplen_64': under(COOKED2, SLL2, 64),
    'pcapng_snaplen_64': lambda packets: pcapng([(when, data[:64], wire)
                                                 for when, data, wire in packets], '<'),
    'pcapng': lambda packets: pcapng(packets, '<'),
    'pcapng_big_endian': lambda packets: pcapng(packets, '>'),
    'pcapng_two_sections': two_sections,
    'pcapng_with_wifi': with_wifi,
    'pcapng_obsolete': with_obsolete('<'),
    'pcapng_obsolete_big_endian': with_obsolete('>'),
    'pcapng_with_simple': with_simple,
}
OTHERS = {'wifi': lambda packets: pcap(packets, WIFI)}


def make(kind, source, target):
    # The others have a type of IPv4 in front: leave out what is IPv6.
    packets = [p for p in read_pcap(source) if p[1][12:14] == IP4]
    with open(target, 'wb') as file:
        file.write({**KINDS, **OTHERS}[kind](packets))


def read_pcapng(path):
    """Packets as (nanoseconds, bytes, comments)."""
    with open(path, 'rb') as file:
        data = file.read()
    at, order, packets = 0, '<', []
    while at < len(data):
        if data[at:at + 4] == b'\x0a\x0d\x0d\x0a':
            order = '<' if data[at + 8:at + 12] == b'\x4d\x3c\x2b\x1a' else '>'
            units = []
            size, = struct.unpack_from(order + 'I', data, at + 4)
            length, = struct.unpack_from(order + 'q', data, at + 16)
            end = at + size + length
            assert length == -1 or end == len(data) or data[end:end + 4] == b'\x0a\x0d\x0d\x0a', \
                f'section at {at}: {length}'
        kind, size = struct.unpack_from(order + 'II', data, at)
        assert size >= 12 and size % 4 == 0 and at + size <= len(data), f'block at {at}: {size}'
        assert struct.unpack_from(order + 'I', data, at + size - 4)[0] == size, f'end at {at}'
        body = data[at + 8:at + size - 4]
        at += size
        if kind == 1:
            found = dict(options(order, body[8:]))
            units.append(10**found.get(9, b'\6')[0])
        elif kind in (3, 0xbad):
            packets.append((0, body[4:], []))
        elif kind in (2, 6):
            _, high, low, length, _ = struct.unpack_from(order + '5I', body)
            iface, = struct.unpack_from(order + ('H' if kind == 2 else 'I'), body)
            comments = [value.decode() for code, value in
                        options(order, body[20 + length + -length % 4:]) if code == 1]
            packets.append((((high << 32) + low) * 10**9 // units[iface],
                            body[20:20 + length], comments))
    return packets


def options(order, data):
    while len(data) >= 4:
        code, length = struct.unpack_from(order + 'HH', data)
        if code == 0:
            assert len(data) == 4, 'something behind the end of options'
            return
        yield code, data[4:4 + length]
        data = data[4 + length + -length % 4:]
    assert not data, 'half an option'


def show_packets(path):
    with open(path, 'rb') as file:
        ng = file.read(4) == b'\x0a\x0d\x0d\x0a'
    for when, data, _ in (read_pcapng if ng else read_pcap)(path):
        print(when, data.hex())


def show_comments(path):
    for number, (_, _, comments) in enumerate(read_pcapng(path), 1):
        for comment in comments:
            print(f'#{number} {comment}')


def segment(source, target, seq, ack, flags):
    tcp = struct.pack('>HHIIBBHHH', source, target, seq, ack, 0x50, flags, 0, 0, 0)
    return struct.pack('>BBHHHBBHII', 0x45, 0, 40, 0, 0, 64, 6, 0, 0x0a000001, 0x0a000001) + tcp


START = 1764125000


def write_both(capture, segments, records, answers):
    """Segments by their seconds; and the records of RSTs, by number, second and trigger."""
    packets = [(START * 10**9 + second * 10**9 + 20000 * at, data, len(data))
               for at, (second, data) in enumerate(segments)]
    with open(capture, 'wb') as file:
        file.write(pcap(packets, RAW))
    with open(records, 'w', encoding='ascii') as file:
        print(f'shutwatch-records format=1 abi=1 offset={START}.000000000 host=a kernel=b boot=c',
              file=file)
        for seq, second, why, flags in answers:
            print(f'seq={seq} ts={second}.000100000 kind=decision cpu=0 ctx=softirq pid=- comm=- '
                  'netns=1 cookie=- local=10.0.0.1:80 remote=10.0.0.1:4000 by=rx state=- sent=RST '
                  f'why={why} unread=- unsent=- unacked=- fin=- owner=- ocomm=- flags={flags} '
                  'segment=7 len=0', file=file)


def three_resets(capture, records):
    """One SYN, sent three times to a closed port; the record of the second is lost."""
    write_both(capture, [(second, data) for second in (1, 2, 4)
                         for data in (segment(4000, 80, 7, 0, 2), segment(80, 4000, 0, 8, 0x14))],
               records, ((1, 1, 'no_socket', 'S'), (3, 4, 'no_socket', 'S')))


def two_acks(capture, records):
    """Two ACKs that differ in what they acknowledge; the second draws a RST."""
    write_both(capture, ((1, segment(4000, 80, 7, 100, 0x10)), (2, segment(4000, 80, 7, 101, 0x10)),
                         (2, segment(80, 4000, 101, 0, 4))),
               records, ((1, 2, 'no_connection', 'A'),))


def put_all(capture, packets, records, lines):
    with open(capture, 'wb') as file:
        file.write(pcap([(START * 10**9 + ns, data, len(data)) for ns, data in packets], RAW))
    with open(records, 'w', encoding='ascii') as file:
        print(f'shutwatch-records format=1 abi=1 offset={START}.000000000 host=a kernel=b boot=c',
              file=file)
        for seq, ns, line in lines:
            print(f'seq={seq} ts={ns // 10**9}.{ns % 10**9:09} {line}', file=file)


SENT_RST = ('kind=decision local=10.0.0.1:80 remote=10.0.0.1:4000 by=rx sent=RST why=no_socket '
            'flags=S segment=7 len=0')
CALL = 'kind=call local=10.0.0.1:80 remote=10.0.0.1:4000 call=close '
SENT_FIN = CALL + 'sent=FIN why=close fin=sent'


def same(kind, count, ms, capture, records):
    """Pairs of a SYN and what it ends with, so far apart; of the even ones the record is lost."""
    answer, line = {'RST': (lambda n: segment(80, 4000, 0, 8, 0x14), SENT_RST),
                    'FIN': (lambda n: segment(80, 4000, n, 8, 0x11), SENT_FIN),
                    'own_RST': (lambda n: segment(80, 4000, n, 8, 0x14),
                                CALL + 'sent=RST why=abort')}[kind]
    packets, lines = [], []
    for n in range(1, int(count) + 1):
        at = n * int(ms) * 10**6
        packets += [(at, segment(4000, 80, 7, 0, 2)), (at + 20000, answer(n))]
        if n % 2:
            lines.append((n, at + 10000, line))
    put_all(capture, packets, records, lines)


def late(kind, capture, records):
    """In what was captured before; behind another SYN or FIN; or as the first that was seen."""
    ack, fin = segment(4000, 80, 7, 100, 0x10), segment(80, 4000, 99, 8, 0x11)
    before = {'same': [(1, ack)], 'first': [], 'behind_SYN': [(1, ack), (34, segment(4000, 80, 7, 0, 2))],
              'behind_FIN': [(0, segment(80, 4000, 50, 8, 0x11))]}[kind]
    put_all(capture, [(second * 10**9, data) for second, data in before + [(35, fin)]], records,
            [(1, 20 * 10**9, SENT_FIN)])


def mutate(seed, source, target):
    chance = random.Random(int(seed))
    with open(source, 'rb') as file:
        data = bytearray(file.read())
    for _ in range(chance.randrange(1, 20)):
        data[chance.randrange(len(data))] = chance.choice((0, 1, 4, 0x7f, 0x80, 0xff,
                                                           chance.randrange(256)))
    if chance.randrange(3) == 0:
        del data[chance.randrange(len(data)):]
    with open(target, 'wb') as file:
        file.write(data)


COMMANDS = {'make': make, 'kinds': lambda: print(*KINDS), 'cut': cut, 'offset': with_offset, 'packets': show_packets,
            'comments': show_comments, 'three_resets': three_resets,
            'two_acks': two_acks, 'same': same, 'late': late, 'mutate': mutate}
COMMANDS[sys.argv[1]](*sys.argv[2:])
