import Gemma

/// set, help.
enum SessionCommands {
  static let all: [Command] = [set, help]

  struct SetArguments: Sendable {
    let seed = Argument("seed", .seed, "of everything that draws")
    let width = Argument(
      "width", .integer(40...400), "columns of tables and charts; a recording has the notebook's own")
    let threads = Argument("threads", .integer(1...256), "threads that compute")
    let kernels = Argument("kernels", .choice(Kernels.names), "the set of inner loops")
  }

  static let set = Command(
    "set", .session, "change a setting",
    details: "Threads and kernels change how fast it goes, never a result.",
    arguments: SetArguments(), examples: ["set seed=1", "set width=60 threads=1"]
  ) { arguments, invocation in
    try apply(arguments, to: &invocation.session.settings)
  } python: { call, script in
    // Of the settings only the seed means something there: it is written where it is used.
    if let seed = call.seed { script.seed = seed }
    return []
  }

  static func apply(_ arguments: Arguments<SetArguments>, to settings: inout Settings) throws {
    if let name = arguments.kernels {
      guard Kernels.named(name) != nil else {
        throw GemmaError.invalidValue(
          name: "kernels", expected: "of this CPU: \(Kernels.available.map(\.name).joined(separator: ", "))",
          found: name)
      }
      settings.kernels = name
    }
    if let seed = arguments.seed { settings.seed = seed }
    if let width = arguments.width { settings.width = width }
    if let threads = arguments.threads { settings.threads = threads }
  }

  struct HelpArguments: Sendable {
    let topic = Argument("topic", .topic, positional: true, "a command or an error code")
  }

  static let help = Command(
    "help", .session, "what there is, or how one command works",
    arguments: HelpArguments(),
    examples: ["help", "help train", "help G012"]
  ) { arguments, invocation in
    let help = Help(invocation.table)
    let page = try arguments.topic.map(help.topic) ?? Page(help.overview)
    invocation.show(.page(page))
  }
}
