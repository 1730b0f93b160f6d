"""Trials that a test cannot hold: a file cut while it is mapped, a full disk, and kill -9 at random moments.

    swift build && python3 Tests/reliability/trials.py [cut] [full] [kill] [--times N] [--seed S]

A full disk is a small tmpfs, so that trial wants root (or a user namespace). GNB names another program. Ends with 1 if a trial failed.
"""

import hashlib
import http.server
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GNB = os.environ.get("GNB", str(ROOT / ".build/debug/gnb"))
TINY = ROOT / "Tests/Fixtures/tiny"
DATA = f"""load data mini-news categories=[movie-enter, sports-watch]
split train=20 validation=9
prompt "news: {{input}} => {{output}}" max_input_tokens=25
"""
failures = []


def tell(name: str, ok: bool, words: str) -> None:
    words = words.replace(tempfile.gettempdir(), "")
    print(f"{'held ' if ok else 'FAILS'}  {name}: {words}", flush=True)
    if not ok:
        failures.append(name)


def start(*arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen([GNB, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def last(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return " | ".join(lines[:2])[:230] if lines else ""


def contents(folder: Path) -> dict[str, str]:
    """What is in a folder, by name and hash."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(folder.rglob("*"))}


# A file that shrinks under its mapping


def cut(folder: Path) -> None:
    """The model's file loses its end while a session computes with it."""
    for form in ("folder", "file.gguf"):
        place = folder / form
        subprocess.run([GNB, "-c", f"load model {TINY}/gemma2; save model {place}"], check=True, capture_output=True)
        weights = place / "model.safetensors" if place.is_dir() else place
        whole = weights.read_bytes()
        for share in (0.9, 0.3, 0.0):
            weights.write_bytes(whole)
            session = start(
                "--json", "-", "-c", f"load model {place}\n{DATA}lora rank=4\ntrain steps=200 batch=4\nsave model {folder}/saved-{form}\n"
                f"evaluate limit=4")
            for line in session.stdout:
                if '"unit":"step"' in line:
                    break
            os.truncate(weights, int(len(whole) * share))
            _, errors = session.communicate()
            status = session.returncode
            # An error in words (3), or nothing amiss because all that counts was read before (0).
            tell(f"{form} cut to {share:.0%} while in use", status in (0, 3), f"status {status} {last(errors)}")
            # The other way: cut before a new session loads it.
            done = start("-c", f"load model {place}; score \"a film\"")
            _, errors = done.communicate()
            tell(f"{form} cut to {share:.0%}, then loaded", done.returncode == 3, f"status {done.returncode} {last(errors)}")


# A full disk


def full(folder: Path) -> None:
    """Everything that writes, on a disk with too little room, beside an older file of that name."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True).returncode:
        tell("full disk", False, "no tmpfs could be mounted: run it as root")
        return
    try:
        book = "---\ngnb: 1\n---\n```gnb\nload data mini-news\n```\n```gnb\nshow sample 1\n```\n"
        model = f"load model {TINY}/gemma2\n{DATA}lora rank=16\n"
        kinds = {
            "save model, folder": (model + f"save model {disk}/m", None),
            "save model, GGUF": (model + f"save model {disk}/m.gguf", "m.gguf"),
            "save adapter": (model + f"save adapter {disk}/a", None),
            "checkpoint": (model + f"train steps=4 batch=2 checkpoint={disk}/c checkpoint_every=2", "c"),
            "record": (None, "n.gnb"),
            "pull from a file": (None, None),
        }
        for name, (script, target) in kinds.items():
            for old in disk.iterdir():
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            if target:
                (disk / target).write_text(book)
            environment = dict(os.environ)
            if name == "pull from a file":
                big = folder / "big.tar"
                with tarfile.open(big, "w") as archive:
                    for number in range(40):
                        category = ("movie-enter", "sports-watch")[number % 2]
                        text = f"http://a/{number}\n2010-01-01T00:00:00+0900\nTitle {number}\n" + "word " * 4000
                        entry = tarfile.TarInfo(f"text/{category}/{category}-{number}.txt")
                        entry.size = len(text)
                        archive.addfile(entry, io.BytesIO(text.encode()))
                arguments = ["--cache-dir", str(disk), "pull", "livedoor", "--from", str(big)]
            elif name == "record":
                arguments = ["record", str(disk / "n.gnb")]
            else:
                arguments = ["-c", script]
            # All but a little is taken by something else; a notebook would find room in that little.
            room = 0 if name == "record" else 20480
            with open(disk / "other", "wb", buffering=0) as other:
                try:
                    while os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize > room:
                        other.write(bytes(4096))
                except OSError:
                    pass
            before = contents(disk)
            run = subprocess.run([GNB, *arguments], capture_output=True, text=True, env=environment)
            after = contents(disk)
            new = sorted(set(after) - set(before))
            kept = all(after.get(k) == v for k, v in before.items())
            files = [n for n in new if after[n] != "folder"]
            tell(f"full disk, {name}", run.returncode in (2, 3) and kept and not files,
                 f"status {run.returncode} {last(run.stderr)}; old files {'kept' if kept else 'CHANGED'}; left behind: {new or 'nothing'}")
    finally:
        subprocess.run(["umount", str(disk)], check=False)


# kill -9


def kill(folder: Path, times: int, rng: random.Random) -> None:
    """The program is killed at random moments while it writes; then the file is the old one or the new one, and can be read."""
    book = folder / "n.gnb"
    text = "---\ngnb: 1\n---\n```gnb\nload data mini-news\n```\n```gnb\nshow sample 1\n```\n"
    book.write_text(text)
    subprocess.run([GNB, "record", str(book)], check=True, capture_output=True)
    old, new = text, book.read_text()
    model = f"load model {TINY}/gemma2\n{DATA}lora rank=16\n"

    def sets(path: Path) -> frozenset:
        return frozenset(contents(path).items())

    saved = folder / "m"
    variants = {}
    for seed in (1, 2):
        for kind, ending in (("model", ""), ("model", ".gguf"), ("adapter", "-a")):
            place = folder / f"v{seed}{ending}"
            subprocess.run(
                [GNB, "-c", f"load model {TINY}/gemma2\n{DATA}lora rank=16 seed={seed}\ntrain steps=1 warmup=0 seed={seed}\nsave {kind} {place}"],
                check=True, capture_output=True)
            variants[(ending, seed)] = place.read_bytes() if place.is_file() else sets(place)

    def trial(name: str, command: list[str], prepare, look, environment=None) -> None:
        begun = time.monotonic()
        prepare()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        whole = time.monotonic() - begun
        outcomes: dict[str, int] = {}
        for _ in range(times):
            prepare()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
            # Most of the writing is at the end.
            time.sleep(whole * (rng.uniform(0, 1.05) if rng.random() < 0.3 else rng.uniform(0.8, 1.1)))
            process.send_signal(signal.SIGKILL)
            process.wait()
            seen = look()
            outcomes[seen] = outcomes.get(seen, 0) + 1
        bad = {k: v for k, v in outcomes.items() if k.startswith("broken")}
        tell(f"kill -9, {name}, {times} times", not bad, ", ".join(f"{k} {v}" for k, v in sorted(outcomes.items())))

    trial("record", [GNB, "record", str(book)], lambda: book.write_text(old),
          lambda: "old" if book.read_text() == old else "new" if book.read_text() == new else "broken: " + book.read_text()[:80])

    def script(seed: int, kind: str, place: Path) -> list[str]:
        return [GNB, "-c", f"load model {TINY}/gemma2\n{DATA}lora rank=16 seed={seed}\ntrain steps=1 warmup=0 seed={seed}\nsave {kind} {place}"]

    gguf = folder / "k.gguf"
    trial("save model, GGUF", script(2, "model", gguf), lambda: gguf.write_bytes(variants[(".gguf", 1)]),
          lambda: {variants[(".gguf", 1)]: "old", variants[(".gguf", 2)]: "new"}.get(gguf.read_bytes(), "broken"))

    def copy(source: Path, place: Path):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(source, place)

    def files(ending: str, place: Path) -> str:
        """A folder has several files: each is the old or the new one, and the whole can be read."""
        there = {k: v for k, v in contents(place).items() if ".tmp-" not in k}
        one, two = dict(variants[(ending, 1)]), dict(variants[(ending, 2)])
        if there == one or there == two:
            return "old" if there == one else "new"
        whole = all(v in (one.get(k), two.get(k)) for k, v in there.items()) and set(there) == set(two)
        return "old and new files, each whole" if whole else "broken: " + json.dumps(sorted(there))[:120]

    place = folder / "k"
    trial("save model, folder", script(2, "model", place), lambda: copy(folder / "v1", place), lambda: files("", place))
    trial("save adapter", script(2, "adapter", folder / "k-a"), lambda: copy(folder / "v1-a", folder / "k-a"),
          lambda: files("-a", folder / "k-a"))

    # A checkpoint: what is there goes on to the same adapter as a run that was never stopped.
    settings = "train steps=12 batch=4 lr=1e-2 checkpoint_every=1"
    whole = folder / "whole"
    subprocess.run([GNB, "-c", f"{model}{settings}\nsave adapter {whole}"], check=True, capture_output=True)
    truth = (whole / "adapter_model.safetensors").read_bytes()
    checkpoint = folder / "c.ckpt"

    def resumed() -> str:
        if not checkpoint.exists():
            return "none yet"
        again = folder / "again"
        shutil.rmtree(again, ignore_errors=True)
        run = subprocess.run(
            [GNB, "-c", f"{model}train resume={checkpoint}\nsave adapter {again}"], capture_output=True, text=True)
        if run.returncode:
            return "broken: " + last(run.stderr)
        return "goes on to the same bytes" if (again / "adapter_model.safetensors").read_bytes() == truth else "broken: other bytes"

    trial("checkpoint", [GNB, "-c", f"{model}{settings} checkpoint={checkpoint}"], lambda: checkpoint.unlink(missing_ok=True), resumed)
    pull(folder, trial)


def pull(folder: Path, trial) -> None:
    """A hub on this machine, slow, so that there is a middle to be killed in."""
    def git(data: bytes) -> str:
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    files = {name: (TINY / "gemma2" / name).read_bytes() for name in ("config.json", "tokenizer.model", "model.safetensors")}
    commit = "0123456789abcdef0123456789abcdef01234567"
    siblings = [{"rfilename": n, "size": len(d), "blobId": git(d)} for n, d in files.items()]
    siblings[-1]["lfs"] = {"sha256": hashlib.sha256(files["model.safetensors"]).hexdigest(), "size": len(files["model.safetensors"])}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            data = json.dumps({"sha": commit, "siblings": siblings}).encode() if "/api/" in self.path else files.get(name, b"")
            begin = 0
            if (wanted := self.headers.get("Range")) and wanted.startswith("bytes="):
                begin = int(wanted[6:].split("-")[0])
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(data) - begin))
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
            self.send_header("ETag", f'"{git(data)}"')
            self.end_headers()
            try:
                for at in range(begin, len(data), 40_000):
                    self.wfile.write(data[at:at + 40_000])
                    time.sleep(0.02)
            except OSError:
                pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub = folder / "hub"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "GNB_"))} | {
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}", "HF_HUB_CACHE": str(hub), "HF_HOME": str(folder / "home"),
        "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
    command = [GNB, "pull", "owner/model"]
    snapshot = hub / "models--owner--model/snapshots" / commit

    def look() -> str:
        main = hub / "models--owner--model/refs/main"
        if main.exists():
            if main.read_text() != commit:
                return "broken: refs/main"
            same = all((snapshot / n).exists() and (snapshot / n).read_bytes() == d for n, d in files.items())
            return "whole" if same else "broken: refs/main without all files"
        for n, d in files.items():
            if (snapshot / n).exists() and (snapshot / n).read_bytes() != d:
                return "broken: " + n
        run = subprocess.run(command, capture_output=True, text=True, env=environment)
        good = run.returncode == 0 and all((snapshot / n).read_bytes() == d for n, d in files.items())
        return "part, and the next pull made it whole" if good else "broken: " + last(run.stderr)

    trial("pull", command, lambda: shutil.rmtree(hub, ignore_errors=True), look, environment)
    server.shutdown()


if __name__ == "__main__":
    words = sys.argv[1:]

    def option(name: str, usual: int) -> int:
        return int(words[words.index(name) + 1]) if name in words else usual

    wanted = [w for w in words if w in ("cut", "full", "kill")] or ["cut", "full", "kill"]
    for name in wanted:
        made = Path(tempfile.mkdtemp(prefix="gnb-trials-"))
        try:
            if name == "kill":
                kill(made, option("--times", 20), random.Random(option("--seed", 1)))
            else:
                {"cut": cut, "full": full}[name](made)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    sys.exit(1 if failures else 0)
