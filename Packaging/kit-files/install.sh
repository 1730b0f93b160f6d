#!/bin/sh
# Puts gnb into ~/.local/bin and the model of this folder into gnb's cache. Nothing outside the home folder is touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case $(uname -s)-$(uname -m) in
  Linux-x86_64) ;;
  *) echo "this kit is for Linux on x86-64, not for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "the copy is damaged: copy the folder again" >&2; exit 1; }
mkdir -p "$HOME/.local/bin"
# Beside it first, so that a gnb that runs is not overwritten.
cp "$here/gnb" "$HOME/.local/bin/gnb.new"
chmod 755 "$HOME/.local/bin/gnb.new"
mv "$HOME/.local/bin/gnb.new" "$HOME/.local/bin/gnb"
"$HOME/.local/bin/gnb" pull gemma-3-270m --from "$here/models"
completions=${XDG_DATA_HOME:-$HOME/.local/share}/bash-completion/completions
mkdir -p "$completions"
"$HOME/.local/bin/gnb" help --as bash > "$completions/gnb"
"$HOME/.local/bin/gnb" --version
case :$PATH: in
  *":$HOME/.local/bin:"*) echo "ready: gnb doctor" ;;
  *) echo "ready: open a new terminal, then gnb doctor (or now: ~/.local/bin/gnb doctor)" ;;
esac
