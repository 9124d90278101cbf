#!/bin/bash
# Taking a submission in: what surrounds it does not matter, nothing of it is run, whatever a file
# system or an archive may hold is taken or refused with its reason, and a fault of the host costs
# nobody a point.
. "$(dirname "$0")/facts.sh"
export GIT_CONFIG_GLOBAL=/dev/null
me=(-c user.name=a -c user.email=a@b)

good=$work/good
"$coach" start 1 "$good" --no-git >/dev/null || exit 3
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do cp "$root/$file" "$good/$file"; done
small=$work/small # what a learner writes, and nothing else
mkdir "$small"
for file in $("$coach" labs 1 | cut -f 2 | sort -u); do install -D -m 644 "$root/$file" "$small/$file"; done
repository() { # repository NAME: one commit of all a learner writes
    rm -rf "${work:?}/$1" && cp -r "$small" "$work/$1" && git -C "$work/$1" init -q -b main &&
        git -C "$work/$1" add -A && git -C "$work/$1" "${me[@]}" commit -qm x
}

# points NAME WANTED SUBMISSION [COMMAND…]: that many points, with the words before coach.
points() {
    local name=$1 wanted=$2 what=$3 got
    shift 3
    rm -f "$work/result.json"
    "$@" timeout "$backstop" "$coach" grade 1 --submission "$what" --emit "json=$work/result.json" \
        --emit terminal >"$work/out" 2>&1 </dev/null
    got=$(sed -n 's/^ "got": \([0-9]*\),$/\1/p' "$work/result.json" 2>/dev/null)
    [ "$got" = "$wanted" ] && ok "$name" && return
    echo "${got:-no} points, expected $wanted" >>"$work/out"
    not_ok "$name" "$work/out"
}
noted() { # noted NAME WORDS: the last report says it
    if grep -qF -- "$2" "$work/result.json"; then ok "$1"; else not_ok "$1" "$work/out"; fi
}
refused() { # refused NAME STATUS WORDS SUBMISSION [COMMAND…]
    local name=$1 status=$2 words=$3 what=$4
    shift 4
    says "$name" "$status" "$words" "$@" timeout "$backstop" "$coach" grade 1 --submission "$what"
}

# ungraded NAME WORDS SUBMISSION [COMMAND…]: there is a report; it says so, and that nothing is graded.
ungraded() {
    rm -f "$work/result.json"
    says "$1" 3 "" "${@:4}" timeout "$backstop" "$coach" grade 1 --submission "$3" --emit "json=$work/result.json" --emit terminal
    noted "… with its reason in the report" "$2"
    noted "… as not graded" '"ungraded": 100'
}
broken_one() { # broken_one NAME WORDS SUBMISSION: it fails, with a report that says why
    points "$1" 0 "$3"
    noted "… which says why" "$2"
    noted "… as a fail" '"ungraded": 0'
}

# ---- Git: the repository that is named, and no other --------------------------------------------
repository r
points "a revision of a repository is taken" 100 "$work/r#HEAD"
points "a branch, an abbreviated commit" 100 "$work/r#$(git -C "$work/r" rev-parse --short main)"
git clone -q --bare "$work/r" "$work/bare.git" 2>/dev/null
points "a bare repository, packed" 100 "$work/bare.git#main"
mkdir "$work/r/empty"
refused "a folder in a repository is none itself" 2 "no repository" "$work/r/empty#HEAD"
rmdir "$work/r/empty"
mkdir "$work/file" && echo "gitdir: $work/r/.git" >"$work/file/.git"
ungraded "a .git that is a file leads elsewhere" "a link to a repository elsewhere" "$work/file#HEAD"
mkdir "$work/link" && ln -s "$work/r/.git" "$work/link/.git"
ungraded "so does one that is a link" "a link to a repository elsewhere" "$work/link#HEAD"
git -C "$work/r" worktree add -q "$work/tree" 2>/dev/null
ungraded "so does a linked worktree's" "this folder without a revision" "$work/tree#HEAD"
git clone -q --shared "$work/r" "$work/shared" 2>/dev/null
ungraded "borrowed objects are refused" "borrows from another" "$work/shared#HEAD"
repository inner && mv "$work/inner/.git/objects" "$work/objects" && ln -s "$work/objects" "$work/inner/.git/objects"
ungraded "so are linked ones" "is a link to elsewhere" "$work/inner#HEAD"
repository lazy
blob=$(git -C "$work/lazy" rev-parse HEAD:hv/trap/trap.c)
rm "$work/lazy/.git/objects/${blob:0:2}/${blob:2}"
git -C "$work/lazy" config core.repositoryFormatVersion 1
git -C "$work/lazy" config extensions.partialClone origin
git -C "$work/lazy" config remote.origin.promisor true
git -C "$work/lazy" config remote.origin.url "ext::sh -c touch% $work/owned"
git -C "$work/lazy" config protocol.ext.allow always
git -C "$work/lazy" config core.fsmonitor "touch $work/owned"
broken_one "a missing object is not fetched" "hand in a full one" "$work/lazy#HEAD"
fact "and no program of the configuration ran" test ! -e "$work/owned"
repository clash && git -C "$work/clash" tag v && git -C "$work/clash" branch v
points "a tag and a branch of one name" 100 "$work/clash#v"
noted "which is told" "v is a tag and a branch"
refused "a revision that is not there" 2 "no git revision" "$work/r#none"
git init -q -b main "$work/unborn"
refused "one of a repository without a commit" 2 "has no commit yet" "$work/unborn#HEAD"
refused "a revision that looks like an option" 2 "no git revision" "$work/r#--all"
cp -r "$good" "$work/whole" && git -C "$work/whole" init -q -b main && git -C "$work/whole" add -A &&
    git -C "$work/whole" "${me[@]}" commit -qm x
points "a revision with all of the course's files" 100 "$work/whole#HEAD"
fact "of which none is called different" sh -c "! grep -q 'yours differs' $work/result.json"
if git init -q --object-format=sha256 -b main "$work/long" 2>/dev/null; then
    cp -r "$small/hv" "$work/long" && git -C "$work/long" add -A && git -C "$work/long" "${me[@]}" commit -qm x
    ungraded "SHA-256 names are told, and what to do" "git archive" "$work/long#HEAD"
fi
repository wide && printf '[extensions]\n\tObjectFormat="sha256"\n' >>"$work/wide/.git/config"
ungraded "whatever the configuration looks like" "SHA-256" "$work/wide#HEAD"
repository table && mkdir "$work/table/.git/reftable" && rm -r "$work/table/.git/refs" && echo no >"$work/table/.git/refs" &&
    echo 'ref: refs/heads/.invalid' >"$work/table/.git/HEAD"
ungraded "so are references in a table, as newer gits keep them" "reftable" "$work/table#HEAD"
repository parts && rm -rf "$work/parts/hv" && git -C "$work/parts" rm -qr --cached hv &&
    git -C "$work/parts" update-index --add --cacheinfo 160000,"$(git -C "$work/r" rev-parse HEAD)",hv &&
    git -C "$work/parts" "${me[@]}" commit -qm x
ungraded "so is a submodule, whose files are not there" "has hv as a submodule" "$work/parts#HEAD"
repository torn && tree=$(git -C "$work/torn" rev-parse 'HEAD^{tree}') &&
    chmod u+w "$work/torn/.git/objects/${tree:0:2}/${tree:2}" && echo junk >"$work/torn/.git/objects/${tree:0:2}/${tree:2}"
broken_one "a damaged repository is the submission's fault" "is damaged" "$work/torn#HEAD"
points "git's own words are no contents" 100 "$work/r#HEAD" env GIT_TRACE=1 GIT_TRACE_SETUP=1
points "nor are the loader's" 100 "$work/r#HEAD" env LD_PRELOAD=/nonexistent/library.so
points "nor what it tells of a program" 100 "$work/r#HEAD" env LD_SHOW_AUXV=1 LD_BIND_NOW=1
points "options stand where they are written" 100 "$work/r#HEAD" env POSIXLY_CORRECT=1
repository other && git -C "$work/other" rm -qr hv && git -C "$work/other" "${me[@]}" commit -qm none
points "a hook's environment leads nowhere" 100 "$work/r#HEAD" env GIT_DIR="$work/other/.git" GIT_WORK_TREE="$work/other"
before=$(git -C "$work/other" rev-parse HEAD)
GIT_DIR=$work/other/.git "$coach" start 1 "$work/new" >/dev/null 2>&1
fact "coach start in a hook makes its own repository" test -d "$work/new/.git"
fact "and commits into no other" test "$(git -C "$work/other" rev-parse HEAD)" = "$before"

# ---- Archives and folders, of whatever shape ---------------------------------------------------
python3 - "$work" "$small" <<'P'
import gzip, io, os, subprocess, sys, tarfile, zipfile
work, small = sys.argv[1:]
files = [(os.path.relpath(os.path.join(r, n), small), open(os.path.join(r, n), 'rb').read())
         for r, d, f in os.walk(small) for n in f]
def archive(name, members):
    with zipfile.ZipFile(f'{work}/{name}.zip', 'w') as z:
        for n, b in members:
            z.writestr(n, b)
archive('utf8', [('Übung 1/' + n, b) for n, b in files])
archive('deep', [('moodle/Jané Doe_1/lab1/' + n, b) for n, b in files])
archive('letters', [(n.replace('hv/', 'HV/'), b) for n, b in files])
archive('backslash', [(n.replace('/', '\\'), b) for n, b in files])
archive('notes', [('__MACOSX/' + n, b'\0') for n, b in files] + [('lab1/' + n, b) for n, b in files])
archive('stray', [('lab1/' + n, b) for n, b in files] + [('old/hv/trap/panic.c', b'int broken(')])
import warnings; warnings.simplefilter('ignore')
archive('twice', [(files[0][0], b'int broken(')] + files)
# A hard link with a body, which nobody reads: 400 MB of zeros.
header = tarfile.TarInfo('hv/x')
header.type, header.linkname, header.size = tarfile.LNKTYPE, 'y', 400 << 20
header.pax_headers = {'comment': 'pax'}
block = header.tobuf(tarfile.PAX_FORMAT)
with gzip.open(f'{work}/skipped.tar.gz', 'wb', 9) as out:
    out.write(block)
    for i in range(400):
        out.write(bytes(1 << 20))
with tarfile.open(f'{work}/many.tar', 'w') as t:
    for i in range(300):
        info = tarfile.TarInfo(f'../{i}'); t.addfile(info)
with tarfile.open(f'{work}/hard.tar', 'w') as t:
    for n, b in files:
        t.add(f'{small}/{n}', 'store/' + n.replace('/', '-'))
    for n, b in files:
        info = tarfile.TarInfo('./lab1/' + n)
        info.type, info.linkname = tarfile.LNKTYPE, 'store/' + n.replace('/', '-')
        t.addfile(info)
with tarfile.open(f'{work}/links.tar', 'w') as t: # however the target is written
    for i, (n, b) in enumerate(files):
        target = 'store/' + n.replace('/', '-')
        t.addfile(tarfile.TarInfo(target)) # the first of its name, empty
        t.add(f'{small}/{n}', target)
        info = tarfile.TarInfo('lab1/' + n)
        info.type, info.linkname = tarfile.LNKTYPE, target.replace('/', ['//', '\\\\', '/./', '/.//'][i % 4])
        t.addfile(info)
with tarfile.open(f'{work}/dots.tar', 'w') as t:
    for n, b in files:
        info = tarfile.TarInfo('.//lab1/./' + n.replace('/', '//'))
        info.size = len(b)
        t.addfile(info, io.BytesIO(b))
os.makedirs(f'{work}/holes/hv/trap')
with open(f'{work}/holes/hv/trap/trap.c', 'wb') as hole:
    hole.truncate(4 << 30)
subprocess.run(['tar', '-C', f'{work}/holes', '-cSf', f'{work}/sparse.tar', 'hv'])
subprocess.run(['zip', '-qr', '-P', 'word', f'{work}/secret.zip', 'hv'], cwd=small)
with zipfile.ZipFile(f'{work}/cut.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('hv/trap/trap.c', os.urandom(5000))
data = open(f'{work}/cut.zip', 'rb').read()
open(f'{work}/cut.zip', 'wb').write(data[:3000])
P
points "a zip file's names in UTF-8" 100 "$work/utf8.zip"
points "folders in folders, as platforms hand them out" 100 "$work/deep.zip"
points "HV/ for hv/" 100 "$work/letters.zip"
noted "which is told" "was taken for hv/"
points "backslashes between folders" 100 "$work/backslash.zip"
points "a stray second folder" 100 "$work/stray.zip"
noted "which is told too" "there is another tree in old/"
points "an archiver's notes beside it" 100 "$work/notes.zip"
points "a member that is there twice: the last" 100 "$work/twice.zip"
noted "and it is told" "is there more than once"
points "hard links to members before them" 100 "$work/hard.tar"
points "however their targets are written" 100 "$work/links.tar"
points "doubled slashes and dots in names" 100 "$work/dots.tar"
ungraded "an encrypted zip file is told, and what to do" "needs no password" "$work/secret.zip"

# What is packed once more, as platforms and some learners do it.
moodle="$work/moodle/Jane Doe_123_assignsubmission_file_"
mkdir -p "$moodle" && (cd "$small" && zip -qr "$moodle/lab.zip" hv)
points "a folder that holds only an archive" 100 "$moodle"
noted "which is told" "lab.zip: the archive was taken"
points "and a folder around that" 100 "$work/moodle"
(cd "$moodle" && zip -qr "$work/zipped.zip" lab.zip && tar -cf "$work/thrice.tar" -C "$work" zipped.zip)
points "an archive in an archive" 100 "$work/zipped.zip"
points "in an archive" 100 "$work/thrice.tar"
cp "$moodle/lab.zip" "$work/in.zip" && for i in 1 2 3 4 5; do
    (cd "$work" && rm -rf deeper && mkdir deeper && mv in.zip deeper/in$i.zip && cd deeper && zip -q ../in.zip in$i.zip)
done
broken_one "but not for ever" "has archives more than 4 deep" "$work/in.zip"
cp -r "$moodle" "$work/pair" && cp "$moodle/lab.zip" "$work/pair/lab (1).zip"
ungraded "of two archives a person has to choose" "2 things that may: lab (1).zip, lab.zip" "$work/pair"
cp -r "$moodle" "$work/report" && (cd "$small" && zip -q "$work/report/report.docx" hv/trap/panic.c) && echo '%PDF-1.4' >"$work/report/r.pdf"
points "a document beside it is none" 100 "$work/report"
mkdir "$work/unpackable" && printf 'Rar!\032\007\001\000and so on' >"$work/unpackable/lab.rar"
ungraded "an archive that coach does not open" "lab.rar, which is a RAR archive" "$work/unpackable"
mkdir "$work/kept" && cp -r "$work/r/.git" "$work/kept/.git" && rm -rf "$work/kept/.git/worktrees"
points "a folder that holds only a repository" 100 "$work/kept"
noted "which is told" "HEAD of the repository was taken"
(cd "$work" && zip -qr kept.zip kept && tar -czf bare.tgz bare.git)
points "so does an archive" 100 "$work/kept.zip"
points "or a bare one" 100 "$work/bare.tgz"
mkdir "$work/history" && git -C "$work/history" init -q -b main && cp "$moodle/lab.zip" "$work/history" &&
    git -C "$work/history" add -A && git -C "$work/history" "${me[@]}" commit -qm x
points "an archive that was committed" 100 "$work/history#HEAD"
points "and lies beside its history" 100 "$work/history"
broken_one "a repository without a commit" "has no commit yet" "$work/unborn"
mkdir "$work/hidden" && cp "$work/good/hv/trap/trap.h" "$work/hidden" && ln -s "$work/r/.git" "$work/hidden/.git"
ungraded "a link to a repository is not followed" "a link to a repository elsewhere" "$work/hidden"

# Several trees: the fullest, else the outer one; what is left open is a person's to say.
cp -r "$small" "$work/deeper1" && mkdir "$work/deeper1/lab" && mv "$work/deeper1/hv" "$work/deeper1/lab" &&
    install -D "$work/new/hv/trap/panic.c" "$work/deeper1/hv/trap/panic.c" && echo 'int broken(' >>"$work/deeper1/hv/trap/panic.c"
points "a stray file at the top" 100 "$work/deeper1"
noted "which is told" "there is another tree in the top"
cp -r "$work/new" "$work/fresh" && rm -rf "$work/fresh/.git" && cp -r "$small" "$work/fresh/mine"
points "a tree that is written, in one that was only handed out" 100 "$work/fresh"
cp -r "$small" "$work/kin" && cp -r "$small" "$work/kin/old" && echo 'int broken(' >>"$work/kin/old/hv/trap/trap.c"
points "an old copy within" 100 "$work/kin"
mkdir "$work/twins" && cp -r "$small" "$work/twins/a" && cp -r "$small" "$work/twins/b"
points "two that are the same" 100 "$work/twins"
noted "which is told" "there is another tree in b/"
echo '/* later */' >>"$work/twins/a/hv/trap/trap.c"
ungraded "two that are not" "a/ and b/; leave the one" "$work/twins"

points "a hole of gigabytes" 0 "$work/sparse.tar"
noted "which is told" "it is larger than 256 KiB"
points "bytes that are passed over count" 0 "$work/skipped.tar.gz"
noted "and are told" "holds more than 64 MiB"
points "remarks do not fill a report" 0 "$work/many.tar"
noted "they are counted" "more remarks of this kind"
broken_one "a file that is no archive" "is no tar or zip file" "$small/hv/trap/trap.c"
: >"$work/none.zip"
broken_one "an empty file" "is no tar or zip file" "$work/none.zip"
points "a damaged archive" 0 "$work/cut.zip"
noted "is told" "cut.zip"
mkfifo "$work/pipe"
refused "a pipe as a submission" 3 "this is a FIFO" "$work/pipe"
refused "an endless device" 3 "this is a device" /dev/zero
cp -r "$small" "$work/odd" && touch "$work/odd/"$'a\nb\033[31m' "$work/odd/hv/\$(touch x)"
points "any name may stand beside" 100 "$work/odd"
long=$(printf 'n%.0s' $(seq 255))
mkdir "$work/odd names" && cp -r "$small" "$work/odd names/$long"
points "the longest name" 100 "$work/odd names/$long"
"$coach" grade 1 --submission "$small" --emit "json=$work/$long" >"$work/out" 2>&1
fact "which a report may have too" jq -e '.got == 100' "$work/$long"
# shellcheck disable=SC2016 # no name is run
for name in 'a,b=c' "quo'te\"s" $'new\nline' $'no utf-8 \377' '$(touch x);' '%s%n'; do
    cp -r "$small" "$work/odd names/$name"
    points "whatever it is called: $(printf %q "$name")" 100 "$work/odd names/$name"
done
cp -r "$small" "$work/a#b" && points "a folder with # in its name" 100 "$work/a#b"

# ---- The host --------------------------------------------------------------------------------
points "a strict umask" 100 "$small" sh -c 'umask 027; exec "$@"' sh
odd=$work/'t,m=p '
mkdir "$odd"
# on FLAGS COMMAND…: with a temporary file system at $TMPDIR that is mounted so.
on() {
    # shellcheck disable=SC2016
    unshare -m sh -c 'mount -t tmpfs -o "$0" none "$TMPDIR" && exec "$@"' "$@"
}
if on size=1m true 2>/dev/null; then
    points "a temporary folder from which nothing runs" 100 "$small" on noexec,mode=1777
    points "a full disk is no fault of the submission" 0 "$small" on size=600k,mode=1777
    noted "and its points are not graded" '"ungraded": 100'
fi
# Tools that break, in a mount namespace of their own.
gcc=/usr/bin/riscv64-unknown-elf-gcc
cp $gcc "$work/real" 2>/dev/null && cat >"$work/killed" <<SH
#!/bin/sh
case \$PWD in */tree) [ -e killed ] || { touch killed; kill -9 \$\$; } ;; esac
exec $gcc.real "\$@"
SH
chmod 755 "$work/killed"
broken() { # broken assembler|compiler COMMAND…
    # shellcheck disable=SC2016
    case $1 in
    assembler) set -- "mount --bind /dev/null $(readlink -f "$($gcc -print-prog-name=as)")" "${@:2}" ;;
    compiler) set -- "mount -t overlay -o lowerdir=$work/over:/usr/bin none /usr/bin" "${@:2}" ;;
    esac
    unshare -m sh -c "$1"' && shift && exec "$@"' sh "$@"
}
mkdir "$work/over" && cp "$work/killed" "$work/over/${gcc##*/}" && cp $gcc "$work/over/${gcc##*/}.real"
if broken assembler true 2>/dev/null; then
    points "an assembler that does not run is no build error" 0 "$small" broken assembler
    noted "but nobody's points" '"ungraded": 100'
    noted "and the course's own tree says so" "the course's own tree builds here"
fi
if broken compiler true 2>/dev/null; then
    points "a compiler that was killed once is tried again" 100 "$small" broken compiler
fi
# A QEMU that lies outside the system's folders, as one that was built by hand.
own="$work/o,w=n /bin" && mkdir -p "$own" "$own/../share/qemu"
# shellcheck disable=SC2016 # for the shell in QEMU's place
printf '#!/bin/sh\n[ -d "${0%%/*}/../share/qemu" ] && exec qemu-system-riscv64 "$@"\n' >"$own/qemu" && chmod 755 "$own/qemu"
ln -s "$own/qemu" "$work/linked"
for tier in bubblewrap landlock limits; do
    points "a QEMU of one's own in the tier $tier" 100 "$small" env COACH_QEMU="$own/qemu" COACH_SANDBOX=$tier
done
points "one behind a link, named from here" 100 "$small" env COACH_QEMU="$(realpath -s --relative-to=. "$work/linked")"
# Another user, who may not read all of it.
chmod 700 "$work/odd/hv/trap"
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups "$coach" --version >/dev/null 2>&1; then
    refused "a folder that cannot be read is no absent one" 3 "hv/trap cannot be read: Permission denied" \
        "$work/odd" setpriv --reuid 65534 --regid 65534 --clear-groups
fi
# Limits that coach may not raise: nothing is graded, and it is said which, and what to do.
low() { # low LIMIT VALUE WORDS
    # shellcheck disable=SC2016 # for bash
    ungraded "a low limit is told: ulimit $1 $2" "$3" "$small" bash -c 'ulimit "$0" "$1"; exec "${@:2}"' "$1" "$2" "${other[@]}"
    noted "… with what to do" "raise them where coach is started"
}
other=()
[ "$(id -u)" = 0 ] && other=(setpriv --reuid 65534 --regid 65534 --clear-groups)
if "${other[@]}" "$coach" --version >/dev/null 2>&1; then
    chmod 777 "$work"
    low -n 100 "100 open files (ulimit -n)"
    low -t 3 "3 s of processor time (ulimit -t)"
    low -v 200000 "195 MiB of address space (ulimit -v)"
    low -v 1500000 "1464 MiB of address space (ulimit -v)"
    low -f 40000 "40000 KiB in a file (ulimit -f)"
    low -u 20 "20 processes of this user (ulimit -u)"
    rm -f "$work/result.json"
    chmod 755 "$work"
fi
mkdir "$work/near"
points "a TMPDIR that is named from here" 100 "$moodle" env TMPDIR="$(realpath --relative-to=. "$work/near")"
points "one that is not there" 0 "$small" env TMPDIR=/nonexistent/folder
noted "is no fault of the submission" '"ungraded": 100'
fact "and is in no report" sh -c "! grep -q /nonexistent $work/result.json"
says "but told" 3 "/nonexistent/folder: cannot make a temporary folder" \
    env TMPDIR=/nonexistent/folder "$coach" grade 1 --submission "$small"
points "no environment" 100 "$small" env -i STAGECOACH_COURSE="$root"
points "no standard input, no complaints" 100 "$small" sh -c 'exec 0<&- 2>&-; exec "$@"' sh
cp -r "$small" "$work/late" && find "$work/late" -exec touch -d 2099-01-01 {} +
points "times to come" 100 "$work/late"
find "$work/late" -exec touch -d @0 {} +
points "no times at all" 100 "$work/late"
points "a comma, = and a space in TMPDIR" 100 "$small" env TMPDIR="$odd"
for tier in landlock limits; do
    points "likewise in the tier $tier" 100 "$small" env TMPDIR="$odd" COACH_SANDBOX=$tier
    points "a revision in the tier $tier" 100 "$work/r#HEAD" env COACH_SANDBOX=$tier
done
fact "nothing is left in it" test -z "$(ls -A "$odd")"
mkfifo "$work/image"
says "an image that is a pipe is refused at once" 2 "is a pipe or a device" \
    "$coach" run --vm "image=$work/image,name=t"
says "so is one that never ends" 2 "is a pipe or a device" "$coach" run --vm image=/dev/zero,name=t
printf "\357\273\277" | cat - labs/01-boot/checks/panic.check >"$work/mark.check"
fact "a byte order mark in a check file is none of its words" \
    "$coach" check --list "$work/mark.check"
"$coach" grade 1 --submission "$small" >&- 2>"$work/closed"
fact "a closed standard output is told" grep -q "standard output" "$work/closed"
sum
