"""What `-h` teaches about each command: what it does, what it changes and what not, an example, its exit codes."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.model.text import _


@dataclass(frozen=True, slots=True)
class HelpText:
    """The help of one command.

    Attributes:
        summary: one line, for the list of commands.
        teaches: what it does, and what it changes and what not.
        examples: commands to type.
        exits: the exit codes that matter here.
        operand: what follows the command's name.
    """

    summary: str
    teaches: str
    examples: tuple[str, ...]
    exits: str
    operand: str = ""


def overview() -> str:
    """What stands above the list of commands."""
    return _(
        "Keyturn replaces old AWS access keys in backup programs. It finds the key, makes a\n"
        "new one that can do less, puts it everywhere the old one was, proves that every\n"
        "backup still reaches its bucket, and only then turns the old key off and, days\n"
        "later, deletes it. Until it is deleted, one command puts everything back."
    )


def afterword() -> str:
    """What stands below the list of commands."""
    return _(
        "begin here:\n"
        "  keyturn                  open the window\n"
        "  keyturn practice         rehearse on a simulated account; nothing real is touched\n"
        "  keyturn scan             what is on this computer; changes nothing\n"
        "  keyturn COMMAND -h       what a command does, and what it leaves alone\n"
        "\n"
        "exit codes:\n"
        "  0  done\n"
        "  1  it failed, and what was changed was put back\n"
        "  2  the command was not understood, or nobody was there to say yes\n"
        "  3  waiting: for a person, for time, or for something to be put right first\n"
        "  4  stopped: somebody has to look at it\n"
        "  5  another Keyturn is working"
    )


def help_texts() -> dict[str, HelpText]:
    """The help of every command, by its name, in the order in which they are used."""
    return {
        **_looking(),
        **_naming(),
        **_rotating(),
        **_ending(),
        **_keeping(),
        **_renewing(),
        **_reminding(),
        **_telling(),
        **_rehearsing(),
    }


def _looking() -> dict[str, HelpText]:
    return {
        "scan": HelpText(
            _("find keys on this computer: whose they are, how old, where"),
            _(
                "Looks for access keys in the files of backup programs, in the AWS files, and in\n"
                "the usual places in your home folder; then asks AWS whose each key is, how old\n"
                "it is and when it was last used.\n"
                "\n"
                "--search looks into every file below some folders, whatever its size and encoding,\n"
                "also inside zip, tar, gzip, bzip2 and xz archives and SQLite databases, for the keys\n"
                "that were found; with --any for everything shaped like an access key ID. It follows\n"
                "no links, and lists what it could not look into. Ctrl-C ends it early, and shows\n"
                "what was found until then.\n"
                "\n"
                "--account shows all keys of the account, of every user, also those that are not on\n"
                "this computer, those first about which something should be done; --as names who\n"
                "asks AWS, if no key here may; what they may not see is named. --csv writes the keys\n"
                "of the account into a table, too. An account with many users takes a while: Keyturn\n"
                "asks at most ten times a second, and a terminal shows the first keys meanwhile.\n"
                "\n"
                "--days asks AWS's event history which programs and addresses used each key. What\n"
                "backups read and write is not in it, so silence there does not mean nobody.\n"
                "\n"
                "It changes nothing, here and at AWS, but the file that --csv names. It does sign\n"
                "requests with the keys it finds; Keyturn remembers that, so as not to take its own\n"
                "use for somebody else's."
            ),
            (
                "keyturn scan",
                "keyturn scan --offline",
                "keyturn scan --days 30",
                "keyturn scan --account --as profile:admin --csv keys.csv",
                "keyturn scan --search /srv /mnt/nas --any",
            ),
            _("0 looked (even if it found nothing) · 1 could not look · 2 usage · 4 you ended the search early"),
        ),
        "clients": HelpText(
            _("the programs that Keyturn knows, and how well"),
            _(
                "Lists each program whose key Keyturn replaces, or says how you do: the command by\n"
                "which the program itself checks the new key, and whether Keyturn's tests run the\n"
                "real program or work on samples of its files. Then the programs that you change\n"
                "by hand; with the name of one, its steps.\n"
                "\n"
                "It looks at nothing on this computer, asks AWS nothing and changes nothing."
            ),
            ("keyturn clients", "keyturn clients hyper-backup", "keyturn clients --json"),
            _("0 done · 2 there is no such program"),
            operand="[PROGRAM]",
        ),
        "plan": HelpText(
            _("show what `rotate` would do, and change nothing"),
            _(
                "Shows each request to AWS, each change to a file (with the secrets hidden), what\n"
                "the new key will and will not be able to do, and what is left to you.\n"
                "\n"
                "It changes nothing, here and at AWS.\n"
                "\n"
                "KEY is a key ID as `scan` shows it, its last four characters, or its name.\n"
                "\n"
                "Your home and the folders in which programs keep settings are searched for the\n"
                "key, archives included. --search-scope all searches every disk, none skips it;\n"
                "Ctrl-C ends the search early. The plan says what was searched.\n"
                "\n"
                "A program's file that could not be read may hold the key, so the plan waits: put it\n"
                "right and try again, or --leave-out PATH, and you look there before the old key\n"
                "is turned off.\n"
                "\n"
                "--append-only and --prefix-only narrow what the new user may do, if every\n"
                "program can live with it; if one cannot, the plan says so and stops.\n"
                "\n"
                "Every bucket that the key's owner can list is looked at. Those that nothing here\n"
                "names are shown, and a new user waits for your answer: --bucket NAME if\n"
                "something uses it; for all others --other-buckets leave-out if nothing does, or\n"
                "include if nobody knows (it then lists, reads and writes there). What you said is\n"
                "kept for the next time; --other-buckets ask asks about all of them again.\n"
                "\n"
                "routes:\n"
                "  scoped-user   a new IAM user that reaches only the buckets of these backups\n"
                "                (the usual way out for a root key)\n"
                "  new-root-key  a new root key: as powerful, and as dangerous, as the old one\n"
                "  same-user     a new key for the IAM user that the old one belongs to\n"
                "  given-pair    a key that you made: for S3-compatible stores, and with --pair\n"
                "  retire        no new key, if nothing uses the old one"
            ),
            (
                "keyturn plan 7Q2P",
                "keyturn plan 7Q2P --bucket photos --other-buckets leave-out",
                "keyturn plan 7Q2P --json",
            ),
            _("0 nothing stands in the way · 1 AWS could not be asked · 2 usage · 3 something stands in the way"),
            operand="KEY",
        ),
        "status": HelpText(
            _("the rotations, where they stand, what is awaited"),
            _(
                "Lists every rotation of this computer's journal, and what each one waits for.\n"
                "\n"
                "It reads Keyturn's own journal, asks AWS nothing and changes nothing."
            ),
            ("keyturn status", "keyturn status --json"),
            _("0 always, unless the journal cannot be read (1)"),
        ),
        "verify": HelpText(
            _("prove that every backup reaches its bucket now"),
            _(
                "Reads the key of each backup from its file, as it is now, and proves at AWS that\n"
                "it may list, read and write in its bucket: an upload is begun and given up, so\n"
                "nothing is left in the bucket, even if it keeps versions.\n"
                "\n"
                "It changes nothing."
            ),
            ("keyturn verify", "keyturn verify --bucket photos", "keyturn verify 7Q2P"),
            _("0 no proof failed · 1 at least one failed · 2 there is no such key"),
            operand="[KEY]",
        ),
    }


def _naming() -> dict[str, HelpText]:
    return {
        "name": HelpText(
            _("give a key a name that stays when the key is replaced"),
            _(
                "Every command that takes a key or a rotation takes the name, too. Once a rotation\n"
                "has put a new key in place and proved it, the name means the new one; if the\n"
                "rotation is undone, it means the old one again.\n"
                "\n"
                "It changes: the name is kept in Keyturn's folder, and written into the tag\n"
                "keyturn:name of the key's IAM user, if AWS lets it (a root key has no tags). The\n"
                "pair is put into the system's keychain, so that `keyturn credentials` and `keyturn\n"
                "run` can hand it out; --without-secret leaves that out. No file changes.\n"
                "\n"
                "--off takes a name away; the key, its tag and its pair in the keychain stay."
            ),
            ("keyturn name 7Q2P /office/nas", "keyturn name --off /office/nas"),
            _("0 it has the name · 1 it could not be kept · 2 usage, or the name is another key's · 5 another Keyturn"),
            operand="KEY NAME",
        ),
        "history": HelpText(
            _("the keys that a name had, and what became of each"),
            _(
                "Lists every version of a key with a name: since when, until when, and whether it\n"
                "is current, replaced, off or deleted. What only a person says is told as that.\n"
                "Without NAME it lists all names.\n"
                "\n"
                "It reads Keyturn's own memory, asks AWS nothing and changes nothing."
            ),
            ("keyturn history /office/nas", "keyturn history --json"),
            _("0 always, unless the memory cannot be read (4) · 2 no key has this name"),
            operand="[NAME]",
        ),
        "move": HelpText(
            _("take a key's pair out of its files, or put it back"),
            _(
                "--into keychain changes profiles of ~/.aws/credentials: the pair goes, and a line comes\n"
                "in by which programs ask Keyturn (see `keyturn credentials`). AWS CLI, rclone, restic,\n"
                "duplicity and s4cmd do. Everything else in the file stays. Before that the pair is\n"
                "put into the keychain, under the key's name (one is given to it if it has none), and\n"
                "Keyturn is asked for it once as such a program asks.\n"
                "\n"
                "What stays in its file, and why, is shown first: keys that programs read elsewhere; what\n"
                "a timetable, a service or a container starts, as no session opens the keychain for it\n"
                "(with --secrets file, those that run as you reach it); and what Keyturn may not look\n"
                "into, unless you say --by-me.\n"
                "\n"
                "--into files writes the pair back as it stood, or as it is now if it was replaced\n"
                "meanwhile. Do this before you remove Keyturn. If the command is interrupted, type it\n"
                "again: each profile holds the pair or asks for it, and both work."
            ),
            ("keyturn move 7Q2P --into keychain", "keyturn move /office/nas --into files"),
            _(
                "0 done · 1 failed, and no file was changed · 2 usage, or a rotation is under way · 3 nothing can be\n"
                "  moved, or the keychain is locked · 4 some were changed, then it failed · 5 another Keyturn"
            ),
            operand="KEY --into keychain|files",
        ),
        "credentials": HelpText(
            _("print the key that a name means, for a program that asks"),
            _(
                "Prints one JSON document as AWS's tools expect it of a credential_process, and\n"
                "nothing else: the key ID, the secret, and when to ask again (in an hour). AWS CLI,\n"
                "rclone, restic, duplicity and whatever is made with an SDK of AWS's ask by this line\n"
                "in a profile of ~/.aws/credentials:\n"
                "\n"
                "  credential_process = /path/to/keyturn credentials /office/nas\n"
                "\n"
                "The pair comes out of the system's keychain, where `keyturn name` and `keyturn rotate`\n"
                "put it. While the key is replaced, it is the old one until the new one is proved.\n"
                "--session gives a temporary key of the same rights, for programs that pass its token\n"
                "on; it is asked for once, and handed out until shortly before its end.\n"
                "\n"
                "It changes nothing."
            ),
            ("keyturn credentials /office/nas", "keyturn credentials /office/nas --session 60"),
            _("0 printed · 1 no key, and why on standard error · 2 usage · 3 the keychain is locked · 4 stopped"),
            operand="NAME",
        ),
        "run": HelpText(
            _("start a program with the key that a name means"),
            _(
                "Starts the program with the pair in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,\n"
                "and without any other key, token or profile of the environment: for programs that\n"
                "take a key from there and ask nobody. No file has the secret then. The program gets\n"
                "each signal, and its exit code is the command's.\n"
                "\n"
                "A key that is replaced meanwhile reaches the program when it is started again. No\n"
                "file is changed."
            ),
            (
                "keyturn run /office/nas -- restic backup /home",
                "keyturn run /office/nas --session 60 -- rclone lsd nas:",
            ),
            _("the program's own · 1, 3 and 4 no key, as `keyturn credentials` has it · 2 usage, or no such program"),
            operand="NAME -- COMMAND",
        ),
    }


def _renewing() -> dict[str, HelpText]:
    return {
        "renew": HelpText(
            _("have a key renew itself every so many days"),
            _(
                "From then on the computer's own scheduler (systemd, launchd, Task Scheduler or\n"
                "cron) starts `keyturn renew --due` once a day. When the days are over, it makes a\n"
                "new key for the same IAM user, proves it, puts it in place and proves every\n"
                "backup, as `rotate` does; --watch-days later it turns the old key off, if nobody\n"
                "has to do or decide anything; and --grace days later it deletes that with\n"
                "--delete, if it was off all that time and nothing used it. No program of Keyturn's\n"
                "stays running.\n"
                "\n"
                "The days are counted from the day on which you set this, then from each new key.\n"
                "A run that was missed is made up at the next chance. Computers of an office begin\n"
                "up to half an hour later than asked for, each at its own minute.\n"
                "\n"
                "If something stands in the way (a second key, a running backup, a locked\n"
                "keychain, no network), nothing is made, you are told, and the next run tries\n"
                "again. AWS allows two keys for each user, inactive ones included: without --delete\n"
                "the next renewal waits until you have deleted the old key, and you are told 14 days\n"
                "before. A root key is never renewed.\n"
                "\n"
                "This command makes no key, but with --now and --due. It changes Keyturn's memory\n"
                "and the scheduler's entry, which --off removes."
            ),
            (
                "keyturn renew 7Q2P --every 90 --at 03:00 --delete",
                "keyturn renew --list",
                "keyturn renew --now 7Q2P",
                "keyturn renew --off 7Q2P",
            ),
            _("0 done · 1 put back · 2 usage · 3 something stands in the way · 4 stopped · 5 another Keyturn"),
            operand="[KEY]",
        ),
    }


def _keeping() -> dict[str, HelpText]:
    return {
        "keeper": HelpText(
            _("an IAM user of this computer that may renew keys"),
            _(
                "A key that Keyturn made may do nothing but back up: it cannot even be asked how old\n"
                "it is. The keeper is the IAM user that can: it makes, turns off and deletes the keys\n"
                "of the users that Keyturn makes, and of those that you adopt by name, and can change\n"
                "nothing else. Anyone who has its key can make a key for each of these users, so its secret\n"
                "lives in the keychain alone.\n"
                "\n"
                "  show            what it may, where its secret lives, how to remove it; asks AWS nothing\n"
                "  make --as WHO   make it, with an identity that may make users\n"
                "  adopt USER… --as WHO\n"
                "                  let it look after these users, too; one that may change IAM or take\n"
                "                  roles is refused, unless you add --even-if-powerful\n"
                "  remove --as WHO delete its key and its user\n"
                "\n"
                "WHO is key:ID (a key that was found here), profile:NAME (of the AWS files) or sign-in\n"
                "(the browser, by `aws login`). Then `keyturn rotate KEY --as keeper` renews a key."
            ),
            (
                "keyturn keeper show",
                "keyturn keeper make --as profile:admin",
                "keyturn keeper adopt backup-nas --as profile:admin",
                "keyturn keeper remove --as profile:admin",
            ),
            _("0 done · 1 not made, nothing is left of it · 2 usage · 3 sign in first · 4 something is left at AWS"),
            operand="[show|make|adopt USER…|remove]",
        ),
    }


def _reminding() -> dict[str, HelpText]:
    return {
        "remind": HelpText(
            _("what is due, and what will be"),
            _(
                "Says which keys are older than their limit (a root key 365 days, a user's key 90,\n"
                "by the day on which AWS made them), which rotation waits or was interrupted, and\n"
                "which key can be turned off or deleted now; each with the command that carries on.\n"
                "\n"
                "It reads Keyturn's own memory, asks AWS nothing and changes nothing. --check looks\n"
                "at the keys on this computer and asks AWS about them first. If AWS cannot be\n"
                "asked, it goes by what was known before and says so. It shows at most one\n"
                "notification a day: when something new is due, and after a week again.\n"
                "\n"
                "--calendar writes what is due, and will be, into a calendar file. Written again,\n"
                "it moves and cancels its own entries in a calendar instead of doubling them.\n"
                "\n"
                "--at-login check has --check run by itself each time you sign in to this computer;\n"
                "nothing stays running. --at-login tray shows the icon of `keyturn tray` instead."
            ),
            ("keyturn remind", "keyturn remind --snooze 7", "keyturn remind --calendar keys.ics"),
            _("0 also if something is due: the answer is in the text · 1 memory or file cannot be used · 2 usage"),
        ),
        "report": HelpText(
            _("what was found and done, as a page, a table or JSON"),
            _(
                "Writes down which keys are on this computer and where, what was done to replace\n"
                "them, what was proved at AWS and when, and what is left to you: for the drawer,\n"
                "for the accountant, for the next person who looks after the backups.\n"
                "\n"
                "--account adds every key of the account, also those that are not on this computer,\n"
                "as `scan` has them; --as names who asks AWS about them.\n"
                "\n"
                "No secret is in it. Page and table shorten key IDs; JSON has them in full, as\n"
                "`scan` has. The page needs nothing else: no network, no script; it reads well in\n"
                "light and dark and prints well.\n"
                "\n"
                "It changes nothing but the file that --output names. Without --output it is\n"
                "written to standard output."
            ),
            ("keyturn report --output keys.html", "keyturn report --output keys.csv", "keyturn report --format json"),
            _("0 written · 1 the file or the memory cannot be used · 2 usage, or the file is there already"),
        ),
        "tray": HelpText(
            _("an icon in the tray or menu bar that says how it stands"),
            _(
                "Shows by shape and colour whether something is due, and opens the window from its\n"
                "menu. It looks at the keys once a day, in a short process of its own, and shows at\n"
                "most one notification a day. It changes nothing, and nothing depends on it.\n"
                "\n"
                "If the desktop has no tray, it looks once, notifies, and ends."
            ),
            ("keyturn tray", "keyturn remind --at-login tray"),
            _("0 it was quit, or shows already · 4 no window can be opened here"),
        ),
    }


def _telling() -> dict[str, HelpText]:
    return {
        "tell": HelpText(
            _("who is told what happens: by mail, web hook, command"),
            _(
                "Chooses who else is told when a key is made, off, due, or may be deleted, and when\n"
                "something fails. What is told has masked key IDs and no secret.\n"
                "\n"
                "mail:ADDRESS  by the server that you name (--smtp), by TLS or STARTTLS, never without\n"
                "webhook       a POST to an address that you have; --shape says what it expects. The\n"
                "              address is kept as a secret, and no redirect is followed\n"
                "command:PATH  a program of yours, without arguments; the facts come as JSON on its\n"
                "              standard input. Nobody else may be able to write it\n"
                "\n"
                "The password and the address of a hook are asked for, or taken from the first line of\n"
                "a pipe, and kept where Keyturn keeps secrets. `tell test` sends a message to each, and\n"
                "says what each answered. No backup and no key is touched."
            ),
            (
                "keyturn tell add mail:ops@example.com --smtp smtp.example.com:587 --starttls --user ops",
                "keyturn tell add webhook --shape slack",
                "keyturn tell add command:/usr/local/bin/page-me",
                "keyturn tell test",
                "keyturn tell remove hook-1",
            ),
            _("0 done, or each took the test · 1 one was not reached · 2 usage"),
            operand="[ACTION] [WHO]",
        ),
    }


def _rotating() -> dict[str, HelpText]:
    return {
        "rotate": HelpText(
            _("make a new key, prove it, put it in place; then wait"),
            _(
                "Checks everything, shows what it is about to do and asks. Then it makes the new\n"
                "key, proves it, puts it everywhere the old one was, and proves every backup\n"
                "again. It stops there with exit code 3 and says what is awaited.\n"
                "\n"
                "It changes: IAM (a new user and key, or a new key), and the key's two values in\n"
                "the files shown. The old key stays on: turning it off is a command of its own.\n"
                "If a proof fails, everything is put back as it was.\n"
                "\n"
                "--pair is for stores other than AWS, which have no users that Keyturn could make:\n"
                "make a key on the store's web page, and Keyturn asks for it, proves it, puts it in\n"
                "place and proves it again. Turning the old key off there is yours.\n"
                "\n"
                "--as lets another identity of the account make the change, if the key may not: a\n"
                "key that was found here (key:ID), a profile of the AWS files (profile:NAME), this\n"
                "computer's keeper, or you, in the browser (sign-in, by `aws login`). A user's key\n"
                "is then turned off and deleted without the console, too, with the same --as.\n"
                "\n"
                "Interrupted, by you or by the power? `keyturn continue` or `keyturn undo`."
            ),
            (
                "keyturn rotate 7Q2P",
                "keyturn rotate 7Q2P --only rclone --watch-days 7",
                "keyturn rotate 7Q2P --as profile:admin",
                "keyturn rotate 7Q2P --pair",
            ),
            _("1 put back · 2 usage · 3 waiting, the new key is in place · 4 stopped · 5 another Keyturn"),
            operand="KEY",
        ),
        "continue": HelpText(
            _("carry on what waits or was interrupted"),
            _(
                "Carries on from where the journal says a rotation stands. What was done is not\n"
                "done again. It never turns a key off or deletes one: those are commands of\n"
                "their own.\n"
                "\n"
                "ROTATION is a name that `keyturn status` shows, or the name of its key; needed only\n"
                "if there are several."
            ),
            ("keyturn continue",),
            _("0 done · 1 put back · 3 waiting · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION]",
        ),
        "done": HelpText(
            _("tick a thing that you did by hand"),
            _(
                "Some things only a person can do, such as restarting a program that still has\n"
                "the old key in its memory. `keyturn status` lists them by name; this command\n"
                "says that one is done, and does nothing else. If Keyturn can see into the\n"
                "program, a tick does not count while the old key still stands there. What nobody\n"
                "saw is reported as said by a person, not as seen. To tick that the old key is\n"
                "deleted, type its last four characters."
            ),
            ("keyturn done restart-rclone-4711", "keyturn done delete --confirm 7Q2P"),
            _("0 ticked · 2 no such thing is awaited · 3 it is not done yet"),
            operand="ITEM",
        ),
        "undo": HelpText(
            _("old key back everywhere, new key and its user removed"),
            _(
                "Puts the old key back everywhere, proves that the backups work with it, and then\n"
                "removes the new key and the user made for it. Whatever else changed in the files\n"
                "meanwhile stays. Possible until the old key is deleted.\n"
                "\n"
                "Is the old key off? It has to be on again first: `keyturn turn-on`."
            ),
            ("keyturn undo",),
            _("0 everything is as it was · 3 waiting · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION]",
        ),
    }


def _ending() -> dict[str, HelpText]:
    return {
        "turn-off": HelpText(
            _("turn the old key off; it can be turned on again"),
            _(
                "Makes the old key inactive, waits until AWS refuses it, and proves every backup\n"
                "once more. It deletes nothing.\n"
                "\n"
                "--by console  you do it in the AWS console, and Keyturn watches. This is the way\n"
                "              for a root key: it shows that you can sign in and turn it on again.\n"
                "--by key      the key turns itself off. For a root key that is a one-way door for\n"
                "              programs: only you, in the console, can turn it on again.\n"
                "\n"
                "This computer is searched for the old key once more before it goes off\n"
                "(--search-scope says where). It asks first whether other computers use the key,\n"
                "because Keyturn sees only this one.\n"
                "\n"
                "--key ID is for a user's key of the account that is not on this computer. --as says\n"
                "who signs, --confirm repeats the key's last four characters. It goes off only if\n"
                "AWS saw no use of it for --watch-days; else it waits, and names who uses it. From\n"
                "then on it is a rotation like any other, with `status`, `turn-on`, `undo`, `delete`.\n"
                "A root key is never turned off so."
            ),
            (
                "keyturn turn-off",
                "keyturn turn-off --by key",
                "keyturn turn-off --wait 900",
                "keyturn turn-off --key AKIAIOSFODNN7EXAMPLE --as profile:admin --confirm MPLE",
            ),
            _("0 off and proved · 2 usage · 3 waiting · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION]",
        ),
        "turn-on": HelpText(
            _("turn the old key on again"),
            _(
                "Makes the old key active again: by a key that may do so, or by you in the AWS\n"
                "console, which it explains. The new key stays where it is.\n"
                "\n"
                "--key ID with --as and --confirm is for a key that is not on this computer."
            ),
            ("keyturn turn-on",),
            _("0 on again · 3 waiting for you in the console · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION]",
        ),
        "delete": HelpText(
            _("delete the old key, days after it was turned off"),
            _(
                "Deletes the old key at AWS and wipes Keyturn's copy of its secret. This cannot be\n"
                "undone, so it needs the last four characters of the key, and the key must have\n"
                "been off for the waiting period (--off-days of `rotate`) without being missed.\n"
                "\n"
                "--key ID with --as is for a key that is not on this computer. If somebody else\n"
                "turned it off, its days begin now; if AWS saw it used since it is off, it stays."
            ),
            (
                "keyturn delete --confirm 7Q2P",
                "keyturn delete --key AKIAIOSFODNN7EXAMPLE --as profile:admin --confirm MPLE",
            ),
            _("0 deleted · 2 the four characters are missing or differ · 3 not yet · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION] --confirm LAST4",
        ),
        "end": HelpText(
            _("close a rotation as it stands, if it cannot go on"),
            _(
                "No file and no key is changed: both keys stay as they are, the new secret is kept,\n"
                "and what is known and what is not is written into the report. Neither undo nor\n"
                "continue is possible for this rotation from then on, so it needs the last four\n"
                "characters of the old key. Look first whether `keyturn continue` or `keyturn undo` leads on."
            ),
            ("keyturn end 20261130-7Q2P --confirm 7Q2P",),
            _("0 closed · 2 the four characters are missing or differ · 4 stopped · 5 another Keyturn"),
            operand="[ROTATION] --confirm LAST4",
        ),
    }


def _rehearsing() -> dict[str, HelpText]:
    return {
        "practice": HelpText(
            _("rehearse on a simulated account; nothing real is touched"),
            _(
                "Makes a simulated AWS account and a sample computer in a temporary folder, and\n"
                "walks through a whole rotation with the real commands: scan, plan, rotate, turn\n"
                "off, delete. Your own files, keys and AWS account are not touched, and it is\n"
                "cleaned up at the end.\n"
                "\n"
                "--serve keeps the account running until Ctrl-C and prints the options with which\n"
                "any other command reaches it. --window opens Keyturn's window on them."
            ),
            ("keyturn practice", "keyturn practice --window", "keyturn practice --serve"),
            _("0 everything ended as promised · 1 it did not, or the practice account is not installed"),
        ),
    }
