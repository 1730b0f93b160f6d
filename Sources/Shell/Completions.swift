import Commands
import Foundation

/// Completions for three shells: verbs, options with their values, notebooks, names of models, lessons and commands.
enum Completions {
  private static let verbs = Arguments.forms.filter { !$0.verb.isEmpty }

  private static func options(of verb: String) -> [Arguments.Option] {
    Arguments.options.filter { $0.verbs.isEmpty || $0.verbs.contains(verb) }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  static var bash: String {
    var values = ""
    for option in Arguments.options {
      switch option.value {
      case .none: continue
      case .words(let words):
        values +=
          "    \(option.name)) COMPREPLY=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$word\")); return ;;\n"
      case .file: values += "    \(option.name)) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
      case .folder: values += "    \(option.name)) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n"
      case .text: values += "    \(option.name)) return ;;\n"
      }
    }
    var operands = ""
    for verb in [""] + verbs.map(\.verb) {
      let options = options(of: verb).map(\.name).joined(separator: " ")
      let offered: String
      switch Arguments.operand(of: verb) {
      case .notebooks where verb.isEmpty:
        offered =
          "COMPREPLY+=($(compgen -W \(quoted(verbs.map(\.verb).joined(separator: " "))) -- \"$word\")); gnb_notebooks"
      case .notebooks: offered = "gnb_notebooks"
      case .files: offered = "COMPREPLY+=($(compgen -f -- \"$word\"))"
      case .words(let words):
        offered = "COMPREPLY+=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$word\"))"
      case .none: offered = ":"
      }
      operands += "    \(quoted(verb))) options=\(quoted(options)); [[ $word == -* ]] || { \(offered); } ;;\n"
    }
    return """
      # Completion of gnb for bash. Written by: gnb help --as bash
      _gnb() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' options='' each
        COMPREPLY=()
        gnb_notebooks() {
          local name
          while IFS= read -r name; do
            if [ -d "$name" ]; then COMPREPLY+=("$name/"); elif [[ $name == *.gnb ]]; then COMPREPLY+=("$name"); fi
          done < <(compgen -f -- "$word")
        }
        for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case $each in -*) ;; \(verbs.map(\.verb).joined(separator: "|"))) verb=$each; break ;; esac
        done
        case $before in
      \(values)  esac
        case $verb in
      \(operands)  esac
        [[ $word == -* ]] && COMPREPLY=($(compgen -W "$options" -- "$word"))
        [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
        return 0
      }
      complete -F _gnb gnb

      """
  }

  static var zsh: String {
    func specification(_ option: Arguments.Option) -> String {
      let text = option.summary.replacingOccurrences(of: "[", with: "(").replacingOccurrences(
        of: "]", with: ")"
      )
      .replacingOccurrences(of: ":", with: ";")
      let value =
        switch option.value {
        case .none: ""
        case .words(let words): ":\(option.place):(\(words.joined(separator: " ")))"
        case .file: ":\(option.place):_files"
        case .folder: ":\(option.place):_files -/"
        case .text: ":\(option.place):"
        }
      return quoted("\(option.name)[\(text)]\(value)")
    }
    func operand(_ verb: String) -> String {
      switch Arguments.operand(of: verb) {
      case .notebooks: quoted("*:notebook:_files -g \"*.gnb\"")
      case .files: quoted("*:file:_files")
      case .words(let words): quoted("*:word:(\(words.joined(separator: " ")))")
      case .none: ""
      }
    }
    var branches = ""
    for form in verbs {
      branches +=
        "    \(form.verb)) shift words; (( CURRENT-- )); _arguments -s \((options(of: form.verb).map(specification) + [operand(form.verb)]).joined(separator: " ")) ;;\n"
    }
    let described = verbs.map { quoted("\($0.verb):\($0.summary.replacingOccurrences(of: ":", with: ";"))") }
    return """
      #compdef gnb
      # Completion of gnb for zsh. Written by: gnb help --as zsh
      _gnb() {
        local -a verbs
        verbs=(\(described.joined(separator: " ")))
        case ${words[2]} in
      \(branches)    *)
            if (( CURRENT == 2 )) && [[ ${words[2]} != -* ]]; then
              _describe verb verbs
              _files -g '*.gnb'
            else
              _arguments -s \((options(of: "").map(specification) + [operand("")]).joined(separator: " "))
            fi ;;
        esac
      }
      if [ "$funcstack[1]" = _gnb ]; then _gnb "$@"; else compdef _gnb gnb; fi

      """
  }

  static var fish: String {
    var lines = ["# Completion of gnb for fish. Written by: gnb help --as fish", "complete -c gnb -f"]
    let none = "not __fish_seen_subcommand_from \(verbs.map(\.verb).joined(separator: " "))"
    for form in verbs {
      lines.append("complete -c gnb -n \(quoted(none)) -a \(form.verb) -d \(quoted(form.summary))")
    }
    lines.append("complete -c gnb -n \(quoted(none)) -a '(__fish_complete_suffix .gnb)'")
    for form in verbs {
      let condition = quoted("__fish_seen_subcommand_from \(form.verb)")
      switch Arguments.operand(of: form.verb) {
      case .notebooks: lines.append("complete -c gnb -n \(condition) -a '(__fish_complete_suffix .gnb)'")
      case .files: lines.append("complete -c gnb -n \(condition) -F")
      case .words(let words):
        lines.append("complete -c gnb -n \(condition) -a \(quoted(words.joined(separator: " ")))")
      case .none: break
      }
    }
    for option in Arguments.options {
      let verbs = option.verbs.filter { !$0.isEmpty }
      let condition =
        option.verbs.isEmpty || option.verbs.contains("")
        ? "" : " -n " + quoted("__fish_seen_subcommand_from \(verbs.joined(separator: " "))")
      let name =
        option.name.hasPrefix("--") ? "-l \(option.name.dropFirst(2))" : "-s \(option.name.dropFirst())"
      let value =
        switch option.value {
        case .none: ""
        case .words(let words): " -x -a \(quoted(words.joined(separator: " ")))"
        case .file, .folder: " -r -F"
        case .text: " -x"
        }
      lines.append("complete -c gnb\(condition) \(name)\(value) -d \(quoted(option.summary))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
