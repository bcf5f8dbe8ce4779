"""A linphone with group rooms, by its library: does what it is told line by line, and prints what it sees.

A room that it is asked into is the one that it speaks of, when it has left its own.

make SUBJECT SIP-ADDRESS | say TEXT | add SIP-ADDRESS | remove SIP-ADDRESS | subject TEXT | leave | quit
"""
import ctypes as C
import os
import select
import sys
import time

user, domain, password, home = sys.argv[1:5]
os.environ["HOME"] = home
for folder in (".local/share/linphone", ".config/linphone"):
    os.makedirs(os.path.join(home, folder), exist_ok=True)  # else it has no database, and no messages
L = C.CDLL("liblinphone.so.10")
B = C.CDLL("libbctoolbox.so.1")
P, TEXT = C.c_void_p, C.c_char_p


def of(name, result=P, library=L):
    function = getattr(library, name)
    function.restype = result
    return lambda *args: wrap(function(*[plain(each) for each in args]), result)


def wrap(value, result):
    return P(value) if result is P and value else value


def plain(value):
    return value.encode() if isinstance(value, str) else value


factory = of("linphone_factory_get")()
core = of("linphone_factory_create_core_3")(factory, None, None, None)
transports = of("linphone_factory_create_transports")(factory)
of("linphone_transports_set_udp_port", None)(transports, C.c_int(-1))
of("linphone_transports_set_tcp_port", None)(transports, C.c_int(-1))
of("linphone_core_set_transports", C.c_int)(core, transports)
of("linphone_core_add_linphone_spec", None)(core, "groupchat/1.1")
of("linphone_core_start", C.c_int)(core)


def address(text):
    return of("linphone_factory_create_address")(factory, text)


login = of("linphone_factory_create_auth_info")(factory, user, None, password, None, None, None)
of("linphone_core_add_auth_info", None)(core, login)
params = of("linphone_core_create_account_params")(core)
me = address(f"sip:{user}@{domain}")
of("linphone_account_params_set_identity_address")(params, me)
of("linphone_account_params_set_server_address")(params, address(f"sip:{domain};transport=tcp"))
of("linphone_account_params_set_outbound_proxy_enabled", None)(params, C.c_ubyte(1))
of("linphone_account_params_set_register_enabled", None)(params, C.c_ubyte(1))
of("linphone_account_params_set_conference_factory_uri", None)(params, f"sip:conf-factory@{domain}")
account = of("linphone_core_create_account")(core, params)
of("linphone_core_add_account", C.c_int)(core, account)
of("linphone_core_set_default_account", None)(core, account)
of("linphone_core_set_network_reachable", None)(core, C.c_ubyte(1))

room = None
seen = {}
shown = 0


def say(line):
    print(line, flush=True)


def changed(what, value):
    if seen.get(what) != value:
        seen[what] = value
        say(f"{what} {value}")


def uri(of_address):
    return of("linphone_address_as_string_uri_only", TEXT)(of_address).decode().split(";")[0]


class Element(C.Structure):
    _fields_ = [("next", P), ("prev", P), ("data", P)]


CREATED, TERMINATED = 3, 6
CONFERENCE = 1 << 2  # of the capabilities


def each_of(listed):
    while listed:
        element = C.cast(listed, C.POINTER(Element)).contents
        yield P(element.data)
        listed = P(element.next) if element.next else None


def state_of(one):
    return of("linphone_chat_room_get_state", C.c_int)(one)


def asked_into():
    for one in each_of(of("linphone_core_get_chat_rooms")(core)):
        group = of("linphone_chat_room_get_capabilities", C.c_int)(one) & CONFERENCE
        if group and state_of(one) == CREATED:
            return of("linphone_chat_room_ref")(one)
    return None


def turn_to(another):
    global room, shown
    room, shown = another, 0
    for what in ("state", "subject", "others"):
        seen.pop(what, None)
    say("asked into a room")


def look():
    global shown
    changed("registered", of("linphone_account_get_state", C.c_int)(account) == 2)
    if room is None or state_of(room) == TERMINATED:
        another = asked_into()
        if another is not None:
            turn_to(another)
    if room is None:
        return
    changed("state", state_of(room))
    changed("subject", (of("linphone_chat_room_get_subject", TEXT)(room) or b"").decode())
    changed("others", of("linphone_chat_room_get_nb_participants", C.c_int)(room))
    for at, message in enumerate(each_of(of("linphone_chat_room_get_history")(room, C.c_int(0)))):
        if at >= shown:
            text = of("linphone_chat_message_get_utf8_text", TEXT)(message) or b""
            who = uri(of("linphone_chat_message_get_from_address")(message))
            say(f"message {who}: {text.decode()}")
            shown = at + 1


def make(subject, other):
    wishes = of("linphone_core_create_default_chat_room_params")(core)
    of("linphone_chat_room_params_enable_group", None)(wishes, C.c_ubyte(1))
    of("linphone_chat_room_params_set_backend", None)(wishes, C.c_int(2))
    of("linphone_chat_room_params_set_subject", None)(wishes, subject)
    others = of("bctbx_list_append", P, B)(None, address(other))
    return of("linphone_core_create_chat_room_6")(core, wishes, me, others)


def obey(line):
    global room
    word, _, rest = line.strip().partition(" ")
    if word == "make":
        subject, _, other = rest.rpartition(" ")
        room = make(subject, other)
    elif word == "say":
        message = of("linphone_chat_room_create_message_from_utf8")(room, rest)
        of("linphone_chat_message_send", None)(message)
    elif word == "add":
        of("linphone_chat_room_add_participant", C.c_ubyte)(room, address(rest))
    elif word == "remove":
        who = of("linphone_chat_room_find_participant")(room, address(rest))
        of("linphone_chat_room_remove_participant", None)(room, who)
    elif word == "subject":
        of("linphone_chat_room_set_subject", None)(room, rest)
    elif word == "leave":
        of("linphone_chat_room_leave", None)(room)


iterate = of("linphone_core_iterate", None)
while True:
    iterate(core)
    look()
    if select.select([sys.stdin], [], [], 0.02)[0]:
        line = sys.stdin.readline()
        if line.strip() == "quit" or line == "":
            break
        obey(line)
