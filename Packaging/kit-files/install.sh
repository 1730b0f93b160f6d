#!/bin/sh
# Puts gnb into ~/.local/bin and the model of this folder into gnb's cache. Nothing outside the home folder is touched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$here/gnb-$(uname -m)
if [ "$(uname -s)" != Linux ] || [ ! -f "$program" ]; then
  echo "this kit has no program for $(uname -s) on $(uname -m)" >&2
  exit 1
fi
(cd "$here" && sha256sum --quiet --check SHA256SUMS) || { echo "the copy is damaged: copy the folder again" >&2; exit 1; }
mkdir -p "$HOME/.local/bin"
# Beside it first, so that a gnb that runs is not overwritten.
cp "$program" "$HOME/.local/bin/gnb.new"
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
